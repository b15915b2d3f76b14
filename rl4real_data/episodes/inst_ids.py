"""The columns of episodes that refer to instruction shapes.

`inst` by function, `node_inst` by node.

A source tells one or the other (the fork's graphs tell the second); what it does not tell is null.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rl4real_data.episodes.schema import EPISODES

INST_COLUMNS: Final = ("inst", "node_inst")

Ids = npt.NDArray[np.int32]
Firsts = npt.NDArray[np.int64]


def inst_ids_of(episodes: pa.Table | pa.RecordBatch) -> Ids:
    """(references,) int32: every instruction that the episodes refer to, as often as they do."""
    return np.concatenate([np.asarray(_leaves(episodes[name])) for name in INST_COLUMNS])


def with_inst_ids(episodes: pa.Table, ids: Ids, *, firsts: Firsts | None = None) -> pa.Table:
    """The episodes with each reference i replaced by `ids[i]`; null lists stay null.

    With `firsts` (episodes,), those of episode e by `ids[firsts[e] + i]`.
    """
    for name in INST_COLUMNS:
        column = episodes[name].combine_chunks()
        if len(column) and column.null_count < len(column):
            place = episodes.schema.get_field_index(name)
            episodes = episodes.set_column(place, EPISODES.field(name), _renumbered(column, ids, firsts))
    return episodes


def _leaves(column: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """The numbers in a column of lists, or of lists of lists."""
    while pa.types.is_list(column.type):
        column = pc.list_flatten(column)
    return column


def _renumbered(column: pa.Array, ids: Ids, firsts: Firsts | None) -> pa.Array:
    if not pa.types.is_list(column.type):
        references = np.asarray(column)
        return pa.array(ids[references if firsts is None else references + firsts], pa.int32())
    lengths = np.asarray(column.value_lengths().fill_null(0))
    offsets = np.concatenate(([0], np.cumsum(lengths)))
    return pa.ListArray.from_arrays(
        pa.array(offsets, pa.int32()),
        _renumbered(column.flatten(), ids, None if firsts is None else np.repeat(firsts, lengths)),
        type=column.type,
        mask=column.is_null() if column.null_count else None,
    )
