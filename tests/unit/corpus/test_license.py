"""SPDX expressions: their form, and whether a choice of licences covers them."""

from __future__ import annotations

import pytest
from world import World

from rl4real_data.core.errors import DatasetError, UsageError
from rl4real_data.corpus.license import chosen_licenses, is_covered, license_problem
from rl4real_data.statistics.collection import collect_stats
from rl4real_data.validation.whole_dataset import validate

CHOICE = chosen_licenses("MIT OR Apache-2.0 OR BSD-3-Clause")


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("MIT", ""),
        ("(BSD-3-Clause OR GPL-2.0-only) AND MIT", ""),
        ("Apache-2.0 WITH LLVM-exception", ""),
        ("LicenseRef-public-domain", ""),
        ("GPL-2.0+", ""),
        ("Apache 2.0", 'has "2.0" where AND, OR or WITH must stand'),
        ("MIT, Zlib", 'has ",", which no SPDX expression has'),
        ("MIT OR", "ends where a licence must stand"),
        ("OR MIT", 'has "OR" where a licence must stand'),
        ("(MIT", "leaves a parenthesis open"),
        ("MIT)", "closes a parenthesis that is not open"),
    ],
)
def test_form_of_license_expressions(expression: str, problem: str) -> None:
    assert license_problem(expression) == problem


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("MIT", True),
        ("mit", True),
        ("Zlib", False),
        ("MIT OR Zlib", True),
        ("Zlib OR MIT", True),
        ("MIT AND Zlib", False),
        ("MIT AND Apache-2.0", True),
        ("(BSD-3-Clause OR GPL-2.0-only) AND MIT", True),
        ("(BSD-3-Clause OR GPL-2.0-only) AND Zlib", False),
        ("GPL-2.0-only OR MIT AND Zlib", False),  # AND binds stronger
        ("MIT OR GPL-2.0-only AND Zlib", True),
        ("Zlib AND (MIT OR GPL-2.0-only)", False),
        ("Apache-2.0 WITH LLVM-exception", True),
        ("GPL-3.0-or-later WITH GCC-exception-3.1", False),
        ("Zlib WITH MIT", False),  # the second is an exception, not a licence
        ("((MIT))", True),
        ("NOASSERTION", False),
        ("MIT AND", False),
        ("MIT; Zlib", False),
        ("", False),
    ],
)
def test_what_a_choice_covers(expression: str, expected: bool) -> None:
    assert is_covered(expression, CHOICE) is expected


@pytest.mark.parametrize("choice", ["", "MIT AND Zlib", "MIT Zlib", "MIT OR", "(MIT)", "MIT, Zlib", "MIT WITH x"])
def test_choices_that_say_something_else(choice: str) -> None:
    with pytest.raises(UsageError, match="cannot be used") as caught:
        chosen_licenses(choice)
    assert "OR" in caught.value.hint


def test_modules_of_other_licences_are_rows_and_no_episodes(world: World) -> None:
    """The modules of a folder have no known licence."""
    world.write("a.c", "// function one")
    report = world.run(licenses=CHOICE)

    assert (world.fake.compiled(), world.functions(), report.failed) == ([], [], ())
    row = world.modules()["a.c"]
    assert (row["status"], row["reason"], row["functions"]) == ("filtered", "licence NOASSERTION", 0)
    assert collect_stats(world.data_dir).overall.modules_filtered == {"licence NOASSERTION": 1}
    assert validate(world.data_dir) == ()


def test_choice_that_covers_them_compiles_them(world: World) -> None:
    world.write("a.c", "// function one")
    world.run(licenses=CHOICE)
    world.run(licenses=frozenset({"noassertion"}))

    assert (world.fake.compiled(), world.functions()) == (["a.c"], ["one"])
    assert world.modules()["a.c"]["status"] == "done"


def test_choice_that_would_drop_episodes_is_refused(world: World) -> None:
    world.write("a.c", "// function one")
    world.run()

    with pytest.raises(DatasetError, match="leaves out"):
        world.run(licenses=CHOICE)
    assert world.functions() == ["one"]
    world.run(licenses=CHOICE, replace=True)
    assert world.functions() == []
