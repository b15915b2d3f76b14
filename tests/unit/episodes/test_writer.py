"""Shards: the cuts and the bytes depend on the rows alone."""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rl4real_data.episodes import writer
from rl4real_data.episodes.column_kinds import VERSION_KEY
from rl4real_data.episodes.schema import EPISODES, MODULES
from rl4real_data.episodes.writer import (
    ShardWriter,
    row_group_sizes,
    shard_names,
    write_shards,
    write_table,
    write_tables,
)

OPTIONS: dict[str, Any] = {"compression_level": 1, "footer": {"target": "x86"}}


def rows_of(first: int, count: int) -> pa.Table:
    """Episodes that tell apart by function_id alone; some lists are null and some empty."""
    rows = [
        {
            "function_id": n,
            "function": f"f{n}",
            "corpus": "c",
            "inst": [n, 0],
            "node_live": [[0, n], []] if n % 2 else None,
        }
        for n in range(first, first + count)
    ]
    return pa.Table.from_pylist(rows, schema=EPISODES)


def write(folder: Path, tables: list[pa.Table], *, per_shard: int, per_row_group: int) -> dict[str, Any]:
    names = shard_names("train", episodes=sum(table.num_rows for table in tables), per_shard=per_shard)
    files = write_shards(folder, names, tables, per_shard=per_shard, per_row_group=per_row_group, **OPTIONS)
    assert tuple(files) == names
    return files


def groups_of(path: Path) -> list[int]:
    metadata = pq.ParquetFile(path).metadata
    return [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)]


@pytest.mark.parametrize(
    ("episodes", "per_shard", "expected"),
    [
        (0, 4, ["data/train-00000-of-00001.parquet"]),
        (1, 4, ["data/train-00000-of-00001.parquet"]),
        (4, 4, ["data/train-00000-of-00001.parquet"]),
        (5, 4, ["data/train-00000-of-00002.parquet", "data/train-00001-of-00002.parquet"]),
    ],
)
def test_shard_names_count_upwards(episodes: int, per_shard: int, expected: list[str]) -> None:
    assert shard_names("train", episodes=episodes, per_shard=per_shard) == tuple(expected)


def test_rows_are_cut_into_groups_and_shards(tmp_path: Path) -> None:
    files = write(tmp_path, [rows_of(0, 23)], per_shard=10, per_row_group=4)

    assert [groups_of(tmp_path / name) for name in files] == [[4, 4, 2], [4, 4, 2], [3]]
    assert [entry.rows for entry in files.values()] == [10, 10, 3]
    read = [n for name in files for n in pq.read_table(tmp_path / name)["function_id"].to_pylist()]
    assert read == list(range(23))


