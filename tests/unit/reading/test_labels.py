"""The labels of an episode, and the candidates that were tried for it."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import fsspec  # type: ignore[import-untyped]
import label_builder as build
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from changed_index import relist

from rl4real_data import EpisodeDataset
from rl4real_data.core.errors import DatasetError
from rl4real_data.episodes.label_values import LabelStatus, Objective


@pytest.fixture
def ids(tmp_path: Path) -> list[str]:
    """The four episodes of train."""
    build.write_labellable(tmp_path)
    return build.ids_of(tmp_path)


def put_all(data_dir: Path, ids: list[str]) -> None:
    """Of the first episode a proof, of the second both, of the third an answer of neither."""
    none = replace(
        build.make_proof(ids[2]), status=LabelStatus.NONE, reason="too many nodes", parts=None, value=None, bound=None
    )
    build.put_labels(data_dir, [*map(build.make_proof, ids[:2]), none], origin=build.of_proofs())
    build.put_labels(
        data_dir, [build.make_label(ids[1])], trials=[build.make_trial(ids[1], 7), build.make_failed_trial(ids[1], 3)]
    )


def test_episodes_without_labels_have_none(tmp_path: Path, ids: list[str]) -> None:
    episode = EpisodeDataset(tmp_path)[0]

    assert (episode.episode_id, episode.best, episode.labels, episode.trials) == (ids[0], None, (), ())


def test_each_episode_has_its_own(tmp_path: Path, ids: list[str]) -> None:
    put_all(tmp_path, ids)
    first, second, third, fourth = EpisodeDataset(tmp_path)

    assert (first.best, first.labels) == (build.make_proof(ids[0]), (build.make_proof(ids[0]),))
    assert second.best == build.make_label(ids[1])
    assert second.labels == (build.make_label(ids[1]), build.make_proof(ids[1]))
    assert second.trials == (build.make_failed_trial(ids[1], 3), build.make_trial(ids[1], 7))
    assert third.best is None
    assert [label.reason for label in third.labels] == ["too many nodes"]
    assert (fourth.best, fourth.labels, fourth.trials, first.trials) == (None, (), (), ())


def test_the_best_by_the_final_code_is_the_best(tmp_path: Path, ids: list[str]) -> None:
    by_score = build.make_label(
        ids[0], objective=Objective.SCORE, value=11.0, greedy_value=14.5, final=None, greedy_final=None
    )
    build.put_labels(tmp_path, [by_score], origin=build.make_origin(objective=Objective.SCORE))
    assert EpisodeDataset(tmp_path)[0].best == by_score

    build.put_labels(tmp_path, [build.make_equal(ids[0])])
    assert EpisodeDataset(tmp_path)[0].best == build.make_equal(ids[0])


def test_labels_are_read_from_afar(tmp_path: Path, ids: list[str]) -> None:
    put_all(tmp_path, ids)
    remote = fsspec.filesystem("memory")
    remote.put(str(tmp_path), "/labelled", recursive=True)
    dataset = EpisodeDataset("memory://labelled", verify=True)

    assert dataset[1].best == build.make_label(ids[1])
    assert [trial.number for trial in dataset[1].trials] == [3, 7]


def test_an_episode_in_another_process_has_its_labels(tmp_path: Path, ids: list[str]) -> None:
    put_all(tmp_path, ids)
    episode = pickle.loads(pickle.dumps(EpisodeDataset(tmp_path)[1]))

    assert episode.best == build.make_label(ids[1])


def test_labels_are_of_selected_episodes(tmp_path: Path, ids: list[str]) -> None:
    put_all(tmp_path, ids)

    assert EpisodeDataset(tmp_path).select(["episode_id"])[0].best == build.make_proof(ids[0])
    with pytest.raises(DatasetError, match="'episode_id' was not selected"):
        _ = EpisodeDataset(tmp_path).select(["function"])[0].best


@pytest.mark.parametrize("verify", [True, False])
@pytest.mark.parametrize("damage", ["cut", "missing", "another"])
def test_a_file_that_is_not_whole_is_named(tmp_path: Path, ids: list[str], damage: str, verify: bool) -> None:
    put_all(tmp_path, ids)
    path = tmp_path / "labels.parquet"
    content = path.read_bytes()
    path.unlink()
    if damage != "missing":
        path.write_bytes(
            content[: len(content) // 2] if damage == "cut" else (tmp_path / "trials.parquet").read_bytes()
        )

    episode = EpisodeDataset(tmp_path, verify=verify)[0]
    with pytest.raises(DatasetError, match=r"labels\.parquet: (cannot be read|is missing)"):
        _ = episode.best


@pytest.mark.parametrize(
    ("column", "value"),
    [("source", "oracle"), ("status", "great"), ("decisions", "[["), ("episode_id", None), ("objective", None)],
)
def test_a_row_that_is_none_is_an_error_of_the_file(
    tmp_path: Path, ids: list[str], column: str, value: str | None
) -> None:
    put_all(tmp_path, ids)
    table = pq.read_table(tmp_path / "labels.parquet")
    place = table.schema.get_field_index(column)
    values = pa.array([value] * table.num_rows, pa.string())
    pq.write_table(table.set_column(place, table.schema.field(place), values), tmp_path / "labels.parquet")
    relist(tmp_path, "labels.parquet")

    with pytest.raises(DatasetError, match=r"labels\.parquet: cannot be read"):
        _ = EpisodeDataset(tmp_path)[0].best
