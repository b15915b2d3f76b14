"""Lists of lists as flat numpy arrays.

What lets a check look at all nodes of 512 episodes in one expression.

Arrow already stores a list column as one array of values and the lengths of the lists. These classes keep
that form and add, for every value, whose it is.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Values = npt.NDArray[Any]


class Lists:
    """`lengths` (lists,) int64, `values` (sum of the lengths,), `holes` (same) True for a null."""

    def __init__(self, lengths: Ints, values: Values, holes: Flags) -> None:
        self.lengths = lengths
        self.values = values
        self.holes = holes

    @cached_property
    def starts(self) -> Ints:
        """Index of each list's first value; one entry more, the number of values."""
        return np.concatenate((np.zeros(1, np.int64), np.cumsum(self.lengths)))

    @cached_property
    def owner(self) -> Ints:
        """The list that each value belongs to."""
        return np.repeat(np.arange(len(self.lengths)), self.lengths)

    @cached_property
    def place(self) -> Ints:
        """The index of each value in its list."""
        return np.arange(len(self.values)) - self.starts[self.owner]

    @cached_property
    def follows(self) -> Flags:
        """(values - 1,) True where value i + 1 belongs to the same list as value i."""
        same: Flags = self.owner[1:] == self.owner[:-1]
        return same

    def not_ascending(self, *, strict: bool = True) -> Ints:
        """Indices of the values below the one before them in their list, or equal to it if `strict`."""
        before, after = self.values[:-1], self.values[1:]
        wrong = after <= before if strict else after < before
        return np.flatnonzero(wrong & self.follows) + 1

    def heads(self) -> tuple[Ints, Ints]:
        """The lists that are not empty, and the index of the first value of each."""
        filled = np.flatnonzero(self.lengths)
        return filled, self.starts[filled]


class Nested:
    """A column of lists of lists: `outer` holds, for each row, the indices of its lists in `inner`."""

    def __init__(self, outer: Lists, inner: Lists) -> None:
        self.outer = outer
        self.inner = inner

    @cached_property
    def row(self) -> Ints:
        """The row that each value of `inner` belongs to."""
        return self.outer.owner[self.inner.owner]

    @cached_property
    def node(self) -> Ints:
        """The index, in its row, of the list that each value of `inner` belongs to."""
        return self.outer.place[self.inner.owner]


def list_lengths(column: pa.Array) -> Ints:
    """Lengths of the lists of a column, 0 for null, from Arrow's offsets."""
    lengths = pc.fill_null(pc.list_value_length(column), 0).to_numpy(zero_copy_only=False)
    return np.asarray(lengths, np.int64)


def flatten_lists(column: pa.Array) -> Lists:
    """A list column of numbers. Nulls become 0 and are marked in `holes`."""
    values = column.flatten()
    holes = values.is_null().to_numpy(zero_copy_only=False)
    return Lists(list_lengths(column), pc.fill_null(values, 0).to_numpy(zero_copy_only=False), holes)


def flatten_nested(column: pa.Array) -> Nested:
    """A column of lists of lists of numbers."""
    lists = column.flatten()
    holes = lists.is_null().to_numpy(zero_copy_only=False)
    outer = Lists(list_lengths(column), np.arange(len(lists)), holes)
    return Nested(outer, flatten_lists(lists))


def nested_lengths(column: pa.Array) -> tuple[Ints, Ints]:
    """For each row of a column of lists of lists: the sum of the inner lengths, and the largest of them."""
    outer = list_lengths(column)
    inner = list_lengths(column.flatten())
    starts = np.cumsum(outer) - outer
    filled = outer > 0
    total, largest = np.zeros(len(outer), np.int64), np.zeros(len(outer), np.int64)
    if filled.any():
        total[filled] = np.add.reduceat(inner, starts[filled])
        largest[filled] = np.maximum.reduceat(inner, starts[filled])
    return total, largest
