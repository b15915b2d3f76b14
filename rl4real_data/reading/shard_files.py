"""The shards of one split.

Their footers, their row groups, and the proof that they are what the index says.
"""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.dataset as arrow_dataset
import pyarrow.parquet as pq

from rl4real_data.core.errors import DatasetError, UsageError
from rl4real_data.episodes.footer import check_footer, check_version
from rl4real_data.episodes.index import DatasetIndex
from rl4real_data.episodes.later_columns import complete, there
from rl4real_data.episodes.schema import EPISODES, REQUIRED
from rl4real_data.episodes.schema_version import SCHEMA_VERSION
from rl4real_data.episodes.shards import MALFORMED
from rl4real_data.reading.flat_columns import Column, decode_column
from rl4real_data.reading.storage import Storage

_INDICES: Final = frozenset(
    {
        *("inst", "node_inst", "node_live", "use_inst", "split_points", "edge_u", "edge_v"),
        *("block_start", "block_succ", "node_class", "reserved", "callee_saved"),
        *("operand_inst", "operand_node", "copy_inst", "fixed_unit", "fixed_live", "mask_inst"),
        *("part_node", "part_first", "part_last", "choice_operand", "move_inst", "move_block", "changed_inst"),
    }
)
"""Columns whose numbers something is looked up with: numpy would take one below 0 from the end."""
_OPEN_FILES: Final = 8
"""Shards that are kept open: an open one costs its footer, 0.3 MB."""
_GAP: Final = 1 << 20
"""Bytes of a remote file that are sooner read than skipped: at 10 to 100 MB/s they take 10 to 100 ms, a request of its
own as long.
"""
_FORMAT: Final = arrow_dataset.ParquetFileFormat(
    default_fragment_scan_options=arrow_dataset.ParquetFragmentScanOptions(
        pre_buffer=True, cache_options=pa.CacheOptions(hole_size_limit=_GAP, range_size_limit=1 << 26)
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where another process finds the same shards: folder or URL, pickled options of its file system, and the split.

    `version`: hash of the checksums of all files, so that it finds the same ones. `verify`: compare a shard's sha256
    with the index before the first row is taken from it.
    """

    root: str
    options: bytes
    split: str
    version: str
    verify: bool


class ShardFiles:
    """The shards `names` of a dataset, in order. Can be pickled."""

    def __init__(self, storage: Storage, names: Sequence[str], index: DatasetIndex, address: Address) -> None:
        self.storage: Final = storage
        self.names: Final = tuple(names)
        self.index: Final = index
        self.entries: Final = tuple(index.files[name] for name in names)
        self.address: Final = address
        self.verify: Final = address.verify
        self._open: OrderedDict[int, tuple[pq.ParquetFile, arrow_dataset.ParquetFileFragment]] = OrderedDict()
        self._starts: dict[int, npt.NDArray[np.int64]] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return ShardFiles, (self.storage, self.names, self.index, self.address)

    def _opened(self, shard: int) -> tuple[pq.ParquetFile, arrow_dataset.ParquetFileFragment]:
        """The shard, opened and proven, and the same file for Arrow's scanner: one footer, read once.

        DatasetError, with its name, if it cannot be used.
        """
        if shard in self._open:
            self._open.move_to_end(shard)
            return self._open[shard]
        with self.blame(shard):
            stream = self.storage.open(self.names[shard])
            if shard not in self._starts and self.verify:
                self.storage.compare(stream, self.index.files[self.names[shard]])
            fragment = _FORMAT.make_fragment(stream)
            fragment.ensure_complete_metadata()
            # no pre-buffering: it would hold a whole row group although single columns are asked for
            file = pq.ParquetFile(stream, metadata=fragment.metadata, pre_buffer=False)
            self._check_footer(shard, file)
        while len(self._open) >= _OPEN_FILES:
            self._open.popitem(last=False)
        self._open[shard] = file, fragment
        return file, fragment

    def _check_footer(self, shard: int, file: pq.ParquetFile) -> None:
        metadata, name = file.metadata, self.names[shard]
        if (version := check_version(metadata.metadata)) > SCHEMA_VERSION:
            raise DatasetError(
                f"{self.storage.path_of(name)}: written in schema version {version}, this program reads "
                f"up to {SCHEMA_VERSION}",
                hint="install a newer rl4real-data",
            )
        check_footer(metadata.metadata, file.schema_arrow, metadata.num_rows, name, self.index)
        rows = [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)]
        starts = np.concatenate(([0], np.cumsum(rows, dtype=np.int64)))
        if starts[-1] != metadata.num_rows:
            raise ValueError(f"its row groups have {starts[-1]:,} rows, not {metadata.num_rows:,}")
        self._starts[shard] = starts

    def row_group_starts(self, shard: int) -> npt.NDArray[np.int64]:
        """(row groups + 1,) int64: the first row of each row group of the shard; the last entry is its row count."""
        if shard not in self._starts:
            self._opened(shard)
        return self._starts[shard]

    def read(self, shard: int, number: int, names: Sequence[str]) -> pa.Table:
        """These columns of a row group; of a remote one in few requests. DatasetError if they cannot be read."""
        file, fragment = self._opened(shard)
        with self.blame(shard):
            columns = there(names, file.schema_arrow)
            if self.storage.is_local:
                table = file.read_row_group(number, columns=columns, use_threads=False)
            else:
                table = fragment.subset(row_group_ids=[number]).to_table(columns=columns, use_threads=False)
            return complete(table, names)

    def kept(self, shard: int, number: int, condition: Any) -> npt.NDArray[np.bool_]:
        """(rows of the row group,) True where `condition` holds; reads only the columns that it names.

        The footer's statistics come first: a row group that cannot hold such a row is not read at all.
        """
        starts = self.row_group_starts(shard)
        rows = int(starts[number + 1] - starts[number])
        with self.blame(shard):
            fragment = self._opened(shard)[1].subset(row_group_ids=[number])
            # not the file's own schema: a column that an older file lacks is null there
            if not fragment.split_by_row_group(condition, schema=EPISODES):
                return np.zeros(rows, np.bool_)
            table = fragment.to_table(schema=EPISODES, columns={"kept": condition}, use_threads=False)
            return table["kept"].fill_null(False).to_numpy().astype(np.bool_)  # type: ignore[no-any-return]

    @contextlib.contextmanager
    def blame(self, shard: int) -> Iterator[None]:
        """Whatever goes wrong inside becomes a DatasetError that names the shard."""
        try:
            yield
        except MALFORMED as error:
            raise self.storage.unreadable(self.names[shard], error) from error


def no_such_column(name: str) -> UsageError:
    """The error for a column that episodes do not have."""
    return UsageError(f"episodes have no column {name!r}", hint=f"there are: {', '.join(EPISODES.names)}")


class RowGroup:
    """One row group; its columns are read and decoded when they are first asked for, and kept.

    With `columns`, those are read together at the first touch, and no other one can be had.
    """

    def __init__(self, files: ShardFiles, shard: int, number: int, columns: tuple[str, ...] | None) -> None:
        self._files = files
        self._shard = shard
        self._number = number
        self._columns = columns
        self._decoded: dict[str, Column] = {}

    def unreadable(self, error: Exception) -> DatasetError:
        """The error that names the shard."""
        return self._files.storage.unreadable(self._files.names[self._shard], error)

    def blame(self) -> contextlib.AbstractContextManager[None]:
        """Whatever goes wrong inside becomes a DatasetError that names the shard."""
        return self._files.blame(self._shard)

    @property
    def place(self) -> tuple[Address, int, int, tuple[str, ...] | None]:
        """Where another process finds the same row group: address, shard, number, columns."""
        return self._files.address, self._shard, self._number, self._columns

    def holds(self, name: str) -> bool:
        """Whether the column was selected."""
        return self._columns is None or name in self._columns

    def column(self, name: str) -> Column:
        """A column of all rows of the group; DatasetError for one that was not selected, or cannot be read."""
        found = self._decoded.get(name)
        if found is not None:
            return found
        if name not in EPISODES.names:
            raise no_such_column(name)
        if not self.holds(name):
            raise DatasetError(f"the column {name!r} was not selected", hint="name it in `.select([…])`")
        self._load(self._columns or (name,))
        return self._decoded[name]

    def _load(self, names: Sequence[str]) -> None:
        table = self._files.read(self._shard, self._number, names)
        with self._files.blame(self._shard):
            for name in names:
                column = decode_column(table[name])
                column.check(is_required=name in REQUIRED, is_index=name in _INDICES)
                self._decoded[name] = column
