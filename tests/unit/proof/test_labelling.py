"""A run over a dataset: a row for every episode, the same bytes however it went, and a run that goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from episode_builder import Row
from label_builder import make_costs, write_labellable
from proof_problem import straight_line
from whole_episode import write_whole_dataset

from rl4real_data.core.errors import DatasetError, MissingExtra
from rl4real_data.episodes.file_names import LABELS_NAME
from rl4real_data.episodes.index import DatasetIndex
from rl4real_data.episodes.label_values import LabelSource, LabelStatus
from rl4real_data.labels.files import read_labels, read_origins
from rl4real_data.proof.carrying_out import AnswerCompiler, CarriedOut
from rl4real_data.proof.label_rows import SolverName
from rl4real_data.proof.labelling import Labelled, label_dataset
from rl4real_data.proof.proof import Proof, proof_of
from rl4real_data.proof.prover import Prover
from rl4real_data.proof.recorded_answer import recorded_answer
from rl4real_data.proof.settings import ProofModel, ProofSettings
from rl4real_data.reading.episode import Episode
from rl4real_data.reading.register_classes import RegisterClass

SETTINGS = ProofSettings(model=ProofModel.SPLIT, nodes=25)


class FakePlugin:
    source_hash = "p" * 64


class FakeCompiler:
    plugin = FakePlugin()

    def fingerprint(self) -> str:
        return "fake"


class FakeProver:
    """Finds the expert's answer to be the best one. `stops_at`: the episode in front of which the run is ended."""

    def __init__(self, *, stops_at: int | None = None, done: CarriedOut | str | None = None) -> None:
        self.asked: list[str] = []
        self._stops_at = stops_at
        self._done = done or CarriedOut(costs=make_costs(), score=3.0, refused={}, is_kept=True)

    def find_proof(self, episode: Episode, classes: Mapping[int, RegisterClass], *, steps: int) -> Proof:
        assert set(classes) == {0, 1}
        assert steps > 0
        if len(self.asked) == self._stops_at:
            raise KeyboardInterrupt
        self.asked.append(episode.episode_id)
        return proof_of(episode, recorded_answer(episode), 100.0)

    def prover(self) -> Prover:
        return Prover(
            find_proof=self.find_proof,
            carry_out=lambda _compiler, _episode, _proof: self._done,
            solver=lambda: SolverName(name="fake", version="1"),
        )


def no_solver() -> SolverName:
    raise MissingExtra("`rl4real-data label` needs highspy", hint="pip install 'rl4real-data[labels]'")


def run(folder: Path, fake: FakeProver, settings: ProofSettings = SETTINGS, **options: Any) -> Labelled:
    def find(_index: DatasetIndex) -> AnswerCompiler:
        return cast("AnswerCompiler", FakeCompiler())

    return label_dataset(folder, settings, find, **{"prover": fake.prover(), **options})


def write_labelled(folder: Path, **changes: Any) -> None:
    def make(number: int) -> Row:
        return straight_line(["d0", "d1", "u0 u1"], number=number, node_assigned=[1, 2], **changes)

    write_labellable(folder, 6, make=make, write=write_whole_dataset)


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    write_labelled(tmp_path / "set")
    return tmp_path / "set"


def test_every_episode_has_a_row_with_both_costs(data_dir: Path) -> None:
    done = run(data_dir, FakeProver())

    labels = read_labels(data_dir)
    assert (done.asked, done.statuses) == (7, {LabelStatus.OPTIMAL: 7})
    assert [label.source for label in labels] == [LabelSource.SPLIT] * 7
    assert all(label.parts and label.score == 3.0 and label.costs == make_costs() for label in labels)
    (origin,) = read_origins(data_dir)
    assert origin.recipe["nodes"] == 25
    assert (origin.plugin, origin.recipe["solver"]) == ("p" * 64, "fake")


def test_a_function_of_more_nodes_is_not_asked_about_and_has_a_row(data_dir: Path) -> None:
    fake = FakeProver()

    done = run(data_dir, fake, replace(SETTINGS, nodes=1))

    assert fake.asked == []
    assert done.reasons == {"it has more than 1 node": 7}
    assert {label.status for label in read_labels(data_dir)} == {LabelStatus.NONE}


def test_what_the_compiler_says_otherwise_is_told_by_kind(data_dir: Path) -> None:
    """The expert's answer costs nothing; the fake compiler counts two reloads and a callee-saved register."""
    assert run(data_dir, FakeProver()).differences == {"more reloads": 7, "more callee saved": 7}


def test_what_cannot_be_carried_out_is_said_and_the_proof_stays(data_dir: Path) -> None:
    done = run(data_dir, FakeProver(done="llc ended with SIGSEGV"))

    assert done.differences == {"not carried out: llc ended with SIGSEGV": 7}
    assert done.carried == 0
    assert {label.status for label in read_labels(data_dir)} == {LabelStatus.OPTIMAL}


def test_the_first_so_many(data_dir: Path) -> None:
    assert run(data_dir, FakeProver(), replace(SETTINGS, limit=2)).asked == 2
    assert len(read_labels(data_dir)) == 2


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("moment", [0, 1, 4])
def test_a_run_that_was_ended_goes_on_and_gives_the_same_bytes(tmp_path: Path, moment: int, jobs: int) -> None:
    whole, ended = tmp_path / "whole", tmp_path / "ended"
    for folder in (whole, ended):
        write_labelled(folder)
    run(whole, FakeProver())
    with pytest.raises(KeyboardInterrupt):
        run(ended, FakeProver(stops_at=moment))

    rest = FakeProver()
    done = run(ended, rest, jobs=jobs)

    assert done.known == moment
    assert len(rest.asked) == 7 - moment
    assert (ended / LABELS_NAME).read_bytes() == (whole / LABELS_NAME).read_bytes()
    assert not (ended / ".work" / "label").exists()


def test_other_settings_ask_again(data_dir: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(data_dir, FakeProver(stops_at=3))

    fake = FakeProver()
    run(data_dir, fake, replace(SETTINGS, seconds=5.0))

    assert len(fake.asked) == 7


def test_labels_of_other_sources_stay(data_dir: Path) -> None:
    run(data_dir, FakeProver())

    run(data_dir, FakeProver(), replace(SETTINGS, model=ProofModel.STATIC))

    assert [label.source for label in read_labels(data_dir)] == [LabelSource.STATIC] * 7 + [LabelSource.SPLIT] * 7


def test_an_episode_without_text_has_a_proof_and_no_figures_of_the_compiler(tmp_path: Path) -> None:
    write_labelled(tmp_path / "set", mir=None)

    run(tmp_path / "set", FakeProver())

    assert all(label.has_answer and label.costs is None for label in read_labels(tmp_path / "set"))


def test_without_the_solver_nothing_is_begun_and_the_extra_is_named(data_dir: Path) -> None:
    prover = replace(FakeProver().prover(), solver=no_solver)

    with pytest.raises(MissingExtra, match="highspy"):
        run(data_dir, FakeProver(), prover=prover)

    assert read_labels(data_dir) == ()


def test_a_record_that_is_none_is_not_believed(data_dir: Path) -> None:
    """The log may have come with the dataset."""
    with pytest.raises(KeyboardInterrupt):
        run(data_dir, FakeProver(stops_at=3))
    log = data_dir / ".work" / "label"
    log.write_bytes(log.read_bytes()[:-40])  # the last entry is cut off

    fake = FakeProver()
    assert run(data_dir, fake).known == 2


def test_a_dataset_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(DatasetError):
        run(tmp_path, FakeProver())
