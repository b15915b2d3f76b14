"""SPDX expressions: their form, and whether a choice of licences covers them."""

from __future__ import annotations

import pytest
from world import World

from rl4real_data.core.errors import DatasetError, UsageError
from rl4real_data.corpus.catalog import load_catalog
from rl4real_data.corpus.license import chosen_licenses, is_covered, license_problem, read_license
from rl4real_data.statistics.collection import collect_stats
from rl4real_data.validation.whole_dataset import validate

CHOICE = chosen_licenses("MIT OR Apache-2.0 OR BSD-3-Clause")


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("Apache 2.0", 'has "Apache 2.0", which is not on SPDX\'s list; did you mean "Apache-2.0"?'),
        ("MTI", 'has "MTI", which is not on SPDX\'s list; did you mean "MIT"?'),
        ("MIT OR Apache-2", 'has "Apache-2", which is not on SPDX\'s list; did you mean "Apache-2.0"?'),
        ("Ωmega", 'has "Ω", which no SPDX expression has'),
        ("MIT, Zlib", 'has ",", which no SPDX expression has'),
        ("MIT\0", 'has "\0", which no SPDX expression has'),
        ("MIT OR", "ends where a licence must stand"),
        ("OR MIT", 'cannot be understood at "OR"'),
        ("MIT Zlib", 'cannot be understood at "Zlib"'),
        ("(MIT", "cannot be understood"),
        ("MIT)", 'cannot be understood at ")"'),
        ("Zlib WITH MIT", 'cannot be understood at "MIT"'),
        ("LLVM-exception", 'cannot be understood at "LLVM-exception"'),
        ("MIT AND NOASSERTION", "has NOASSERTION, which stands alone"),
        ("GPL-2.0-nonsense+", 'has "GPL-2.0-nonsense+", which is not on SPDX\'s list'),
        (" ", "names no licence"),
        ("MIT AND " * 300 + "MIT", "has more than 2,000 letters"),
    ],
)
def test_what_is_no_license_expression(expression: str, problem: str) -> None:
    assert license_problem(expression).startswith(problem)


@pytest.mark.parametrize(
    ("expression", "usual"),
    [
        ("MIT", "MIT"),
        ("mit or apache-2.0", "MIT OR Apache-2.0"),
        ("(BSD-3-Clause OR gpl-2.0-only) and MIT", "(BSD-3-Clause OR GPL-2.0-only) AND MIT"),
        ("apache-2.0 with llvm-exception", "Apache-2.0 WITH LLVM-exception"),
        ("GPL-2.0+", "GPL-2.0-or-later"),
        ("GPL-3.0", "GPL-3.0-only"),
        ("Apache-2.0+", "Apache-2.0+"),
        ("(" * 900 + "MIT" + ")" * 900, "MIT"),
        ("LicenseRef-public-domain OR wtfpl", "LicenseRef-public-domain OR WTFPL"),
        ("DocumentRef-spdx:LicenseRef-7", "DocumentRef-spdx:LicenseRef-7"),
        (" noassertion", "NOASSERTION"),
    ],
)
def test_license_expressions_are_written_as_usual(expression: str, usual: str) -> None:
    assert (license_problem(expression), read_license(expression)) == ("", usual)


def test_licenses_of_the_shipped_manifests_are_on_the_list() -> None:
    """Their reader takes them as they are."""
    manifests = load_catalog().manifests.values()
    licenses = {rule.license for manifest in manifests for rule in (manifest, *manifest.licenses)}

    assert len(licenses) > 20
    assert {expression: problem for expression in licenses if (problem := license_problem(expression))} == {}


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
        ("Zlib WITH MIT", False),  # the second is no exception
        ("Zlib WITH LLVM-exception", False),
        ("licenseref-Mine", False),
        ("((MIT))", True),
        ("NOASSERTION", False),
        ("MIT AND", False),
        ("MIT; Zlib", False),
        ("", False),
    ],
)
def test_what_a_choice_covers(expression: str, expected: bool) -> None:
    assert is_covered(expression, CHOICE) is expected


@pytest.mark.parametrize(
    "choice",
    [
        "",
        "MIT AND Zlib",
        "MIT Zlib",
        "MIT OR",
        "(MIT)",
        "MIT, Zlib",
        "MIT WITH LLVM-exception",
        "MTI",
        "MIT OR OR Zlib",
    ],
)
def test_choices_that_say_something_else(choice: str) -> None:
    with pytest.raises(UsageError, match="cannot be used") as caught:
        chosen_licenses(choice)
    assert "OR" in caught.value.hint


def test_choice_names_licences_as_people_type_them() -> None:
    assert chosen_licenses("mit or gpl-2.0+ OR LicenseRef-Mine") == {"mit", "gpl-2.0-or-later", "licenseref-mine"}
    assert is_covered("LicenseRef-MINE", chosen_licenses("LicenseRef-mine"))
    assert is_covered("NOASSERTION", chosen_licenses("MIT OR noassertion"))
    with pytest.raises(UsageError, match='did you mean "MIT"'):
        chosen_licenses("MTI OR Zlib")


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
