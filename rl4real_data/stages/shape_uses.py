"""The instruction shapes that each function of a module uses.

What a dataset keeps of a module may use fewer than the whole. It is known when the module is recorded, so that nobody
reads its part again for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rl4real_data.episodes.inst_ids import INST_COLUMNS

Numbers = npt.NDArray[np.int32]
_Wide = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapeUses:
    """Pairs of a function, by position, and a shape of its module, by number: each once, sorted by function.

    A run keeps them of all its modules: 0.3 kB a function.
    """

    functions: Numbers
    shapes: Numbers

    @classmethod
    def of(cls, functions: pa.Table | pa.RecordBatch) -> ShapeUses:
        """Of the functions of a part, which need no other columns than INST_COLUMNS."""
        found = [pair for name in INST_COLUMNS for pair in _references(functions[name])]
        users = np.concatenate([users for users, _ in found]) if found else np.zeros(0, np.int64)
        shapes = np.concatenate([shapes for _, shapes in found]) if found else np.zeros(0, np.int64)
        width = int(shapes.max(initial=0)) + 1
        pairs = np.sort(users * width + shapes)  # and not np.unique, which takes four times as long
        users, shapes = np.divmod(pairs[np.diff(pairs, prepend=-1) > 0], width)
        return cls(functions=users.astype(np.int32), shapes=shapes.astype(np.int32))

    def by(self, functions: Sequence[int]) -> Numbers:
        """The shapes that these use, some more than once."""
        return self.shapes[np.isin(self.functions, functions)]


def _references(column: pa.Array | pa.ChunkedArray) -> Iterator[tuple[_Wide, _Wide]]:
    """Who refers, and to what; nothing for a column that is null everywhere."""
    column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if column.null_count == len(column):
        return
    users = np.arange(len(column))
    while pa.types.is_list(column.type):
        users = np.repeat(users, np.asarray(pc.list_value_length(column).fill_null(0)))
        column = column.flatten()
    yield users, np.asarray(column).astype(np.int64)
