"""Datasets of older versions are read as if what they lack were null, by everything that reads episodes."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import episode_builder as build
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from rl4real_data import EpisodeDataset
from rl4real_data.core.errors import DatasetError
from rl4real_data.core.split import Split
from rl4real_data.episodes.card import dataset_card
from rl4real_data.episodes.croissant import croissant
from rl4real_data.episodes.file_names import INDEX_NAME
from rl4real_data.episodes.index import file_entry, read_index
from rl4real_data.episodes.later_columns import LATER_COLUMNS, complete, in_version, there
from rl4real_data.episodes.schema import EPISODES, MODULES, REGISTERS, VERSION_0, VERSION_1
from rl4real_data.export.rl4real import ForkExport, export_rl4real
from rl4real_data.flow.splits import remainder
from rl4real_data.show.load import load_view
from rl4real_data.statistics.collection import collect_stats
from rl4real_data.validation.finding import Finding
from rl4real_data.validation.whole_dataset import validate

SHARD = "data/train-00000-of-00001.parquet"
UNANNOUNCED = ("node_inst", "flags_left_out")


def write_old_dataset(data_dir: Path, without: str, *, version: int = 0) -> None:
    """A dataset whose tables lack a column, too."""
    plain = build.write_table

    def write_table(path: Path, rows: list[build.Row], schema: pa.Schema) -> None:
        plain(path, rows, pa.schema([field for field in schema if field.name != without], schema.metadata))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "write_table", write_table)
        write_dataset(data_dir, version=version)


def write_dataset(data_dir: Path, *, version: int) -> None:
    rows = [build.make_episode(1), build.make_spilled_episode(2)]
    build.write_dataset(data_dir, {"train": [rows]}, version=version)


def check_that_it_is_read(data_dir: Path, *columns: str) -> None:
    dataset = EpisodeDataset(data_dir)
    first, second = dataset
    for name in columns:
        assert [getattr(episode, name) for episode in (first, second)] == [None, None]
        assert getattr(dataset.select([name])[1], name) is None
        assert len(dataset.filter(pc.field(name).is_null())) == 2
        assert len(dataset.filter(pc.field(name).is_valid())) == 0
    assert dataset.to_pandas([*columns, "spills"])["spills"].tolist() == [0, 1]
    assert second.spills == 1
    assert dataset.registers.names[1] == "r1"
    assert validate(data_dir) == ()
    assert collect_stats(data_dir).overall.shapes == 4
    assert load_view(data_dir, "f2").facts["function"] == "f2"
    assert export_rl4real(ForkExport(data_dir=data_dir, folder=data_dir.with_name("out"))).graphs == 2


def test_a_dataset_of_version_0_is_read_by_everything(tmp_path: Path) -> None:
    write_dataset(tmp_path / "d", version=0)
    assert pq.read_schema(tmp_path / "d" / SHARD).names == [name for name, _, _ in VERSION_0]

    check_that_it_is_read(tmp_path / "d", *(name for name, _, _ in VERSION_1))


@pytest.mark.parametrize("name", [name for name in UNANNOUNCED if name in EPISODES.names])
def test_an_older_dataset_is_read_by_everything(tmp_path: Path, name: str) -> None:
    write_old_dataset(tmp_path / "d", name)
    assert name not in pq.read_schema(tmp_path / "d" / SHARD).names

    check_that_it_is_read(tmp_path / "d", name)


@pytest.mark.parametrize("name", [name for name in UNANNOUNCED if name in MODULES.names])
def test_modules_of_an_older_dataset_are_read_by_everything(tmp_path: Path, name: str) -> None:
    write_old_dataset(tmp_path, name)
    assert name not in pq.read_schema(tmp_path / "modules.parquet").names

    assert validate(tmp_path) == ()
    assert collect_stats(tmp_path).overall.shapes == 4
    rest = remainder(tmp_path, read_index(tmp_path), Split.TRAIN, train_hashes=frozenset())
    assert rest.module_rows.schema.names == MODULES.names
    assert rest.module_rows[name].null_count == rest.module_rows.num_rows > 0


@pytest.mark.parametrize(
    ("name", "version", "file"),
    [
        ("node_hint", 0, SHARD),
        *((name, 1, SHARD) for name in ("node_hint", "node_inst", "part_place")),
        ("subregs", 1, "registers.parquet"),
        ("flags_left_out", 1, "modules.parquet"),
    ],
)
def test_another_missing_column_is_damage(tmp_path: Path, name: str, version: int, file: str) -> None:
    write_old_dataset(tmp_path, name, version=version)

    assert Finding(file, None, f"columns: lacks {name}") in validate(tmp_path)


def test_a_column_of_a_later_version_does_not_belong(tmp_path: Path) -> None:
    write_dataset(tmp_path, version=0)
    table = pq.read_table(tmp_path / SHARD)
    rows = table.append_column(EPISODES.field("score"), pa.nulls(len(table), pa.float64()))
    replace_file(tmp_path, SHARD, rows)

    assert validate(tmp_path) == (Finding(SHARD, None, "columns: has score"),)


def replace_file(data_dir: Path, name: str, rows: pa.Table) -> None:
    """Another file, as the index has it."""
    pq.write_table(rows, data_dir / name)
    index = read_index(data_dir)
    files = {**index.files, name: file_entry(data_dir / name, rows=len(rows))}
    (data_dir / INDEX_NAME).write_text(dataclasses.replace(index, files=files).to_json(), encoding="utf-8")


def read_all(data_dir: Path) -> None:
    dataset = EpisodeDataset(data_dir)
    for episode in dataset:
        _ = episode.spills, episode.register_table
    assert dataset.instruction_table


@pytest.mark.parametrize(("version", "other"), [(0, 1), (1, 0)])
@pytest.mark.parametrize("name", [SHARD, "registers.parquet", "instructions.parquet"])
def test_files_of_two_versions_are_refused_by_name(tmp_path: Path, name: str, version: int, other: int) -> None:
    write_dataset(tmp_path / "d", version=version)
    write_dataset(tmp_path / "other", version=other)
    replace_file(tmp_path / "d", name, pq.read_table(tmp_path / "other" / name))
    text = f"{name}: written in version {other} of the dataset format, dataset.json beside it in version {version}"
    with pytest.raises(DatasetError, match=f"^{re.escape(text)}\n") as caught:
        read_all(tmp_path / "d")
    assert "rl4real-data upgrade" in caught.value.hint
    if name == SHARD:
        with pytest.raises(DatasetError, match="of the dataset format"):
            collect_stats(tmp_path / "d")
    assert Finding(name, None, f"its footer names schema version {other}, not {version}") in validate(tmp_path / "d")


def test_what_describes_a_dataset_names_the_columns_of_its_version(tmp_path: Path) -> None:
    names = {}
    for version in (0, 1):
        write_dataset(tmp_path / str(version), version=version)
        index = read_index(tmp_path / str(version))
        sets = {found["@id"]: [field["name"] for field in found["field"]] for found in croissant(index)["recordSet"]}
        names[version] = sets
        card = dataset_card(index)
        assert ("`part_place`" in card, "`spills`" in card) == (version == 1, True)
    assert names[0]["train"] == [name for name, _, _ in VERSION_0]
    assert names[1]["train"] == EPISODES.names
    assert (names[0]["registers"][-1], names[1]["registers"][-1]) == ("colour", "cost")


def test_versions_differ_in_columns_and_in_the_footer(tmp_path: Path) -> None:
    for version in (0, 1):
        schema = in_version(REGISTERS, version)
        assert ("cost" in schema.names, "units" in schema.names) == (version == 1, True)
        build.write_table(tmp_path / "t", [], schema)
        assert pq.read_schema(tmp_path / "t").metadata[b"rl4real_data.schema_version"] == str(version).encode()
    assert in_version(EPISODES, 1) is EPISODES


def test_an_index_of_a_later_version_is_refused(tmp_path: Path) -> None:
    write_dataset(tmp_path, version=1)
    raw = json.loads((tmp_path / INDEX_NAME).read_text())
    raw["schema_version"] = 2
    (tmp_path / INDEX_NAME).write_text(json.dumps(raw))

    with pytest.raises(DatasetError, match="written in schema version 2, this program reads up to 1"):
        EpisodeDataset(tmp_path)


def test_rows_are_completed_in_the_order_that_is_asked_for() -> None:
    rows = pa.table({"function": ["f", "g"], "spills": [1, 2]})
    found = complete(rows, ["node_inst", "spills", "part_place"])

    assert found.column_names == ["node_inst", "spills", "part_place"]
    assert found["node_inst"].to_pylist() == [None, None]
    for name in ("node_inst", "part_place"):
        assert found.schema.field(name).type == EPISODES.field(name).type == LATER_COLUMNS[name].type
    assert pc.sum(found["spills"]).as_py() == 3
    assert complete(rows, ["spills"]).column_names == ["spills"]
    assert there(["spills", "node_inst", "copies", "score"], rows.schema) == ["spills", "copies"]
    assert there(["node_inst"], rows.schema.with_metadata(EPISODES.metadata)) == ["node_inst"]
