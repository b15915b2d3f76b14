"""What a run compiles, and why: resumption by content, and what a dry run says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from world import PREPARED_MANIFEST, World, write_three

from rl4real_data.flow.plan import commands_of
from rl4real_data.flow.run import Console, plan_flow
from rl4real_data.stages.job import Compilation
from rl4real_data.toolchain.kept_files import keep

SILENT = Console(say=lambda _: None)


# Resumption


def test_second_run_compiles_nothing_and_changes_no_byte(world: World) -> None:
    write_three(world)
    world.run()
    before = {path: path.stat().st_mtime_ns for path in world.data_dir.glob("*.[jmp]*")}
    world.fake.forget()
    report = world.run()

    assert (report.compiled, report.was_finished, world.fake.compiled()) == (0, True, [])
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert len(before) == 6


def test_changed_source_is_compiled_alone(world: World) -> None:
    write_three(world)
    world.run()
    world.fake.forget()
    world.write("b.c", "// function other nodes=9")
    world.run()

    assert world.fake.compiled() == ["b.c"]
    assert world.functions() == ["one", "two", "other", "four"]


def test_changed_header_compiles_its_readers_alone(world: World) -> None:
    write_three(world)
    world.write("h.h", "// function inline_one nodes=6")
    world.write("b.c", '#include "h.h"')
    world.run()
    world.fake.forget()
    world.write("h.h", "// function inline_two nodes=7")
    world.run()

    assert world.fake.compiled() == ["b.c"]
    assert world.functions() == ["one", "two", "inline_two", "four"]


@pytest.mark.parametrize("name", ["plain.h", "with space.h", "hash#.h"])
def test_unchanged_header_compiles_nothing(world: World, name: str) -> None:
    world.write(name, "// function inline_one")
    world.write("a.c", f'#include "{name}"')
    world.run()
    world.fake.forget()
    world.run()

    assert world.fake.compiled() == []


def test_vanished_header_compiles_again(world: World) -> None:
    header = world.write("h.h", "// function inline_one")
    world.write("a.c", '#include "h.h"')
    world.run()
    world.fake.forget()
    header.unlink()
    world.run()

    assert world.fake.compiled() == ["a.c"]


def test_other_compiler_compiles_everything(world: World) -> None:
    write_three(world)
    world.run()
    world.fake.forget()
    state = world.fake.path.stat()
    world.fake.path.write_text(world.fake.path.read_text().replace("# Answers", "# answers"))
    os.utime(world.fake.path, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert world.fake.path.stat().st_size == state.st_size
    world.run()

    assert world.fake.compiled() == ["a.c", "b.c", "c.cpp"]


def test_the_same_compiler_with_another_time_compiles_nothing(world: World) -> None:
    write_three(world)
    world.run()
    world.fake.forget()
    os.utime(world.fake.path, ns=(1, 1))
    world.run()

    assert world.fake.compiled() == []


def test_another_build_of_the_plugin_compiles_everything(world: World) -> None:
    write_three(world)
    world.run()
    world.fake.forget()
    (plugin,) = world.fake.cache_dir.glob("plugins/*/libmlra.so")
    with keep(plugin) as draft:
        draft.write_text("another build")
    world.run()

    assert world.fake.compiled() == ["a.c", "b.c", "c.cpp"]


def test_parts_of_an_earlier_release_are_as_good(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It knew compilers by size and time, and plugins by their sources."""
    write_three(world)
    with monkeypatch.context() as patch:
        patch.setattr(Compilation, "fingerprint", Compilation.earlier_fingerprint)
        world.run()
    before = world.digests()
    world.fake.forget()
    world.write("b.c", "// shape SUB32rr", "// function other nodes=3")
    world.run()

    assert world.fake.compiled() == ["b.c"]  # written under the key of today
    assert world.digests() != before
    world.fake.forget()
    os.utime(world.fake.path, ns=(1, 1))  # another compiler for the earlier release
    world.run()
    assert world.fake.compiled() == ["a.c", "c.cpp"]


def test_other_flags_compile_everything(world: World) -> None:
    write_three(world)
    world.run()
    world.fake.forget()
    world.run(verify=True)

    assert world.fake.compiled() == ["a.c", "b.c", "c.cpp"]


# Dry run


def test_dry_run_names_what_would_be_compiled_and_why(world: World) -> None:
    write_three(world)
    world.write("h.h", "// function inline_one")
    world.write("b.c", '#include "h.h"')
    world.write("x.c", "// compiler reject")
    world.run()
    world.fake.forget()
    world.write("h.h", "// function inline_two nodes=7")
    world.write("a.c", "// function one nodes=8")
    plan = plan_flow(world.request(retry_failed=True), SILENT).plan

    assert {str(job.module.path): plan.reasons[job.key] for job in plan.to_compile} == {
        "a.c": "new source, flags or toolchain",
        "b.c": "a header changed",
        "x.c": "failed before (x.c:1:2: error: expected ';' after expression)",
    }
    assert world.fake.compiled() == []


def test_dry_run_makes_no_folder(world: World) -> None:
    world.write("a.c", "// function one")
    plan_flow(world.request(), SILENT)

    assert not world.data_dir.exists()


def test_largest_source_is_compiled_first(world: World) -> None:
    world.write("a.c", "// function one")
    world.write("b.c", "// function two", " " * 500)
    plan = plan_flow(world.request(), SILENT).plan

    assert [str(job.module.path) for job in plan.to_compile] == ["b.c", "a.c"]


# The command of a module


IN_FOLDER = '(cd "${CORPUS:-.}" && '


@pytest.mark.parametrize(
    ("word", "start"),
    [
        ("sample", 'cd "$(rl4real-data path corpus sample)" && '),
        ("./sample.toml", f'{IN_FOLDER}cd "$(rl4real-data path corpus ./sample.toml)" && '),
        ("far/kept.toml", f'{IN_FOLDER}cd "$(rl4real-data path corpus ./kept.toml)" && '),
        ("src", IN_FOLDER),
    ],
)
def test_command_goes_to_the_folder_of_its_corpus(
    world: World, monkeypatch: pytest.MonkeyPatch, word: str, start: str
) -> None:
    """A manifest of one's own is asked for by its file, even where one of ours has its name."""
    world.write("a.c", "// function one")
    monkeypatch.chdir(world.folder)
    for path in (Path("sample.toml"), Path("far/kept.toml")):
        path.parent.mkdir(exist_ok=True)
        path.write_text(PREPARED_MANIFEST.format(folder=world.corpus).replace("kept", path.stem))

    commands = set(commands_of(plan_flow(world.request(corpora=(word,)), SILENT).plan).values())

    start += '"$(rl4real-data path clang)" --target=x86_64-linux-gnu -x c'
    assert [command for command in commands if not command.startswith(start)] == []
    assert str(world.folder) not in "".join(commands)
