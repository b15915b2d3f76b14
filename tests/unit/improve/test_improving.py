"""The search over a dataset: labels, resume, the same bytes for any number of jobs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import episode_builder as build
import pytest
from fake_trial import BEST, FakeTrials, make_tool
from label_builder import ids_of, write_labellable

from rl4real_data.core.errors import DatasetError, HostError
from rl4real_data.episodes.file_names import INDEX_NAME, LABELS_NAME, TRIALS_NAME
from rl4real_data.episodes.index import read_index
from rl4real_data.episodes.label_values import LabelStatus, Objective
from rl4real_data.improve import episode_search
from rl4real_data.improve.function_search import SearchSettings
from rl4real_data.improve.improving import Improved, improve_dataset
from rl4real_data.labels.files import read_labels, read_origins, read_trials

SETTINGS = SearchSettings(candidates=200, seed=3, trials=4)


@pytest.fixture
def trials(monkeypatch: pytest.MonkeyPatch) -> FakeTrials:
    fake = FakeTrials()
    monkeypatch.setattr(episode_search, "trial_of_mir", lambda *words, **options: fake.of_mir(*words, **options))
    return fake


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """Five functions, which greedy neither split nor spilled."""
    write_labellable(tmp_path / "d")
    return tmp_path / "d"


def improve(data_dir: Path, settings: SearchSettings = SETTINGS, **options: Any) -> Improved:
    return improve_dataset(data_dir, lambda _: make_tool(), settings, **{"take_all": True, **options})


def found_files(data_dir: Path) -> dict[str, bytes]:
    return {name: (data_dir / name).read_bytes() for name in (LABELS_NAME, TRIALS_NAME, INDEX_NAME)}


def test_labels_and_candidates_lie_beside_the_episodes(trials: FakeTrials, data_dir: Path) -> None:
    done = improve(data_dir)
    labels, sample = read_labels(data_dir), read_trials(data_dir)

    assert [label.episode_id for label in labels] == [*ids_of(data_dir), *ids_of(data_dir, "test")]
    assert {label.status for label in labels} == {LabelStatus.BETTER}
    assert [set(label.decisions or ()) for label in labels] == [BEST] * 5
    assert {(label.value, label.greedy_value, label.seed) for label in labels} == {(85.0, 100.0, 3)}
    assert len(sample) == 4 * 5
    assert (done.episodes, done.searched, done.gain.improved) == (5, 5, 5)
    assert done.gain.geometric_mean == pytest.approx(0.85)
    assert done.gain.kinds == {"spill": 5, "assign": 5}
    assert read_origins(data_dir)[0].recipe == SETTINGS.recipe()
    assert sorted(trials.texts) == sorted(f"---\nname: 'f{number}'\n...\n" for number in (1, 2, 3, 4, 101))


@pytest.mark.usefixtures("trials")
def test_any_number_of_jobs_gives_the_same_bytes(tmp_path: Path) -> None:
    for jobs in (1, 3):
        write_labellable(tmp_path / str(jobs))
        improve(tmp_path / str(jobs), jobs=jobs)

    assert found_files(tmp_path / "1") == found_files(tmp_path / "3")


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("moment", [0, 1, 3])
def test_run_that_ends_early_goes_on(trials: FakeTrials, tmp_path: Path, moment: int, jobs: int) -> None:
    """What was found before is not searched again, and the bytes are those of an undisturbed run."""
    write_labellable(tmp_path / "whole")
    write_labellable(tmp_path / "cut")
    improve(tmp_path / "whole")
    trials.texts.clear()

    def end(_: str) -> None:
        if len(trials.texts) >= moment:
            raise HostError("no room")

    trials.before = end
    with pytest.raises(HostError, match="no room"):
        improve(tmp_path / "cut", jobs=jobs)
    assert not (tmp_path / "cut" / LABELS_NAME).exists()
    trials.before = lambda _: None
    done = improve(tmp_path / "cut", jobs=jobs)

    assert done.searched >= 5 - moment if jobs > 1 else done.searched == 5 - moment
    assert found_files(tmp_path / "whole") == found_files(tmp_path / "cut")
    assert not (tmp_path / "cut" / ".work" / "improve").exists()


TEXTS = {number: f"---\nname: 'f{number}'\n...\n" for number in (1, 2, 3, 4, 101)}


def test_compiler_that_fails_costs_its_episode_alone(trials: FakeTrials, data_dir: Path) -> None:
    """It is tried twice: the machine may have killed it."""
    trials.broken = frozenset({TEXTS[2]})
    done = improve(data_dir)
    failed = read_labels(data_dir)[1]

    assert [label.status for label in read_labels(data_dir)].count(LabelStatus.FAILED) == 1
    assert failed.reason == "the compiler that tries candidates failed: it ended with 1"
    assert (failed.status, failed.decisions, failed.value, failed.candidates) == (LabelStatus.FAILED, None, None, 0)
    assert trials.texts.count(TEXTS[2]) == 2
    assert (done.gain.compared, done.gain.improved, done.gain.reasons) == (4, 4, {failed.reason: 1})


def test_interruption_is_no_failure_of_an_episode(
    trials: FakeTrials, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends the compilers, whose end then is nobody's fault."""

    def has_arrived() -> None:
        raise KeyboardInterrupt

    trials.broken = frozenset(TEXTS.values())
    monkeypatch.setattr(episode_search, "interruption", SimpleNamespace(check=has_arrived))
    with pytest.raises(KeyboardInterrupt):
        improve(data_dir)
    assert not (data_dir / LABELS_NAME).exists()


