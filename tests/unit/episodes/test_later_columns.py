"""Datasets from before a column was there are read as if it were null, by everything that reads episodes."""

from __future__ import annotations

from pathlib import Path

import episode_builder as build
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from rl4real_data import EpisodeDataset
from rl4real_data.core.split import Split
from rl4real_data.episodes.index import read_index
from rl4real_data.episodes.later_columns import LATER_COLUMNS, complete, there
from rl4real_data.episodes.schema import EPISODES, MODULES
from rl4real_data.export.rl4real import ForkExport, export_rl4real
from rl4real_data.flow.splits import remainder
from rl4real_data.show.load import load_view
from rl4real_data.statistics.collection import collect_stats
from rl4real_data.validation.finding import Finding
from rl4real_data.validation.whole_dataset import validate

SHARD = "data/train-00000-of-00001.parquet"


def write_old_dataset(data_dir: Path, without: str) -> None:
    """A dataset whose shard lacks a column."""
    plain = build.write_table

    def write_table(path: Path, rows: list[build.Row], schema: pa.Schema) -> None:
        kept = pa.schema([field for field in schema if field.name != without], schema.metadata)
        plain(path, [{name: row[name] for name in row if name != without} for row in rows], kept)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "write_table", write_table)
        build.write_dataset(data_dir, {"train": [[build.make_episode(1), build.make_spilled_episode(2)]]})


@pytest.mark.parametrize("name", [name for name in LATER_COLUMNS if name in EPISODES.names])
def test_an_older_dataset_is_read_by_everything(tmp_path: Path, name: str) -> None:
    write_old_dataset(tmp_path, name)
    assert name not in pq.read_schema(tmp_path / SHARD).names

    first, second = EpisodeDataset(tmp_path)
    assert [getattr(episode, name) for episode in (first, second)] == [None, None]
    assert getattr(EpisodeDataset(tmp_path).select([name])[1], name) is None
    assert second.spills == 1
    assert validate(tmp_path) == ()
    assert collect_stats(tmp_path).overall.shapes == 4
    assert load_view(tmp_path, "f2").facts["function"] == "f2"
    assert export_rl4real(ForkExport(data_dir=tmp_path, folder=tmp_path / "out")).graphs == 2


@pytest.mark.parametrize("name", [name for name in LATER_COLUMNS if name in MODULES.names])
def test_modules_of_an_older_dataset_are_read_by_everything(tmp_path: Path, name: str) -> None:
    write_old_dataset(tmp_path, name)
    assert name not in pq.read_schema(tmp_path / "modules.parquet").names

    assert validate(tmp_path) == ()
    assert collect_stats(tmp_path).overall.shapes == 4
    rest = remainder(tmp_path, read_index(tmp_path), Split.TRAIN, train_hashes=frozenset())
    assert rest.module_rows.schema.names == MODULES.names
    assert rest.module_rows[name].null_count == rest.module_rows.num_rows > 0


def test_another_missing_column_is_damage(tmp_path: Path) -> None:
    write_old_dataset(tmp_path, "node_hint")

    assert validate(tmp_path) == (Finding(SHARD, None, "columns: lacks node_hint"),)


def test_rows_are_completed_in_the_order_that_is_asked_for() -> None:
    rows = pa.table({"function": ["f", "g"], "spills": [1, 2]})
    found = complete(rows, ["node_inst", "spills"])

    assert found.column_names == ["node_inst", "spills"]
    assert found["node_inst"].to_pylist() == [None, None]
    assert found.schema.field("node_inst").type == EPISODES.field("node_inst").type
    assert pc.sum(found["spills"]).as_py() == 3
    assert complete(rows, ["spills"]).column_names == ["spills"]
    assert there(["spills", "node_inst", "copies"], rows.schema) == ["spills", "copies"]
