"""Columns of one row group as flat numpy arrays.

A row is then two offsets and a slice, without a copy.
"""

from __future__ import annotations

import itertools
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Values = npt.NDArray[Any]
Offsets = npt.NDArray[np.int32]


class Column(Protocol):
    """One column of a row group."""

    def value(self, row: int) -> Any:
        """What row `row` holds; None for null."""

    def check(self, *, is_required: bool, is_index: bool) -> None:
        """ValueError for a null in a list, or in a column that tells in each row; for an index below 0."""


class ScalarColumn:
    """A column of strings, numbers or booleans."""

    def __init__(self, array: pa.Array) -> None:
        self._array = array

    def value(self, row: int) -> Any:
        return self._array[row].as_py()

    def check(self, *, is_required: bool, is_index: bool) -> None:  # noqa: ARG002 - indices come in lists
        _check_nulls(is_required and self._array.null_count)


class ListColumn:
    """A column of lists of numbers: `values` of all rows on end, row r has [offsets[r], offsets[r + 1])."""

    def __init__(self, array: pa.ListArray) -> None:
        self.values: Values = flat_numpy(array.values)
        self.offsets: list[int] = array.offsets.to_numpy().tolist()
        self._is_there = validity(array)
        self._holes = array.values.null_count

    def check(self, *, is_required: bool, is_index: bool) -> None:
        _check_nulls(self._holes or (is_required and self._is_there is not None))
        _check_indices(self.values, is_index=is_index)

    def value(self, row: int) -> Values | None:
        if self._is_there is not None and not self._is_there[row]:
            return None
        return self.values[self.offsets[row] : self.offsets[row + 1]]


class NestedColumn:
    """A column of lists of lists: row r has the inner lists [offsets[r], offsets[r + 1]), cut by `inner_offsets`."""

    def __init__(self, array: pa.ListArray) -> None:
        inner = array.values
        self.values: Values = flat_numpy(inner.values)
        self.inner_offsets: Offsets = inner.offsets.to_numpy()
        self.offsets: list[int] = array.offsets.to_numpy().tolist()
        self._is_there = validity(array)
        self._holes = inner.null_count or inner.values.null_count

    def check(self, *, is_required: bool, is_index: bool) -> None:
        _check_nulls(self._holes or (is_required and self._is_there is not None))
        _check_indices(self.values, is_index=is_index)

    def ragged(self, row: int) -> tuple[Values, Offsets] | None:
        """The row's values one behind the other, and (lists + 1,) int32 offsets into them; None for null."""
        if self._is_there is not None and not self._is_there[row]:
            return None
        offsets = self.inner_offsets[self.offsets[row] : self.offsets[row + 1] + 1]
        return self.values[offsets[0] : offsets[-1]], offsets - offsets[0]

    def value(self, row: int) -> list[Values] | None:
        pair = self.ragged(row)
        if pair is None:
            return None
        values, offsets = pair
        bounds = offsets.tolist()
        return [values[first:last] for first, last in itertools.pairwise(bounds)]


def _check_nulls(some: int | bool) -> None:
    if some:
        raise ValueError("it holds a null where there can be none")


def _check_indices(values: Values, *, is_index: bool) -> None:
    if is_index and len(values) and values.min() < 0:
        raise ValueError("it holds an index below 0")


def flat_numpy(array: pa.Array) -> Values:
    """A numeric array as numpy, without a copy where Arrow allows it."""
    return array.to_numpy(zero_copy_only=False)  # type: ignore[no-any-return]


def validity(array: pa.Array) -> npt.NDArray[np.bool_] | None:
    """(rows,) True where the array has a value; None if it has one everywhere."""
    if not array.null_count:
        return None
    return array.is_valid().to_numpy(zero_copy_only=False)  # type: ignore[no-any-return]


def decode_column(column: pa.ChunkedArray) -> Column:
    """The column of one row group in the form that suits its type."""
    array = (
        column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays(column.chunks) if column.num_chunks else None
    )
    if array is None:
        array = pa.array([], column.type)
    if not pa.types.is_list(array.type):
        return ScalarColumn(array)
    return NestedColumn(array) if pa.types.is_list(array.type.value_type) else ListColumn(array)
