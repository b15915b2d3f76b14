"""`upgrade` as a user meets it."""

from __future__ import annotations

import dataclasses

import episode_builder as build
import pytest
from command_line import CommandLine
from old_dataset import make_tools, scripted, write_old_dataset
from world import World

from rl4real_data.flow import upgrade_tools


@pytest.fixture
def stand_in(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    tools = make_tools(world.fake.log_folder)
    monkeypatch.setattr(upgrade_tools, "find_tools", lambda *_, **__: tools)


@pytest.mark.usefixtures("stand_in")
def test_what_was_done_and_then_nothing(call: CommandLine, world: World) -> None:
    write_old_dataset(world.folder / "d", [scripted(build.make_episode(1)), {**build.make_episode(2), "mir": None}])
    first, second = call("upgrade", "d", "--jobs", "1"), call("upgrade", "d")

    assert (first.code, first.out) == (0, "d\n")
    assert "d: 2 episodes (" in first.err
    assert "  upgraded   1 (1 replayed now)\n  without    1 have no MIR text" in first.err
    assert (second.code, second.err) == (0, "d: nothing to do: it is of the newest version of the format\n")


@pytest.mark.usefixtures("stand_in")
def test_episodes_that_are_kept_are_named(call: CommandLine, world: World) -> None:
    rows = [scripted(build.make_episode(1), do="refuse"), scripted(build.make_episode(2), spills=3)]
    write_old_dataset(world.folder / "d", [*rows, scripted(build.make_episode(3))])
    said = call("upgrade", "d", "--jobs", "1")

    assert said.code == 3
    assert "a.c: f1: llc exited with 1: llc: error: x.mir:3:1: unknown register class" in said.err
    assert "a.c: f2: spills differ" in said.err
    assert "error: d: 2 episodes of 3 have their old columns alone" in said.err


def test_another_release_is_a_matter_of_the_toolchain(call: CommandLine, world: World) -> None:
    index = write_old_dataset(world.folder / "d", [scripted(build.make_episode(1))])
    other = dataclasses.replace(index, toolchain={"llvm_version": "19.1.7"})
    (world.folder / "d" / "dataset.json").write_text(other.to_json())
    said = call("upgrade", "d")

    assert said.code == 5
    assert "d was made with LLVM 19.1.7" in said.err
    assert "apt-get install clang-19 llvm-19 llvm-19-dev" in said.err


def test_folder_without_a_dataset(call: CommandLine) -> None:
    said = call("upgrade", "absent")

    assert said.code == 1
    assert "absent: does not exist" in said.err
