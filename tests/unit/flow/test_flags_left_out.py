"""Flags of a corpus that the compiler does not take: left out, counted and named, or the reason of a failed module."""

from __future__ import annotations

import json

import pytest
from world import World

from rl4real_data.corpus.flags.acceptance import Inquiry


def write_database(world: World, *lines: str) -> str:
    """A project with a module for each set of flags; the path of its database."""
    entries = []
    for number, line in enumerate(lines):
        source = world.write(f"project/m{number}.c", f"// function f{number} nodes={number + 2}")
        entries.append(
            {"directory": str(source.parent), "file": source.name, "command": f"gcc {line} -c {source.name}"}
        )
    return str(world.write("project/compile_commands.json", json.dumps(entries)))


def refuse(world: World, *words: str) -> None:
    (world.fake.build_dir / "bin" / "refused-words").write_text("".join(f"{word}\n" for word in words))


def left_out(world: World) -> dict[str, list[str]]:
    return {name: row["flags_left_out"] for name, row in world.modules().items()}


def test_what_the_compiler_does_not_take_is_left_out_and_named(world: World) -> None:
    path = write_database(world, "-DA -fthis -fthat", "-DB -fthat", "-DC -fsplit-paths -fPIC", "-DD")
    refuse(world, "-fPIC")
    said: list[str] = []
    report = world.run(corpora=(path,), say=said.append)

    assert left_out(world) == {
        "m0.c": ["-fthat", "-fthis"],
        "m1.c": ["-fthat"],
        "m2.c": ["-fPIC", "-fsplit-paths"],
        "m3.c": [],
    }
    assert {row["status"] for row in world.modules().values()} == {"done"}
    assert [line for line in said if "not passed" in line] == [
        "corpus project: flags that clang does not know are not passed: "
        "-fsplit-paths (1 module), -fthat (2 modules), -fthis (1 module)",
        "corpus project: flags that clang 22.1.8 does not take for x86 are not passed: -fPIC (1 module)",
    ]
    assert not report.failed


def test_a_flag_that_means_something_else_is_a_reason(world: World) -> None:
    path = write_database(world, "-march=haswell", "-march=pdp11", "-m32", "-mabi=ms", "-std=c77")
    refuse(world, "-march=pdp11", "-mabi=ms", "-std=c77")
    world.run(corpora=(path,))

    reasons = {name: row["reason"] for name, row in world.modules().items()}
    assert reasons == {
        "m0.c": None,
        "m1.c": "clang: unsupported option '-march=pdp11'",
        "m2.c": "its flags ask for another machine than the target: -m32",
        "m3.c": "clang: unsupported option '-mabi=ms'",
        "m4.c": "clang: unsupported option '-std=c77'",
    }
    assert "haswell" not in world.modules()["m0.c"]["command"]


def test_words_for_what_the_target_is_anyway_are_no_reason(world: World) -> None:
    """GCC's defaults under names that clang does not know, and the processor of whatever machine built the project."""
    path = write_database(
        world, "-mabi=sysv", "-freg-struct-return", "-mcpu=native", "-march=native", "-fpcc-struct-return"
    )
    refuse(world, "-mabi=sysv", "-freg-struct-return", "-fpcc-struct-return", "-mcpu=native", "-march=native")
    world.run(corpora=(path,))

    reasons = {name: row["reason"] for name, row in world.modules().items()}
    assert reasons == {
        **dict.fromkeys(("m0.c", "m1.c", "m2.c", "m3.c")),
        "m4.c": "clang: unsupported option '-fpcc-struct-return'",
    }
    assert list(left_out(world).values()) == [["-mabi="], ["-freg-struct-return"], [], [], []]


def test_a_question_is_put_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_database(world, *(f"-DN={number} -Ix{number} -fPIC -fthis" for number in range(5)), "-DN=9")
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr(Inquiry, "complaint", lambda _self, _language, words: asked.append(tuple(words)) or "")
    world.plan(corpora=(path,))

    assert asked == [("-fPIC",)]


def test_a_compiler_that_refuses_everything_is_not_believed(world: World) -> None:
    path = write_database(world, "-DA -fPIC")
    (world.fake.build_dir / "bin" / "no-headers").touch()
    plan = world.plan(corpora=(path,)).plan

    assert plan.jobs[0].module.flags == ("-DA", "-fPIC")
    assert plan.jobs[0].module.flags_left_out == ()
