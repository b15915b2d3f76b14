"""The expert's whole answers, counted.

Fates of nodes, parts, costs by kind and the score.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rl4real_data.episodes.column_values import Fate
from rl4real_data.episodes.ragged import Ints, list_lengths
from rl4real_data.statistics.distribution import Distribution, describe_counts

_KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "spills": ("spills", "spills_cost"),
    "reloads": ("reloads", "reloads_cost"),
    "folded_spills": ("folded_spills", "folded_spills_cost"),
    "folded_reloads": ("folded_reloads", "folded_reloads_cost"),
    "copies": ("copies", "copy_cost"),
    "cheap_remats": ("cheap_remats", "cheap_remats_cost"),
    "dear_remats": ("dear_remats", "dear_remats_cost"),
    "callee_saved": ("callee_saved_used", "callee_saved_cost"),
}
"""Kind -> columns of how many there are (of `callee_saved_used` the length) and of what they cost."""
FATES: Final = ("one register", "split", "spilled", "split and spilled", "rematerialized", "eliminated")


@dataclass(frozen=True, slots=True, kw_only=True)
class KindCost:
    """How many of one kind, their expected executions relative to each entry, and the share of all kinds' cost."""

    count: int
    cost: float
    share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What LLVM's allocator did in the `episodes` that tell it part by part (version 1 of the format).

    `fates`: nodes by all that happened to them; the last two are those that were neither split nor spilled. `parts`: of
    the nodes of which the episodes hold parts. `score`: the sum of LLVM's RegAllocScore.
    """

    episodes: int
    fates: Mapping[str, int]
    parts: Distribution | None
    costs: Mapping[str, KindCost]
    score: float


@dataclass(slots=True)
class AnswerTally:
    """What has been counted so far."""

    COLUMNS: ClassVar[tuple[str, ...]] = (
        *("node_vreg", "node_fate", "part_node", "score"),
        *(column for pair in _KINDS.values() for column in pair),
    )

    _told: int = 0
    _fates: Ints = field(default_factory=lambda: np.zeros(len(FATES), np.int64))
    _parts: Ints = field(default_factory=lambda: np.zeros(1, np.int64))
    _sums: Counter[str] = field(default_factory=Counter)

    def add(self, batch: pa.RecordBatch) -> None:
        """Counts the rows of a batch with at least `COLUMNS` that tell."""
        told = batch.filter(pc.is_valid(batch["node_fate"])) if batch["node_fate"].null_count else batch
        if not len(told):
            return
        self._told += len(told)
        fate = pc.fill_null(told["node_fate"].flatten(), 0).to_numpy(zero_copy_only=False)
        self._fates += np.bincount(_fates_of(fate), minlength=len(FATES))
        self._add_parts(told)
        for kind, (counted, cost) in _KINDS.items():
            counts = told[counted]
            total = int(list_lengths(counts).sum()) if pa.types.is_list(counts.type) else pc.sum(counts).as_py() or 0
            self._sums[kind] += total
            self._sums[cost] += pc.sum(told[cost]).as_py() or 0
        self._sums["score"] += pc.sum(told["score"]).as_py() or 0

    def _add_parts(self, told: pa.RecordBatch) -> None:
        """A histogram of how many parts a node has."""
        stride = int(list_lengths(told["node_vreg"]).max(initial=0)) + 1
        row = np.repeat(np.arange(len(told)), list_lengths(told["part_node"]))
        node = pc.fill_null(told["part_node"].flatten(), 0).to_numpy(zero_copy_only=False)
        _, counts = np.unique(row * stride + node, return_counts=True)
        self._parts = _padded_sum(self._parts, np.bincount(counts, minlength=1))

    @classmethod
    def merge(cls, tallies: Iterable[AnswerTally]) -> AnswerTally:
        """All of them as one."""
        merged = cls()
        for tally in tallies:
            merged._told += tally._told
            merged._fates = merged._fates + tally._fates
            merged._parts = _padded_sum(merged._parts, tally._parts)
            merged._sums.update(tally._sums)
        return merged

    def result(self) -> Answer | None:
        """None if no episode tells."""
        if not self._told:
            return None
        whole = sum(float(self._sums[cost]) for _, cost in _KINDS.values())
        costs = {
            kind: KindCost(
                count=int(self._sums[kind]),
                cost=float(self._sums[cost]),
                share=float(self._sums[cost]) / whole if whole else None,
            )
            for kind, (_, cost) in _KINDS.items()
        }
        return Answer(
            episodes=self._told,
            fates=dict(zip(FATES, self._fates.tolist(), strict=True)),
            parts=describe_counts(self._parts),
            costs=costs,
            score=float(self._sums["score"]),
        )


def _fates_of(fate: Ints) -> Ints:
    """The place in `FATES` of each node's bits."""
    both = fate & (Fate.SPLIT | Fate.SPILLED)
    rest = np.where(fate & Fate.ELIMINATED, 5, np.where(fate & Fate.REMATERIALIZED, 4, 0))
    return np.where(both != 0, both, rest).astype(np.int64)


def _padded_sum(one: Ints, other: Ints) -> Ints:
    total = np.zeros(max(len(one), len(other)), np.int64)
    total[: len(one)] += one
    total[: len(other)] += other
    return total
