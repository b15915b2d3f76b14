"""An allocation while it is made.

Which registers are left to whom, what was spilled, what that costs.
"""

from __future__ import annotations

__all__ = ["SPILLED", "UNDECIDED", "Allocation"]

from typing import Final

import numpy as np
import numpy.typing as npt

from rl4real_data.allocation.problem import AllocationProblem
from rl4real_data.allocation.register_file import Bools

UNDECIDED: Final = -1
SPILLED: Final = 0

WEIGHT_LIMIT: Final = 10_000.0
"""RL4ReAl's bound of a spill weight, its SPILL_COST_THRESHOLD: larger ones, and +inf, count as this one."""


class Allocation:
    """Decisions on the nodes of one problem, in any order; no decision is taken back.

    `choice` (n,) int16: UNDECIDED, SPILLED, or 1 + column of the register. `free` (n, R) bool: the registers that a
    node may still have; those of decided nodes are kept up to date too.
    """

    def __init__(self, problem: AllocationProblem) -> None:
        self.problem: Final = problem
        self.choice: Final[npt.NDArray[np.int16]] = np.full(problem.n_nodes, UNDECIDED, np.int16)
        self.free: Final[Bools] = problem.allowed.copy()
        self.undecided = problem.n_nodes

    def choices(self, node: int) -> Bools:
        """(1 + R,) bool: what may be decided for `node`: entry 0 to spill it, entry 1 + k to give it column k.

        All False for a node that is decided. A node of finite weight can always be spilled; one that cannot be
        spilled only when no register is left, so that there always is a choice: the allocation then is infeasible.
        """
        allowed = np.zeros(1 + self.problem.registers.size, np.bool_)
        if self.choice[node] == UNDECIDED:
            allowed[1:] = self.free[node]
            allowed[0] = self._can_be_spilled(node)
        return allowed

    def is_allowed(self, node: int, choice: int) -> bool:
        """Whether `choices(node)[choice]`."""
        if self.choice[node] != UNDECIDED:
            return False
        return self._can_be_spilled(node) if choice == SPILLED else bool(self.free[node, choice - 1])

    def _can_be_spilled(self, node: int) -> bool:
        return bool(np.isfinite(self.problem.spill_weight[node])) or not self.free[node].any()

    def decide(self, node: int, choice: int) -> None:
        """Spill `node` (0) or give it the register of column `choice` - 1. ValueError if that is not allowed."""
        if not self.is_allowed(node, choice):
            raise ValueError(f"choice {choice} is not allowed for node {node}")
        self.choice[node] = choice
        self.undecided -= 1
        if choice != SPILLED:
            self.free[self.problem.neighbours_of(node)] &= ~self.problem.registers.conflict[choice - 1]

    def leave(self, node: int) -> None:
        """`node` is decided without a register: the expert split it, and its parts are not known.

        `choice` and `cost` then count it as spilled.
        """
        self.choice[node] = SPILLED
        self.undecided -= 1

    def reward(self, node: int, choice: int) -> float:
        """RL4ReAl's reward for a decision: the clipped spill weight by WEIGHT_LIMIT, negative for a spill; -1 … 1."""
        weight = min(float(self.problem.spill_weight[node]), WEIGHT_LIMIT) / WEIGHT_LIMIT
        return -weight if choice == SPILLED else weight

    def cost(self) -> float:
        """Expected executions of loads and stores for the nodes spilled so far, relative to the entry block.

        +inf if one of them cannot be spilled: no such code exists.
        """
        spilled = self.choice == SPILLED
        if not np.isfinite(self.problem.spill_weight[spilled]).all():
            return float("inf")
        return float(self.problem.spill_cost[spilled].sum())
