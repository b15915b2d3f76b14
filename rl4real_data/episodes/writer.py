"""The writer of a dataset's Parquet files.

The same rows give the same bytes.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from rl4real_data.core import interruption
from rl4real_data.episodes.file_names import SHARDS
from rl4real_data.episodes.footer import with_words
from rl4real_data.episodes.index import FileEntry, file_entry
from rl4real_data.episodes.schema import EPISODES

_CONSTANT_COLUMNS: Final = (
    "corpus",
    "license",
    "target",
    "cpu",
    "opt_level",
    "allocator",
    "llvm_version",
    "module",
)
_FILTERED_COLUMNS: Final = (
    *_CONSTANT_COLUMNS,
    *("function_id", "spills", "reloads", "folded_spills", "folded_reloads", "copies", "spill_cost", "copy_cost"),
)
_DICTIONARY_COLUMNS: Final = (
    *("block_succ_prob", "operand_index", "operand_subreg", "operand_flags", "use_flags", "value_flags"),
)
_DELTA_COLUMNS: Final = (
    *("edge_u", "block_first_split", "block_last_split", "operand_inst", "value_def", "copy_inst"),
)
"""Columns of lists that are smaller so than plain, by a quarter to a half: measured one by one on the demo, where that
saves 0.2 kB of an episode. All others are plain: zstd makes as little of them, or hardly more. To split their bytes
would save another 0.3 kB, but for whole numbers that is new in Parquet, and not every reader knows it.
"""


TABLE_ROWS: Final = 1 << 16
"""Rows of a group of a table that comes in pieces: of `modules.parquet` they take 60 MB."""


def shard_names(split: str, *, episodes: int, per_shard: int, folder: str = SHARDS) -> tuple[str, ...]:
    """`data/train-00000-of-00004.parquet`, …; one empty shard for a split without episodes, so that it can be read."""
    count = max(1, -(-episodes // per_shard))
    return tuple(f"{folder}/{split}-{number:05d}-of-{count:05d}.parquet" for number in range(count))


def row_group_sizes(episodes: int, *, per_shard: int, per_row_group: int) -> Iterator[int]:
    """Rows of each row group, over all shards; they depend on the number of episodes alone."""
    for shard in range(0, episodes, per_shard):
        rows = min(per_shard, episodes - shard)
        yield from (min(per_row_group, rows - group) for group in range(0, rows, per_row_group))


def table_writer(path: Path, schema: pa.Schema, *, compression_level: int) -> pq.ParquetWriter:
    """The one place that sets Parquet's options. With statistics a filter skips row groups; lists have none."""
    return pq.ParquetWriter(
        path,
        schema,
        version="2.6",
        compression="zstd",
        compression_level=compression_level,
        use_dictionary=[*_leaves(schema, (*_CONSTANT_COLUMNS, *_DICTIONARY_COLUMNS))],
        column_encoding=dict.fromkeys(_leaves(schema, _DELTA_COLUMNS), "DELTA_BINARY_PACKED"),
        write_statistics=[name for name in _FILTERED_COLUMNS if name in schema.names],
        store_schema=True,
    )


def _leaves(schema: pa.Schema, names: Iterable[str]) -> Iterator[str]:
    """What Parquet calls the values of these columns."""
    for name in names:
        place = schema.get_field_index(name)
        if place >= 0:
            kind, path = schema.field(place).type, name
            while pa.types.is_list(kind):
                kind, path = kind.value_type, f"{path}.list.element"
            yield path


def write_table(
    path: Path, table: pa.Table, schema: pa.Schema, *, compression_level: int, footer: Mapping[str, str] | None = None
) -> FileEntry:
    """Writes a small table as one file; its footer holds the words of `footer`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with table_writer(path, with_words(schema, footer or {}), compression_level=compression_level) as writer:
        writer.write_table(table.cast(schema))
    return file_entry(path, rows=table.num_rows)


def write_tables(
    path: Path, tables: Iterable[pa.Table], schema: pa.Schema, *, compression_level: int, footer: Mapping[str, str]
) -> FileEntry:
    """As `write_table`, of a table that comes in pieces; whatever these are, the bytes are the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = 0
    with table_writer(path, with_words(schema, footer), compression_level=compression_level) as writer:
        for table in _regrouped(tables, schema, TABLE_ROWS):
            writer.write_table(table)
            rows += table.num_rows
    return file_entry(path, rows=rows)


