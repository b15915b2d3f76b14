"""`label` as a user meets it."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import CommandLine
from label_builder import write_labellable
from proof_problem import straight_line
from whole_episode import write_whole_dataset
from world import World

from rl4real_data.core.errors import MissingExtra
from rl4real_data.labels.files import read_labels
from rl4real_data.proof import dataset_compiler, highs
from rl4real_data.proof.carrying_out import AnswerCompiler


class NoCompiler(AnswerCompiler):
    """Carries nothing out."""

    def __init__(self) -> None:
        pass

    def fingerprint(self) -> str:
        return "none"

    def carry_out(self, *_: object) -> str:
        return "there is no llc"


class Plugin:
    source_hash = "p" * 64


@pytest.fixture
def data_dir(world: World, monkeypatch: pytest.MonkeyPatch) -> Path:
    compiler = NoCompiler()
    object.__setattr__(compiler, "plugin", Plugin())
    monkeypatch.setattr(dataset_compiler, "find_compiler", lambda *_, **__: compiler)
    write_labellable(
        world.folder / "d",
        2,
        make=lambda number: straight_line(["d0", "", "u0"], calls=[1], number=number),
        write=write_whole_dataset,
    )
    return world.folder / "d"


def test_what_was_proven(call: CommandLine, data_dir: Path) -> None:
    said = call("label", "d", "--model", "split", "--jobs", "1")

    assert (said.code, said.out) == (0, "d\n")
    assert "d: 3 episodes, model split\n  status     3 optimal\n" in said.err
    assert "  compiler   0 carried out" in said.err
    assert "  differs    3 not carried out: there is no llc" in said.err
    assert [label.value for label in read_labels(data_dir)] == [5.0] * 3


def test_no_solver_names_the_extra(call: CommandLine, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> str:
        raise MissingExtra("`rl4real-data label` needs highspy", hint="pip install 'rl4real-data[labels]'")

    monkeypatch.setattr(highs, "solver_version", missing)
    said = call("label", "d", "--model", "static")

    assert said.code == 5
    assert "needs highspy" in said.err
    assert "next: pip install 'rl4real-data[labels]'" in said.err
    assert read_labels(data_dir) == ()


def test_a_model_that_there_is_not(call: CommandLine) -> None:
    said = call("label", "d", "--model", "dynamic")

    assert said.code == 2
    assert "'static', 'split'" in said.err


def test_folder_without_a_dataset(call: CommandLine) -> None:
    said = call("label", "absent", "--model", "split")

    assert said.code == 1
    assert "absent" in said.err