def write_mixed(data_dir: Path, special: build.Row) -> None:
    """Function 2 is another one."""
    write_labellable(data_dir, make=lambda number: special if number == 2 else build.make_episode(number))


def test_episode_without_a_text_has_a_row(trials: FakeTrials, tmp_path: Path) -> None:
    write_mixed(tmp_path / "d", build.make_episode(2, mir=None))
    done = improve(tmp_path / "d")
    label = read_labels(tmp_path / "d")[1]

    assert (label.status, label.reason) == (LabelStatus.NONE, "the episode has no MIR text")
    assert len(trials.texts) == 4
    assert (done.gain.compared, done.gain.reasons) == (4, {label.reason: 1})


@pytest.mark.usefixtures("trials")
def test_longer_run_adds_to_a_shorter_one(tmp_path: Path) -> None:
    write_labellable(tmp_path / "at once")
    write_labellable(tmp_path / "in turn")
    improve(tmp_path / "at once")
    done = [improve(tmp_path / "in turn", limit=limit) for limit in (2, 2, None)]

    assert [(each.episodes, each.searched, each.gain.improved) for each in done] == [(2, 2, 2), (2, 0, 2), (5, 3, 5)]
    assert found_files(tmp_path / "at once") == found_files(tmp_path / "in turn")


@pytest.mark.usefixtures("trials")
def test_labels_of_other_settings_are_replaced(data_dir: Path) -> None:
    improve(data_dir, limit=3)
    done = improve(data_dir, replace(SETTINGS, seed=4), limit=2)

    assert (done.replaced, done.searched) == (3, 2)
    assert {label.seed for label in read_labels(data_dir)} == {4}
    assert len(read_labels(data_dir)) == 2


@pytest.mark.usefixtures("trials")
def test_labels_of_the_other_objective_stay(data_dir: Path) -> None:
    improve(data_dir, limit=3)
    improve(data_dir, replace(SETTINGS, objective=Objective.SCORE), limit=2)

    assert [label.objective for label in read_labels(data_dir)] == [*["final"] * 3, *["score"] * 2]


def test_asked_for_are_functions_that_greedy_split_or_spilled(trials: FakeTrials, tmp_path: Path) -> None:
    write_mixed(tmp_path / "d", build.make_spilled_episode(2))
    done = improve(tmp_path / "d", take_all=False)

    assert (done.episodes, trials.texts) == (1, [TEXTS[2]])


def test_nothing_to_search_writes_nothing(trials: FakeTrials, data_dir: Path) -> None:
    before = (data_dir / INDEX_NAME).read_bytes()
    done = improve(data_dir, take_all=False)

    assert (done.episodes, done.searched, trials.texts) == (0, 0, [])
    assert (data_dir / INDEX_NAME).read_bytes() == before


@pytest.mark.usefixtures("trials")
def test_dataset_of_another_allocator_is_refused(data_dir: Path) -> None:
    index = replace(read_index(data_dir), model="mlbasicra")
    (data_dir / INDEX_NAME).write_text(index.to_json())

    with pytest.raises(DatasetError, match="its episodes are of the allocator mlbasicra"):
        improve(data_dir)
