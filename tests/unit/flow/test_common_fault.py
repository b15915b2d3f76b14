"""What all modules of a run have in common is no fault of theirs; what one or two have, is."""

from __future__ import annotations

import pytest
from world import World, parts_of

from rl4real_data.core.errors import HostError
from rl4real_data.core.split import Split


def write_failing(world: World, *words: str) -> None:
    for number, word in enumerate(words):
        world.write(f"m{number}.c", f"// compiler {word}", f"// function f{number} nodes={number + 2}")


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("reject", r"rejected: error: expected ';' after expression"),  # each says it of its own file
        ("crash", r"crash: the compiler died of SIGSEGV"),
        ("no-dump", r"bad-record: the compiler's dump cannot be used: it is empty"),
        ("memory-caught", r"memory: needs more than the memory limit of 4096 MB"),
    ],
)
def test_one_reason_for_all_modules_is_an_error_of_the_run(world: World, word: str, reason: str) -> None:
    write_failing(world, word, word, word)
    for _ in range(2):  # it was not written down
        world.fake.forget()
        with pytest.raises(
            HostError, match=rf"(?m)^nothing is published: all 3 modules fail for one reason: {reason}$"
        ) as raised:
            world.run()
        assert len(world.fake.compiled()) == 3

    assert not (world.data_dir / "dataset.json").exists()
    assert parts_of(world, "json") == []
    assert "rl4real-data doctor" in raised.value.hint


def test_the_same_command_resumes_once_the_fault_is_mended(world: World) -> None:
    write_failing(world, "crash", "crash", "crash")
    with pytest.raises(HostError, match=r"^nothing is published: all 3 modules fail for one reason: "):
        world.run()
    write_failing(world, "ok", "ok", "ok")
    world.run()

    assert world.functions() == ["f0", "f1", "f2"]


@pytest.mark.parametrize(
    "words",
    [
        ("reject", "reject"),
        ("crash", "reject", "no-dump"),
        ("crash", "crash", "crash", "ok"),
    ],
)
def test_fewer_or_different_failures_are_the_modules_own(world: World, words: tuple[str, ...]) -> None:
    write_failing(world, *words)
    world.run()

    books = world.index().splits["train"]
    assert (books.modules, books.modules_failed) == (len(words), len([word for word in words if word != "ok"]))


def test_one_source_under_several_names_is_one_module(world: World) -> None:
    for name in ("a.c", "b.c", "c.c"):
        world.write(name, "// compiler crash")
    world.run()

    assert world.index().splits["train"].modules_failed == 3


def test_a_finished_dataset_stays_as_it_was(world: World) -> None:
    write_failing(world, "ok", "ok", "ok")
    world.run()
    before = world.digests()
    write_failing(world, "no-dump", "no-dump", "no-dump")
    with pytest.raises(HostError, match=r"^nothing is published: all 3 modules fail for one reason: "):
        world.run()
    with pytest.raises(HostError, match=r"^nothing is published: all 3 modules fail for one reason: "):
        world.run(split=Split.TEST)

    assert world.digests() == before


def test_plugin_that_records_nothing_of_functions_is_an_error_of_the_run(world: World) -> None:
    write_failing(world, "silent", "silent")
    for _ in range(2):
        with pytest.raises(
            HostError,
            match=r"^nothing is published: the plugin recorded no function of src/m[01]\.c, which has some, nor",
        ):
            world.run()
    assert not (world.data_dir / "dataset.json").exists()
    write_failing(world, "ok", "silent")
    world.run()

    assert world.functions() == ["f0"]


def test_modules_without_functions_are_just_that(world: World) -> None:
    for name in ("a.c", "b.c", "c.c", "d.c"):
        world.write(name, f"int {name[0]};")
    world.run()

    books = world.index().splits["train"]
    assert (books.modules_done, books.functions) == (4, 0)
