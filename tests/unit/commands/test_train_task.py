"""`train --task` as a user meets it, and `export --to onnx` of what comes out."""

from __future__ import annotations

import sys

import pytest
from command_line import CommandLine
from label_builder import write_labellable
from task_policies import chance_checkpoint, chance_dataset
from world import World

from rl4real_data.traces.features import Task

pytestmark = pytest.mark.large
SETTINGS = "steps = 5\nbatch = 8\nlayers = [8]\nquantiles = 20\n"
WORDS = ("train", "d", "--task", "inlining", "--out", "run", "--config", "c.toml")


@pytest.fixture
def data_dir(world: World) -> World:
    chance_dataset(world.folder, world.folder / "d", Task.INLINING)
    (world.folder / "c.toml").write_text(SETTINGS, encoding="utf-8")
    return world


def test_a_checkpoint_comes_out_and_a_model_of_it(call: CommandLine, data_dir: World) -> None:
    said = call(*WORDS, "--bc-iterations", "2", "--seed", "3")
    told = call("export", "run", "m/inlining.onnx", "--to", "onnx")
    named = call("export", "run/checkpoint_000002", "m2", "--to", "onnx")

    assert (said.code, said.out) == (0, "run/checkpoint_000002\n"), said.err
    assert "rl4real-data: training: 2 of 2 iterations (" in said.err
    assert " as LLVM, " in said.err
    assert "use it with  rl4real-data export --to onnx run/checkpoint_000002 inlining.onnx" in said.err
    assert (told.code, told.out) == (0, "m/inlining.onnx\n"), told.err
    assert (named.code, named.out) == (0, "m2/inlining.onnx\n"), named.err
    assert (data_dir.folder / "m" / "inlining.onnx").is_file()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--task", "eviction"), "d: holds traces of inlining, not of eviction\n  next: --task inlining, or make one"),
        (("--algorithm", "es"), "es: only a compiler tells what decisions are worth\n  next: add --live"),
        (("--live",), "bc learns from recorded decisions: it needs no compiler\n  next: leave --live out"),
        (("--algorithm", "bc+ppo"), "--algorithm bc+ppo: not of --task\n  next: train with bc first, then with es"),
        (
            ("--split", "train", "--with-spills"),
            "--with-spills, --split: --task has no such setting\n  next: see",
        ),
        (("--corpus", "sample"), "--corpus: only --live compiles anything\n  next: leave it out, or add --live"),
        (("--preset", "advice"), "--task and --preset advice: one of them\n  next: leave one out"),
        (("--resume",), "run: no run to go on with\n  next: leave --resume out"),
        (("--from", "d"), "d: no checkpoint: No such file or directory (checkpoint.json)\n  next: name a folder"),
        (("--from", "other"), "is of priority, not of inlining\n  next: name a checkpoint of inlining"),
    ],
)
def test_words_that_do_not_go_together(call: CommandLine, data_dir: World, words: tuple[str, ...], told: str) -> None:
    chance_checkpoint(Task.PRIORITY, data_dir.folder / "other")
    said = call(*WORDS, *words)

    assert said.code in (1, 2)
    assert told in said.err
    assert not (data_dir.folder / "run").exists()


def test_settings_that_are_none(call: CommandLine, data_dir: World) -> None:
    (data_dir.folder / "c.toml").write_text("step = 1\nlayers = [0]\nmodules = 0\nlr = -1\n", encoding="utf-8")
    said = call(*WORDS)

    assert said.code == 2
    assert 'c.toml: step: unknown key; did you mean "steps"?' in said.err
    assert "c.toml: layers: must be above zero" in said.err
    assert "c.toml: modules: must be above zero, not 0" in said.err
    assert "c.toml: lr: must be from 0 on, not -1" in said.err


def test_a_dataset_of_episodes_is_none_of_traces(call: CommandLine, data_dir: World) -> None:
    write_labellable(data_dir.folder / "episodes", episodes=2, test_episodes=0)
    said = call("train", "episodes", "--task", "inlining", "--out", "run")

    assert said.code == 1
    assert "dataset.json: holds no traces\n  next: make one with `rl4real-data trace" in said.err


def test_a_trace_without_a_decision(call: CommandLine, data_dir: World) -> None:
    chance_dataset(data_dir.folder, data_dir.folder / "empty", Task.INLINING, functions=0)
    said = call("train", "empty", "--task", "inlining", "--out", "run")

    assert said.code == 1
    assert "the trace holds no decision\n  next: trace a corpus that has some" in said.err


def test_es_is_none_of_the_preset(call: CommandLine, data_dir: World) -> None:
    said = call("train", "d", "--algorithm", "es")

    assert said.code == 2
    assert "--algorithm es: the preset rl4real has none\n  next: it has bc, ppo and bc+ppo" in said.err
    assert data_dir.folder.is_dir()


def test_a_corpus_is_none_of_the_preset(call: CommandLine, data_dir: World) -> None:
    said = call("train", "d", "--corpus", "sample")

    assert (said.code, data_dir.folder.is_dir()) == (2, True)
    assert "--corpus: only --task compiles a corpus" in said.err


def test_no_compiler(call: CommandLine, data_dir: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUILD_DIR", str(data_dir.folder / "nothing"))
    said = call(*WORDS, "--algorithm", "ppo", "--live")

    assert said.code == 5
    assert "nothing" in said.err
    assert "  next: " in said.err
    assert not list((data_dir.folder / "run").glob("checkpoint_*"))


def test_another_compiler_than_traced(call: CommandLine, data_dir: World) -> None:
    chance_dataset(data_dir.folder, data_dir.folder / "old", Task.INLINING, version="19.1.7")
    said = call("train", "old", *WORDS[2:], "--algorithm", "es", "--live", "--corpus", ".")

    assert said.code == 5
    assert "the trace was made with LLVM 19.1.7, " in said.err
    assert "its baselines are not this one's\n  next: set BUILD_DIR to that release, or trace anew" in said.err


def test_a_corpus_that_is_not_the_trace_s(call: CommandLine, data_dir: World) -> None:
    live = (*WORDS, "--algorithm", "es", "--live")
    unnamed, other = call(*live), call(*live, "--corpus", ".")

    assert (unnamed.code, other.code, data_dir.folder.is_dir()) == (2, 1, True)
    assert "toy: traced from a folder or file that the trace does not name\n  next: name it as `trace`" in unnamed.err
    assert "no module of the trace is among the corpora\n  next: name what was traced with --corpus" in other.err


def test_torch_is_missing(call: CommandLine, data_dir: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("rl4real_data.mlgo_training.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)
    said = call(*WORDS)

    assert (said.code, data_dir.folder.is_dir()) == (5, True)
    assert "needs torch, which is not installed\n  next: pip install 'rl4real-data[mlgo-training]'" in said.err
