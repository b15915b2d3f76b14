"""Trials gathered over a dataset: what is tried, resume, the same bytes for any number of jobs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from fake_trial import FakeTrials, make_tool
from label_builder import ids_of, write_labellable

from rl4real_data.advice import function_trials, gathering
from rl4real_data.advice.function_trials import FunctionTrials
from rl4real_data.advice.gathering import GatherSettings, gather_trials
from rl4real_data.advice.menu import PLANS
from rl4real_data.core.errors import DatasetError, HostError
from rl4real_data.episodes.file_names import INDEX_NAME


@pytest.fixture
def trials(monkeypatch: pytest.MonkeyPatch) -> FakeTrials:
    fake = FakeTrials()
    monkeypatch.setattr(function_trials, "trial_of_mir", lambda *words, **options: fake.of_mir(*words, **options))
    monkeypatch.setattr(gathering, "FUNCTIONS_A_PART", 2)
    return fake


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """Five functions, which greedy neither split nor spilled."""
    write_labellable(tmp_path / "d")
    return tmp_path / "d"


def gather(
    data_dir: Path, folder: Path, settings: GatherSettings | None = None, **options: Any
) -> list[FunctionTrials]:
    return gather_trials(data_dir, folder, lambda _: make_tool(), settings or GatherSettings(), **options)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.mark.usefixtures("trials")
def test_each_plan_is_tried_in_each_function(data_dir: Path, tmp_path: Path) -> None:
    found = gather(data_dir, tmp_path / "t")

    assert sorted(one.episode_id for one in found) == sorted([*ids_of(data_dir), *ids_of(data_dir, "test")])
    for one in found:
        assert one.greedy == 100.0
        assert one.plans == tuple(100.0 + len(plan) for plan in PLANS), "each decision that helps nothing costs 1"
        assert not any(one.allowed), "they execute more instructions"


def test_killed_run_goes_on_behind_its_last_whole_part(trials: FakeTrials, data_dir: Path, tmp_path: Path) -> None:
    gather(data_dir, tmp_path / "whole")
    trials.texts.clear()

    def killed(text: str) -> None:
        if len(trials.texts) == 3:
            raise KeyboardInterrupt(text)

    trials.before = killed
    with pytest.raises(KeyboardInterrupt):
        gather(data_dir, tmp_path / "cut")
    trials.before = lambda _text: None
    done = len(list((tmp_path / "cut").iterdir()))
    gather(data_dir, tmp_path / "cut")

    assert done == 1
    assert len(trials.texts) == 3 + 3, "what lies in a whole part is not tried again"
    assert bytes_of(tmp_path / "cut") == bytes_of(tmp_path / "whole")


@pytest.mark.usefixtures("trials")
def test_any_number_of_jobs_gives_the_same_bytes(data_dir: Path, tmp_path: Path) -> None:
    gather(data_dir, tmp_path / "1", jobs=1)
    gather(data_dir, tmp_path / "3", jobs=3)

    assert bytes_of(tmp_path / "1") == bytes_of(tmp_path / "3")


@pytest.mark.usefixtures("trials")
def test_fewer_functions_are_some_of_many(data_dir: Path, tmp_path: Path) -> None:
    few = gather(data_dir, tmp_path / "few", GatherSettings(others=2))
    many = gather(data_dir, tmp_path / "many")

    assert few == many[:2]


def test_damaged_part_is_made_anew(trials: FakeTrials, data_dir: Path, tmp_path: Path) -> None:
    gather(data_dir, tmp_path / "t")
    whole = bytes_of(tmp_path / "t")
    (first, *_) = sorted((tmp_path / "t").iterdir())
    first.write_bytes(first.read_bytes()[:100])
    trials.texts.clear()
    gather(data_dir, tmp_path / "t")

    assert bytes_of(tmp_path / "t") == whole
    assert len(trials.texts) == 2


def test_part_of_another_menu_is_made_anew(
    trials: FakeTrials, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gather(data_dir, tmp_path / "t")
    trials.texts.clear()
    monkeypatch.setattr(gathering, "MENU_VERSION", 10_000)
    gather(data_dir, tmp_path / "t")

    assert len(trials.texts) == 5


def test_text_that_the_compiler_does_not_take_costs_one_function(
    trials: FakeTrials, data_dir: Path, tmp_path: Path
) -> None:
    trials.broken = frozenset({"---\nname: 'f2'\n...\n"})
    (broken,) = [one for one in gather(data_dir, tmp_path / "t") if one.reason]

    assert broken.episode_id == f"{2:032x}"
    assert broken.reason == "the compiler that tries candidates failed: it ended with 1"
    assert broken.greedy is None


def test_compiler_that_cannot_be_started_ends_the_run(trials: FakeTrials, data_dir: Path, tmp_path: Path) -> None:
    def missing(_text: str) -> None:
        raise FileNotFoundError(2, "No such file or directory", "llc")

    trials.before = missing
    with pytest.raises(HostError, match="llc"):
        gather(data_dir, tmp_path / "t")


def test_dataset_of_another_allocator_is_refused(tmp_path: Path) -> None:
    index = replace(write_labellable(tmp_path / "d"), model="mlbasicra")
    (tmp_path / "d" / INDEX_NAME).write_text(index.to_json(), encoding="utf-8")

    with pytest.raises(DatasetError, match="decisions are made in front of greedy"):
        gather(tmp_path / "d", tmp_path / "t")


@pytest.mark.usefixtures("trials")
def test_a_part_names_what_it_is(data_dir: Path, tmp_path: Path) -> None:
    gather(data_dir, tmp_path / "t")

    schema = pq.read_schema(sorted((tmp_path / "t").iterdir())[0])
    assert schema.names == ["episode_id", "greedy", "plans", "allowed", "reason"]
    assert len(schema.metadata[b"rl4real-data.trials"]) == 64