def _regrouped(tables: Iterable[pa.Table], schema: pa.Schema, size: int) -> Iterator[pa.Table]:
    """The same rows, `size` at a time, each in one piece; one empty table if there are none."""
    waiting = schema.empty_table()
    was_there = False
    for table in tables:
        waiting = pa.concat_tables([waiting, table.cast(schema)])
        while waiting.num_rows >= size:
            yield waiting.slice(0, size).combine_chunks()
            waiting, was_there = waiting.slice(size), True
    if waiting.num_rows or not was_there:
        yield waiting.combine_chunks()


class ShardWriter(contextlib.AbstractContextManager["ShardWriter"]):
    """Takes tables of episodes, cuts them into row groups and shards; holds one row group in memory.

    The cuts are those of `row_group_sizes`, however the rows come. Who brings just these saves a copy.
    """

    def __init__(
        self,
        folder: Path,
        names: tuple[str, ...],
        *,
        per_shard: int,
        per_row_group: int,
        compression_level: int,
        footer: Mapping[str, str],
    ) -> None:
        self._folder = folder
        self._names: Iterator[str] = iter(names)
        self._per_shard = per_shard
        self._per_row_group = per_row_group
        self._level = compression_level
        self._schema = with_words(EPISODES, footer)
        self._waiting: list[pa.Table] = []
        self._waiting_rows = 0
        self._writer: pq.ParquetWriter | None = None
        self._name = ""
        self._rows = 0
        self._stored = 0  # bytes of the shard that are on their way to the disk
        self.files: dict[str, FileEntry] = {}

    def write(self, table: pa.Table) -> None:
        """Adds rows in the schema of EPISODES."""
        self._waiting.append(table)
        self._waiting_rows += table.num_rows
        while self._waiting_rows >= self._room():
            self._flush(self._room())

    def _room(self) -> int:
        return min(self._per_row_group, self._per_shard - self._rows)

    def _flush(self, count: int) -> None:
        waiting = pa.concat_tables(self._waiting)
        self._waiting = [waiting.slice(count)]
        self._waiting_rows -= count
        if self._writer is None:
            self._open()
        assert self._writer is not None
        self._writer.write_table(waiting.slice(0, count).combine_chunks(), row_group_size=count)
        self._begin_to_store()
        self._rows += count
        if self._rows == self._per_shard:
            self._close()

    def _open(self) -> None:
        self._name = next(self._names)
        path = self._folder / self._name
        path.parent.mkdir(parents=True, exist_ok=True)
        self._writer = table_writer(path, self._schema, compression_level=self._level)

    def _begin_to_store(self) -> None:
        """Has the kernel write what is new to the disk meanwhile: a publication waits for all of it.

        For 10 MB that takes 12 ms then, and not 37.
        """
        with contextlib.suppress(OSError), (self._folder / self._name).open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            os.posix_fadvise(file.fileno(), self._stored, size - self._stored, os.POSIX_FADV_DONTNEED)
            self._stored = size

    def _close(self) -> None:
        if self._writer is None:
            return
        self._writer.close()
        self.files[self._name] = file_entry(self._folder / self._name, rows=self._rows)
        self._writer, self._rows, self._stored = None, 0, 0

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            if self._waiting_rows:
                self._flush(self._waiting_rows)
            elif not self.files and self._writer is None:
                self._open()
            self._close()
        elif self._writer is not None:
            self._writer.close()


def write_shards(
    folder: Path, names: tuple[str, ...], tables: Iterable[pa.Table], **options: Any
) -> dict[str, FileEntry]:
    """Streams `tables` into the shards `names` below `folder`."""
    with ShardWriter(folder, names, **options) as writer:
        for table in tables:
            interruption.check()
            if table.num_rows:
                writer.write(table)
    return writer.files
