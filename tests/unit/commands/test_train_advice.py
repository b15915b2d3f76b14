"""`train --preset advice` as a user meets it."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import episode_builder as build
import onnx
import pytest
from command_line import CommandLine
from fake_trial import FakeTrials, make_tool
from label_builder import write_labellable
from world import World

from rl4real_data.advice import function_trials
from rl4real_data.flow import upgrade_tools

WORDS = ("train", "d", "--preset", "advice", "--out", "run", "--train-iterations", "2", "--config", "c.toml")


def make_in_modules(number: int) -> build.Row:
    return build.make_episode(number, module=f"{number % 4}.c")


@pytest.fixture
def data_dir(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Nine functions in four modules, and a compiler that is no process."""
    fake, tool = FakeTrials(), make_tool()
    replayer = SimpleNamespace(clang=tool.clang, plugin=tool.plugin)
    monkeypatch.setattr(function_trials, "trial_of_mir", lambda *words, **options: fake.of_mir(*words, **options))
    monkeypatch.setattr(upgrade_tools, "find_tools", lambda *_, **__: SimpleNamespace(replayer=replayer))
    write_labellable(world.folder / "d", episodes=8, make=make_in_modules)
    (world.folder / "c.toml").write_text("width = 8\nrounds = 1\n", encoding="utf-8")
    return world


def metadata_of(world: World) -> dict[str, Any]:
    return {one.key: one.value for one in onnx.load(world.folder / "run" / "advice.onnx").metadata_props}


def test_a_model_comes_out(call: CommandLine, data_dir: World) -> None:
    said = call(*WORDS)
    told = metadata_of(data_dir)

    assert (said.code, said.out) == (0, "run/advice.onnx\n")
    assert "gathering: 9 of 9 functions tried" in said.err
    assert "learning, part 3 of 3 held out: epoch 2 of 2, loss " in said.err
    assert "run/advice.onnx: learned from 9 functions\n" in said.err
    assert (told["mlra.kind"], told["mlra.target"], told["mlra.llvm"]) == ("advice", "x86", "22")
    assert told["mlra.command"] == "rl4real-data train d --preset advice --train-iterations 2 --config c.toml"
    assert json.loads(told["mlra.training"])["width"] == 8
    assert json.loads(told["mlra.held_out"])["functions"] == 9


def test_a_run_goes_on_when_asked(call: CommandLine, data_dir: World) -> None:
    call(*WORDS)
    model = (data_dir.folder / "run" / "advice.onnx").read_bytes()
    refused, resumed = call(*WORDS), call(*WORDS, "--resume")

    assert refused.code == 2
    assert (
        "error: run: a run lies there already\n  next: go on with it by --resume, or name another folder" in refused.err
    )
    assert resumed.code == 0
    assert "epoch" not in resumed.err, "all has been learned"
    assert len((data_dir.folder / "run" / "advice.onnx").read_bytes()) == pytest.approx(len(model), abs=20)


def test_settings_of_other_presets_are_refused(call: CommandLine, data_dir: World) -> None:
    said = call(*WORDS, "--algorithm", "ppo", "--split", "train")

    assert said.code == 2
    assert "error: --algorithm, --split: the preset advice has no such setting" in said.err
    assert not (data_dir.folder / "run").exists()


def test_too_few_modules(call: CommandLine, world: World, data_dir: World) -> None:
    write_labellable(world.folder / "small", episodes=2, test_episodes=0)
    said = call("train", "small", "--preset", "advice", "--out", "run")

    assert (said.code, data_dir) == (1, world)
    assert "error: the trials are of 1 module: the network learns from some and is compared with others" in said.err
