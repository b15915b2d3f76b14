"""Counts over episodes that stay small.

One int32 an episode and quantity, and eight bytes of its near_hash.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rl4real_data.episodes.inst_ids import INST_COLUMNS, Ids, inst_ids_of
from rl4real_data.episodes.ragged import Ints, list_lengths, nested_lengths
from rl4real_data.episodes.schema import Outcome
from rl4real_data.statistics.answer_tally import Answer, AnswerTally
from rl4real_data.statistics.decision_tally import Decisions, DecisionTally
from rl4real_data.statistics.distribution import Distribution, describe

Counts = npt.NDArray[np.int32]
QUANTITIES: Final = ("nodes", "edges", "use_points", "largest_use_points", "instructions")
_MAX_SHAPES: Final = 1 << 24
_SUMS: Final = ("spills", "reloads", "folded_spills", "folded_reloads", "copies", "spill_cost", "copy_cost")


@dataclass(frozen=True, slots=True, kw_only=True)
class Expert:
    """What LLVM's allocator did in the `episodes` that tell: nodes by outcome, and what the code pays."""

    episodes: int
    outcomes: Mapping[str, int]
    spills: int
    reloads: int
    folded_spills: int
    folded_reloads: int
    copies: int
    spill_cost: float
    copy_cost: float


