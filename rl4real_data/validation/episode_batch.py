"""Some hundred episodes side by side, in the flat form that the invariants are written against."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rl4real_data.episodes.mask_lookup import MaskFacts
from rl4real_data.episodes.ragged import Flags, Ints, Lists, Nested, flatten_lists, flatten_nested
from rl4real_data.episodes.register_lookup import RegisterFacts


@dataclass(frozen=True, slots=True)
class Spots:
    """Where an invariant does not hold: rows of the batch, and in each one place (a node, an edge, …)."""

    rows: Ints
    places: Ints

    @staticmethod
    def none() -> Spots:
        return Spots(np.empty(0, np.int64), np.empty(0, np.int64))

    @staticmethod
    def of_rows(wrong: Flags) -> Spots:
        rows = np.flatnonzero(wrong)
        return Spots(rows, np.zeros(len(rows), np.int64))

    def first_of_each_row(self) -> Spots:
        order = np.lexsort((self.places, self.rows))
        rows, where = np.unique(self.rows[order], return_index=True)
        return Spots(rows, self.places[order][where])

    def __add__(self, other: Spots) -> Spots:
        return Spots(np.concatenate((self.rows, other.rows)), np.concatenate((self.places, other.places)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What an episode refers to outside itself; None where the dataset does not have it."""

    split: str
    registers: RegisterFacts | None
    masks: MaskFacts | None = None
    shapes: int | None
    max_nodes: int | None = None
    max_uses: int | None = None


@dataclass(slots=True)
class EpisodeBatch:
    """Rows of a shard. A column that is null in a row (a source that does not tell) counts as empty there."""

    table: pa.RecordBatch
    facts: Facts
    _lists: dict[str, Lists] = field(default_factory=dict)
    _nested: dict[str, Nested] = field(default_factory=dict)
    _cache: dict[str, Any] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return int(self.table.num_rows)

    def known(self, *columns: str) -> Flags:
        """(rows,) True where none of the columns is null."""
        mask = np.ones(self.rows, np.bool_)
        for name in columns:
            mask &= self.table[name].is_valid().to_numpy(zero_copy_only=False)
        return mask

    def lists(self, name: str) -> Lists:
        if name not in self._lists:
            self._lists[name] = flatten_lists(self.table[name])
        return self._lists[name]

    def nested(self, name: str) -> Nested:
        if name not in self._nested:
            self._nested[name] = flatten_nested(self.table[name])
        return self._nested[name]

    def numbers(self, name: str) -> Any:
        """(rows,) a column of plain numbers, 0 where it is null."""
        return pc.fill_null(self.table[name], 0).to_numpy(zero_copy_only=False)

    def once(self, name: str, compute: Callable[[EpisodeBatch], Any]) -> Any:
        """What several invariants need and is dear to compute."""
        if name not in self._cache:
            self._cache[name] = compute(self)
        return self._cache[name]

    @property
    def nodes(self) -> Ints:
        """(rows,) number of nodes."""
        return self.lists("node_vreg").lengths

    @property
    def instructions(self) -> Ints:
        """(rows,) number of instructions; more than any index where the episode does not tell."""
        return np.where(self.known("inst"), self.lists("inst").lengths, np.iinfo(np.int32).max)

    @property
    def reserved(self) -> Flags:
        """(rows, registers) True where the function reserves the register."""
        return self.once("reserved", _reserved_matrix)  # type: ignore[no-any-return]


def _reserved_matrix(batch: EpisodeBatch) -> Flags:
    registers = batch.facts.registers
    size = registers.size if registers else 1
    matrix = np.zeros((batch.rows, size), np.bool_)
    column = batch.lists("reserved")
    inside = (column.values >= 0) & (column.values < size)
    matrix[column.owner[inside], column.values[inside]] = True
    return matrix
