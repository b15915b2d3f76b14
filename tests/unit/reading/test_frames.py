"""`EpisodeDataset.to_pandas`: the rows, columns and order that iteration has."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from reading_dataset import write_episodes

from rl4real_data import EpisodeDataset
from rl4real_data.core.errors import DatasetError, UsageError
from rl4real_data.episodes.schema import EPISODES


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dataset")
    write_episodes(folder, (7, 1, 9))
    return folder


@pytest.fixture
def dataset(data_dir: Path) -> EpisodeDataset:
    return EpisodeDataset(data_dir)


def test_frame_holds_what_the_shards_hold(dataset: EpisodeDataset, data_dir: Path) -> None:
    frame = dataset.to_pandas()

    assert list(frame.columns) == EPISODES.names
    assert frame.index.tolist() == list(range(17))
    rows = [row for path in sorted((data_dir / "data").iterdir()) for row in pq.read_table(path).to_pylist()]
    assert frame["function_id"].tolist() == [row["function_id"] for row in rows]
    assert [list(edges) for edges in frame["edge_u"]] == [row["edge_u"] for row in rows]
    assert [[list(uses) for uses in node] for node in frame["use_inst"]] == [row["use_inst"] for row in rows]
    assert isinstance(frame["edge_u"][0], np.ndarray)


@pytest.mark.parametrize("row_groups", [1, 2, 4])
def test_frame_has_the_order_of_iteration(dataset: EpisodeDataset, row_groups: int) -> None:
    for view in (
        dataset.shuffle(5, row_groups=row_groups),
        dataset.filter(pc.field("spills") > 0).shuffle(6, row_groups=row_groups),
        dataset.shuffle(7, row_groups=row_groups).shard(1, 3),
        dataset.shard(2, 3).filter(pc.field("function_id") != 14),
    ):
        assert view.to_pandas(["function_id"])["function_id"].tolist() == [episode.function_id for episode in view]


def test_frame_starts_at_the_beginning_whatever_has_been_read(dataset: EpisodeDataset) -> None:
    next(iter(dataset))

    assert len(dataset.to_pandas(["spills"])) == 17


def test_selected_columns_come_in_their_order(dataset: EpisodeDataset) -> None:
    assert list(dataset.select(["spills", "function"]).to_pandas().columns) == ["spills", "function"]
    assert list(dataset.to_pandas(["function", "spills", "function"]).columns) == ["function", "spills"]
    assert list(dataset.to_pandas(column for column in ("corpus",)).columns) == ["corpus"]


def test_no_episode_is_a_frame_without_rows(dataset: EpisodeDataset) -> None:
    frame = dataset.filter(pc.field("spills") > 1_000_000).to_pandas(["function", "spills"])

    assert (list(frame.columns), len(frame)) == (["function", "spills"], 0)


def test_column_that_does_not_exist_is_refused(dataset: EpisodeDataset) -> None:
    with pytest.raises(UsageError, match="no column 'weight'"):
        dataset.to_pandas(["weight"])


def test_damaged_shard_is_named(tmp_path: Path) -> None:
    write_episodes(tmp_path, (7, 1))
    sorted((tmp_path / "data").iterdir())[1].write_bytes(b"no shard")

    with pytest.raises(DatasetError, match=r"train-00001-of-00002\.parquet"):
        EpisodeDataset(tmp_path).to_pandas(["spills"])