def test_row_groups_go_to_the_disk_while_the_next_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte once, since what is asked for again might be dropped from memory before it is hashed."""
    asked: list[tuple[str, int, int]] = []

    def note(descriptor: int, begin: int, length: int, advice: int) -> None:
        assert advice == os.POSIX_FADV_DONTNEED
        asked.append((Path(f"/proc/self/fd/{descriptor}").readlink().name, begin, begin + length))

    monkeypatch.setattr(os, "posix_fadvise", note)
    files = write(tmp_path, [rows_of(0, 13)], per_shard=10, per_row_group=4)

    names = [Path(name).name for name in files]
    assert [name for name, _, _ in asked] == [names[0]] * 3 + [names[1]]
    for path in (tmp_path / name for name in files):
        ranges = [(begin, end) for name, begin, end in asked if name == path.name]
        assert [begin for begin, _ in ranges] == [0, *(end for _, end in ranges[:-1])]
        assert 0 < ranges[-1][1] < path.stat().st_size  # the footer comes last


def test_a_kernel_that_takes_no_advice_costs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: int) -> None:
        raise OSError(errno.EINVAL, "no advice")

    monkeypatch.setattr(os, "posix_fadvise", refuse)
    files = write(tmp_path, [rows_of(0, 13)], per_shard=10, per_row_group=4)

    assert sum(pq.read_metadata(tmp_path / name).num_rows for name in files) == 13


@pytest.mark.parametrize("episodes", [0, 1, 4, 9, 10, 11, 20, 23])
@pytest.mark.parametrize("per_row_group", [1, 4, 10, 12])
def test_sizes_of_row_groups_are_told_beforehand(tmp_path: Path, episodes: int, per_row_group: int) -> None:
    files = write(tmp_path, [rows_of(0, episodes)], per_shard=10, per_row_group=per_row_group)

    sizes = list(row_group_sizes(episodes, per_shard=10, per_row_group=per_row_group))
    assert sizes == [rows for name in files for rows in groups_of(tmp_path / name)]


@pytest.mark.parametrize(("count", "groups"), [(0, [[]]), (1, [[1]]), (10, [[4, 4, 2]]), (20, [[4, 4, 2], [4, 4, 2]])])
def test_round_numbers_leave_no_empty_shard_behind(tmp_path: Path, count: int, groups: list[list[int]]) -> None:
    files = write(tmp_path, [rows_of(0, count)], per_shard=10, per_row_group=4)

    assert [groups_of(tmp_path / name) for name in files] == groups
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == [Path(name).name for name in files]


def test_row_group_larger_than_a_shard(tmp_path: Path) -> None:
    files = write(tmp_path, [rows_of(0, 5)], per_shard=3, per_row_group=100)

    assert [groups_of(tmp_path / name) for name in files] == [[3], [2]]


def test_entry_has_size_and_digest_of_the_file(tmp_path: Path) -> None:
    ((name, entry),) = write(tmp_path, [rows_of(0, 2)], per_shard=10, per_row_group=4).items()

    data = (tmp_path / name).read_bytes()
    assert (entry.size, entry.sha256) == (len(data), hashlib.sha256(data).hexdigest())


def test_footer_names_the_schema_and_the_run(tmp_path: Path) -> None:
    (name,) = write(tmp_path, [rows_of(0, 2)], per_shard=10, per_row_group=4)
    schema = pq.read_schema(tmp_path / name)

    assert schema.metadata[VERSION_KEY] == b"1"
    assert schema.metadata[b"rl4real_data.target"] == b"x86"
    assert schema.equals(EPISODES)
    assert schema.field("inst").metadata[b"description"].startswith(b"inst_id of each instruction")


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(0, 9), max_size=8), st.integers(1, 12), st.integers(1, 12))
def test_cuts_and_bytes_do_not_depend_on_how_rows_come(sizes: list[int], per_shard: int, per_row_group: int) -> None:
    starts = [sum(sizes[:number]) for number in range(len(sizes))]
    pieces = [rows_of(start, size) for start, size in zip(starts, sizes, strict=True)]
    with tempfile.TemporaryDirectory() as name:
        options = {"per_shard": per_shard, "per_row_group": per_row_group}
        once = write(Path(name, "once"), [rows_of(0, sum(sizes))], **options)
        often = write(Path(name, "often"), pieces, **options)

    assert once == often


def test_slices_and_chunks_are_the_same_bytes(tmp_path: Path) -> None:
    whole = rows_of(0, 12)
    chunked = pa.concat_tables([rows_of(0, 5), rows_of(5, 7)])
    taken = pa.concat_tables([rows_of(20, 3), whole]).slice(3)
    filtered = whole.filter(pa.array([True] * 12))
    results = [
        write(tmp_path / str(number), [table], per_shard=10, per_row_group=4)
        for number, table in enumerate((whole, chunked, taken, filtered))
    ]

    assert results.count(results[0]) == 4


def test_statistics_are_of_what_filters_ask_for(tmp_path: Path) -> None:
    write(tmp_path, [rows_of(0, 6)], per_shard=6, per_row_group=3)

    with pq.ParquetFile(tmp_path / "data/train-00000-of-00001.parquet") as file:
        group = file.metadata.row_group(1)
        columns = {group.column(i).path_in_schema: group.column(i).statistics for i in range(group.num_columns)}
    assert (columns["function_id"].min, columns["function_id"].max) == (3, 5)
    assert (columns["corpus"].min, columns["corpus"].max) == ("c", "c")
    assert {name for name, found in columns.items() if found is None} >= {"mir", "episode_id", "inst.list.element"}


def test_error_leaves_no_entry(tmp_path: Path) -> None:
    writer = ShardWriter(tmp_path, ("data/x.parquet",), per_shard=9, per_row_group=2, **OPTIONS)
    writer.write(rows_of(0, 3))
    error = ZeroDivisionError("in the middle")
    writer.__exit__(type(error), error, None)

    assert writer.files == {}
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["x.parquet"]  # closed, for the caller to remove


def test_small_table_is_one_file_with_the_frozen_types(tmp_path: Path) -> None:
    schema = pa.schema([pa.field("x", pa.int16())])
    entry = write_table(tmp_path / "deep" / "t.parquet", pa.table({"x": [1, 2]}), schema, compression_level=1)

    assert entry.rows == 2
    assert pq.read_schema(tmp_path / "deep" / "t.parquet").field("x").type == pa.int16()


@pytest.mark.parametrize("cuts", [[], [1], [3, 3, 2], [2, 5, 1, 1]])
def test_table_in_pieces_is_the_same_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cuts: list[int]) -> None:
    monkeypatch.setattr(writer, "TABLE_ROWS", 4)
    rows = [{**dict.fromkeys(MODULES.names), "module": str(number), "flags_left_out": []} for number in range(9)]
    rows = rows[: sum(cuts)]
    expected = pa.Table.from_pylist(rows, schema=MODULES)
    begins = [sum(cuts[:number]) for number in range(len(cuts))]
    pieces = [expected.slice(begin, count) for begin, count in zip(begins, cuts, strict=True)]
    files = [
        write_tables(tmp_path / f"{number}.parquet", tables, MODULES, compression_level=1, footer={})
        for number, tables in enumerate(([expected], pieces))
    ]

    assert files[0] == files[1]
    found = pq.ParquetFile(tmp_path / "1.parquet")
    assert found.read().to_pylist() == rows
    assert found.num_row_groups == max(1, -(-len(rows) // 4))
