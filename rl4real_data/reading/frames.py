"""One table in memory of all rows that a dataset stands for, in its order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rl4real_data.core import interruption
from rl4real_data.episodes.schema import EPISODES
from rl4real_data.reading.shard_files import ShardFiles

Ints = npt.NDArray[np.int64]


def read_rows(files: ShardFiles, blocks: Iterable[tuple[Ints, Ints]], names: Sequence[str]) -> pa.Table:
    """The columns `names` of the rows of all blocks, in their order. A block: shard and row in it of each row.

    A row group is read once a block, and only what is wanted of it is kept. DatasetError if it cannot be read.
    """
    wanted = pa.schema([EPISODES.field(name) for name in names])
    tables = [_read_block(files, shards, rows, names) for shards, rows in blocks if len(rows)]
    return pa.concat_tables([wanted.empty_table(), *(table.cast(wanted) for table in tables)])


def _read_block(files: ShardFiles, shards: Ints, rows: Ints, names: Sequence[str]) -> pa.Table:
    places, pieces = [], []
    for shard, number, own in _row_groups(files, shards, rows):
        interruption.check()
        group = files.read(shard, number, names)
        places.append(own)
        pieces.append(group.take(rows[own] - files.row_group_starts(shard)[number]))
    table, order = pa.concat_tables(pieces), np.concatenate(places)
    return table if np.all(np.diff(order) == 1) else table.take(np.argsort(order))


def _row_groups(files: ShardFiles, shards: Ints, rows: Ints) -> Iterator[tuple[int, int, Ints]]:
    """Shard and number of each row group that holds some of the rows, and which of the rows those are."""
    for shard in np.unique(shards).tolist():
        of_shard = np.flatnonzero(shards == shard)
        numbers = np.searchsorted(files.row_group_starts(shard), rows[of_shard], side="right") - 1
        for number in np.unique(numbers).tolist():
            yield shard, number, of_shard[numbers == number]
