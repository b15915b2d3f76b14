"""The costs of an allocation by kind, as far as an episode alone tells.

The kinds are those of `ExpertOutcome.costs`, in expected executions relative to the entry block. An answer in which
every node has a register costs what LLVM counts. So do most in which nodes are spilled; docs/live.md says what is left
out.
"""

from __future__ import annotations

__all__ = ["COST_WEIGHTS", "answer_costs", "weighted_cost"]

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from rl4real_data.allocation.allocation import SPILLED
from rl4real_data.allocation.live_pieces import Use
from rl4real_data.allocation.places import ROOM
from rl4real_data.allocation.spilled_uses import SpilledUses, Spills
from rl4real_data.allocation.split_allocation import SplitAllocation
from rl4real_data.allocation.split_problem import CodeCopy
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
    spills = Spills(allocation)
    _add_spills(allocation, spills, costs)
    _add_copies(allocation, spills, table, costs)
    costs["callee_saved"] = _callee_saved(allocation, table)
    return costs


def _add_spills(allocation: SplitAllocation, spills: Spills, costs: Costs) -> None:
    frequency = allocation.problem.graph.frequency
    copied = {copy.place for copy in allocation.copies}
    folded: set[int] = set()
    spilled = np.flatnonzero(allocation.choice[: len(allocation.nodes)] == SPILLED).tolist()
    gone = {place for index in spilled for place in spills.uses_of(index).gone}
    for index in spilled:
        node = allocation.nodes[index]
        if not np.isfinite(node.weight):
            costs["spills"] = float("inf")
        found = spills.uses_of(index)
        for block in found.reloads:
            costs["reloads"] += frequency[block]
        for use in node.piece.uses:
            if use.place not in copied and use.place not in gone:  # see `_add_copies`
                kinds = list(_kinds(use, found, is_full=use.place in folded))
                folded |= {use.place} if any(kind.startswith("folded_") for kind in kinds) else set()
                for kind in kinds:
                    costs[kind] += frequency[use.block]


def _kinds(use: Use, found: SpilledUses, *, is_full: bool) -> Iterator[str]:
    """What an instruction costs that is no copy. `is_full`: it has a slot of another node already."""
    is_read, is_written = use.needs and use.place not in found.anew, use.place in found.stored
    prefix = "folded_" if use.flags & UseFlag.FOLDABLE and not is_full else ""
    if use.place in found.anew:
        yield found.anew[use.place]
    if prefix and is_read and is_written:  # changed in the slot: one that names it once counts as a write, as in LLVM
        yield "folded_spills" if use.flags & UseFlag.TIED else "folded_reloads"
        return
    if is_read:
        yield prefix + "reloads"
    if is_written:
        yield prefix + "spills"


def _add_copies(allocation: SplitAllocation, spills: Spills, table: RegisterTable, costs: Costs) -> None:
    for copy in allocation.copies:
        target, source = _target(spills, table, copy), _source(spills, table, copy)
        if target is None or source is None or target == source:
            continue
        frequency = allocation.problem.graph.frequency[copy.block]
        if isinstance(source, str):
            costs[source] += frequency
        elif source < 0:
            costs["reloads"] += frequency
        if target < 0:
            costs["spills"] += frequency
        elif not isinstance(source, str) and source >= 0:
            costs["copies"] += frequency


def _target(spills: Spills, table: RegisterTable, copy: CodeCopy) -> int | None:
    """The register that a copy writes, or -1 - origin for the slot of a spilled node; None where nothing is written."""
    place = _place(spills.allocation, table, copy.target, copy.target_part)
    if place is None or place >= 0:
        return place
    if copy.place not in spills.uses_of(-1 - copy.target).stored:
        return None
    is_of_split = copy.place % (1 << ROOM) != 0
    return None if is_of_split and spills.is_in_slot(-1 - place, copy.place, copy.block) else place


def _source(spills: Spills, table: RegisterTable, copy: CodeCopy) -> int | str | None:
    """The register that a copy reads, or the slot, as `_target`; a kind of cost where the value is computed anew."""
    place = _place(spills.allocation, table, copy.source, copy.source_part)
    if place is None or place >= 0:
        return place
    return spills.uses_of(-1 - copy.source).anew.get(copy.place, place)


def _place(allocation: SplitAllocation, table: RegisterTable, end: int, part: int) -> int | None:
    """The register of one end of a copy, or -1 - origin for the slot of a spilled node; None without either."""
    register = end
    if end < 0:
        node = -1 - end
        choice = int(allocation.choice[node])
        if choice == SPILLED:
            return -1 - allocation.nodes[node].origin
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
