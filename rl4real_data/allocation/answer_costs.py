"""The costs of an allocation by kind, as far as an episode alone tells.

The kinds are those of `ExpertOutcome.costs`, in expected executions relative to the entry block. Copies and
callee-saved registers of an answer in which every node has a register are what LLVM counts. What a spill costs is an
estimate: LLVM shares reloads, hoists stores and removes what is redundant.
"""

from __future__ import annotations

__all__ = ["COST_WEIGHTS", "answer_costs", "weighted_cost"]

from collections.abc import Mapping
from typing import Final

import numpy as np

from rl4real_data.allocation.allocation import SPILLED
from rl4real_data.allocation.split_allocation import SplitAllocation
from rl4real_data.episodes.column_values import UseFlag
from rl4real_data.reading.register_table import RegisterTable

COST_WEIGHTS: Final[Mapping[str, float]] = {
    "spills": 1.0,
    "reloads": 4.0,
    "folded_spills": 1.0,
    "folded_reloads": 4.0,
    "copies": 0.2,
    "cheap_remats": 0.2,
    "dear_remats": 1.0,
    "callee_saved": 2.5,
}
"""What each kind counts: the weights of LLVM's RegAllocScore; a callee-saved register is half stores, half loads."""

Costs = dict[str, float]


def weighted_cost(costs: Mapping[str, float], weights: Mapping[str, float] = COST_WEIGHTS) -> float:
    """One number of costs by kind."""
    return float(sum(weights.get(kind, 0.0) * cost for kind, cost in costs.items()))


def answer_costs(allocation: SplitAllocation, table: RegisterTable) -> Costs:
    """The costs by kind of what was decided so far; `spills` is +inf where a node that cannot be spilled was."""
    costs = dict.fromkeys(COST_WEIGHTS, 0.0)
    _add_spills(allocation, costs)
    _add_copies(allocation, table, costs)
    costs["callee_saved"] = _callee_saved(allocation, table)
    return costs


def _add_spills(allocation: SplitAllocation, costs: Costs) -> None:
    frequency = allocation.problem.graph.frequency
    copied = {copy.place for copy in allocation.copies}
    for index in np.flatnonzero(allocation.choice[: len(allocation.nodes)] == SPILLED).tolist():
        node = allocation.nodes[index]
        if not np.isfinite(node.weight):
            costs["spills"] = float("inf")
        remat = int(allocation.problem.remat[node.origin])
        for use in node.piece.uses:
            if use.place in copied:
                continue  # see `_add_copies`
            if remat:
                costs["cheap_remats" if remat == 1 else "dear_remats"] += use.needs * frequency[use.block]
                continue
            prefix = "folded_" if use.flags & UseFlag.FOLDABLE else ""
            costs[prefix + "reloads"] += use.needs * frequency[use.block]
            if not (prefix and use.needs):  # one that reads and writes its slot counts as a read
                costs[prefix + "spills"] += use.gives * frequency[use.block]


def _add_copies(allocation: SplitAllocation, table: RegisterTable, costs: Costs) -> None:
    frequency = allocation.problem.graph.frequency
    for copy in allocation.copies:
        target, source = (
            _place(allocation, table, *end)
            for end in ((copy.target, copy.target_part), (copy.source, copy.source_part))
        )
        if target is None or source is None or target == source:
            continue
        if target < 0 and source < 0:
            costs["reloads"] += frequency[copy.block]
        kind = "spills" if target < 0 else "reloads" if source < 0 else "copies"
        costs[kind] += frequency[copy.block]


def _place(allocation: SplitAllocation, table: RegisterTable, end: int, part: int) -> int | None:
    """The register of one end of a copy, or -1 - origin for the slot of a spilled node; None without either."""
    register = end
    if end < 0:
        node = -1 - end
        choice = int(allocation.choice[node])
        if choice == SPILLED:
            origin = allocation.nodes[node].origin
            return None if allocation.problem.remat[origin] else -1 - origin
        if choice < SPILLED:
            return None
        register = int(allocation.problem.problem.registers.reg_ids[choice - 1])
    return table.subregisters[register].get(part) if part else register


def _callee_saved(allocation: SplitAllocation, table: RegisterTable) -> float:
    problem = allocation.problem
    columns = {
        int(choice) - 1
        for node, choice in zip(allocation.nodes, allocation.choice.tolist(), strict=False)
        if choice > SPILLED and any(use.flags & UseFlag.WRITE for use in node.piece.uses)
    }
    reg_ids = problem.problem.registers.reg_ids
    units = {unit for column in columns for unit in table.units[int(reg_ids[column])].tolist()}
    used = {entry for entry, register in enumerate(problem.saved) if units & set(table.units[register].tolist())}
    return len(used | problem.written) * (1.0 + problem.return_frequency)