@dataclass(slots=True)
class Tally:
    """What has been counted so far."""

    COLUMNS: ClassVar[tuple[str, ...]] = (
        *("corpus", "license", "near_hash", "node_vreg", "edge_u", "use_distance", "node_outcome"),
        *INST_COLUMNS,
        *_SUMS,
        *DecisionTally.COLUMNS,
        *(name for name in AnswerTally.COLUMNS if name not in (*_SUMS, "node_vreg")),
    )

    shapes: int | None = None  # rows of instructions.parquet, where that is known
    corpora: dict[str, tuple[int, int]] = field(default_factory=dict)  # name -> episodes, nodes
    licenses: dict[str, tuple[int, int]] = field(default_factory=dict)
    _counts: dict[str, list[Counts]] = field(default_factory=lambda: {name: [] for name in QUANTITIES})
    _shapes: npt.NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))
    _outcomes: Ints = field(default_factory=lambda: np.zeros(len(Outcome), np.int64))
    _sums: Counter[str] = field(default_factory=Counter)
    _near: list[npt.NDArray[np.uint64]] = field(default_factory=list)
    _told: int = 0
    _answer: AnswerTally = field(default_factory=AnswerTally)
    _decisions: DecisionTally = field(default_factory=DecisionTally)

    def add(self, batch: pa.RecordBatch) -> None:
        """Counts the rows of a batch with at least `COLUMNS`."""
        nodes = list_lengths(batch["node_vreg"])
        self._keep("nodes", batch["node_vreg"], nodes)
        self._keep("edges", batch["edge_u"], list_lengths(batch["edge_u"]))
        self._keep("instructions", batch["inst"], list_lengths(batch["inst"]))
        total, largest = nested_lengths(batch["use_distance"])
        self._keep("use_points", batch["use_distance"], total)
        self._keep("largest_use_points", batch["use_distance"], largest)
        _add_groups(self.corpora, batch["corpus"], nodes)
        _add_groups(self.licenses, batch["license"], nodes)
        self._add_shapes(np.unique(inst_ids_of(batch)))
        self._add_outcomes(batch)
        self._answer.add(batch)
        self._decisions.add(batch)
        self._near.append(_first_half(batch["near_hash"]))

    @classmethod
    def merge(cls, tallies: Iterable[Tally]) -> Tally:
        """All of them as one; the arrays of counts are shared and not copied."""
        tallies = list(tallies)
        merged = cls(
            _answer=AnswerTally.merge(tally._answer for tally in tallies),
            _decisions=DecisionTally.merge(tally._decisions for tally in tallies),
        )
        for tally in tallies:
            for name in QUANTITIES:
                merged._counts[name] += tally._counts[name]
            merged._outcomes = merged._outcomes + tally._outcomes
            merged._sums.update(tally._sums)
            merged._told += tally._told
            merged._near += tally._near
        return merged

    def total(self, quantity: str) -> int | None:
        """Sum over all episodes; None if there are some and none tells."""
        parts = self._counts[quantity]
        if not parts:
            return None
        return sum(int(part.sum(dtype=np.int64)) for part in parts)

    @property
    def distinct_shapes(self) -> int | None:
        """Instruction shapes that occur in the episodes."""
        return int(self._shapes.sum()) if self._counts["instructions"] or self._shapes.any() else None

    def near_hashes(self) -> npt.NDArray[np.uint64]:
        """Half of the near_hash of each episode that has one: two that differ are equal once in 2^64."""
        return np.concatenate([np.zeros(0, np.uint64), *self._near])

    @property
    def near_duplicates(self) -> int | None:
        """Episodes that have the opcodes, blocks and edges of an earlier one; None if no episode tells."""
        hashes = self.near_hashes()
        return None if self._counts["nodes"] and not len(hashes) else len(hashes) - len(np.unique(hashes))

    def distributions(self) -> dict[str, Distribution | None]:
        empty = [np.zeros(0, np.int32)]
        return {name: describe(np.concatenate(self._counts[name] or empty)) for name in QUANTITIES}

    def expert(self) -> Expert | None:
        """None if no episode tells what an allocator did."""
        if not self._told:
            return None
        outcomes = {outcome.name.lower(): int(self._outcomes[outcome]) for outcome in Outcome}
        costs = {name: float(self._sums[name]) for name in ("spill_cost", "copy_cost")}
        counts = {name: int(self._sums[name]) for name in _SUMS if name not in costs}
        return Expert(episodes=self._told, outcomes=outcomes, **counts, **costs)  # type: ignore[arg-type]

    def answer(self) -> Answer | None:
        """None if no episode tells what an allocator did part by part."""
        return self._answer.result()

    def decisions(self) -> Decisions | None:
        """None if nobody decided in front of the allocator."""
        return self._decisions.result()

    def _keep(self, quantity: str, column: pa.Array, counts: Ints) -> None:
        """Leaves out the rows that do not tell."""
        if column.null_count:
            counts = counts[column.is_valid().to_numpy(zero_copy_only=False)]
        if len(counts):
            self._counts[quantity].append(counts.astype(np.int32))

    def _add_shapes(self, used: Ids) -> None:
        if len(used) and not 0 <= used[0] <= used[-1] < (_MAX_SHAPES if self.shapes is None else self.shapes):
            raise ValueError("an instruction refers to a row that instructions.parquet does not have")
        if len(used) and used[-1] >= len(self._shapes):
            grown = np.zeros(max(2 * len(self._shapes), int(used[-1]) + 1), np.bool_)
            grown[: len(self._shapes)] = self._shapes
            self._shapes = grown
        self._shapes[used] = True

    def _add_outcomes(self, batch: pa.RecordBatch) -> None:
        self._told += len(batch) - batch["node_outcome"].null_count
        outcomes = pc.fill_null(batch["node_outcome"].flatten(), -1).to_numpy(zero_copy_only=False)
        known = outcomes[(outcomes >= 0) & (outcomes < len(Outcome))]
        self._outcomes += np.bincount(known, minlength=len(Outcome))
        for name in _SUMS:
            self._sums[name] += pc.sum(batch[name]).as_py() or 0


def _add_groups(groups: dict[str, tuple[int, int]], names: pa.Array, nodes: Ints) -> None:
    encoded = pc.fill_null(names, "unknown").dictionary_encode()
    which = encoded.indices.to_numpy(zero_copy_only=False)
    for i, name in enumerate(encoded.dictionary.to_pylist()):
        episodes, sum_of_nodes = groups.get(name, (0, 0))
        own = which == i
        groups[name] = (episodes + int(own.sum()), sum_of_nodes + int(nodes[own].sum()))


def _first_half(hashes: pa.Array) -> npt.NDArray[np.uint64]:
    return np.array([int(text[:16], 16) for text in hashes.drop_null().to_pylist()], np.uint64)
