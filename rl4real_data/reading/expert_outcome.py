"""The expert's deeds with one function and their costs, in one object."""

from __future__ import annotations

__all__ = ["CostKind", "ExpertOutcome"]

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Int16 = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True, kw_only=True)
class CostKind:
    """How many there are of one kind, and their expected executions relative to the entry block."""

    count: int
    cost: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpertOutcome:
    """What LLVM's allocator did with the function, and what that cost.

    `node_outcome` (n_nodes,): values of `rl4real_data.episodes.schema.Outcome`. `node_assigned` (n_nodes,): reg_id
    of an assigned node, else 0. `node_fate` (n_nodes,): bits of `rl4real_data.episodes.column_values.Fate`, 0 for a
    node that has one register. Costs are expected executions relative to the entry block. None: not known; what only
    version 1 of the format has is None, too, where it was not selected.
    """

    node_outcome: Int16 | None
    node_assigned: Int16 | None
    spills: int | None
    reloads: int | None
    folded_spills: int | None
    folded_reloads: int | None
    copies: int | None
    spill_cost: float | None
    copy_cost: float | None
    node_fate: Int16 | None = None
    spills_cost: float | None = None
    reloads_cost: float | None = None
    folded_spills_cost: float | None = None
    folded_reloads_cost: float | None = None
    cheap_remats: int | None = None
    cheap_remats_cost: float | None = None
    dear_remats: int | None = None
    dear_remats_cost: float | None = None
    callee_saved_used: Int16 | None = None
    callee_saved_cost: float | None = None
    score_counts: npt.NDArray[np.float64] | None = None
    score: float | None = None

    @property
    def costs(self) -> Mapping[str, CostKind]:
        """Kind -> count and cost, of those that the source tells: spills, reloads, folded_spills, folded_reloads,
        copies, cheap_remats, dear_remats, callee_saved.
        """
        used = self.callee_saved_used
        told = {
            "spills": (self.spills, self.spills_cost),
            "reloads": (self.reloads, self.reloads_cost),
            "folded_spills": (self.folded_spills, self.folded_spills_cost),
            "folded_reloads": (self.folded_reloads, self.folded_reloads_cost),
            "copies": (self.copies, self.copy_cost),
            "cheap_remats": (self.cheap_remats, self.cheap_remats_cost),
            "dear_remats": (self.dear_remats, self.dear_remats_cost),
            "callee_saved": (None if used is None else len(used), self.callee_saved_cost),
        }
        return {
            kind: CostKind(count=count, cost=cost)
            for kind, (count, cost) in told.items()
            if count is not None and cost is not None
        }
