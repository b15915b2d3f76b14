"""The expert's decisions as a sequence.

What LLVM's allocator did with each node, in the order it would take them.
"""

from __future__ import annotations

__all__ = ["Decision", "Task", "expert_cost", "expert_decisions", "expert_order"]

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from rl4real_data.allocation.allocation import SPILLED, Allocation
from rl4real_data.allocation.cuts import split_nodes
from rl4real_data.allocation.problem import AllocationProblem
from rl4real_data.allocation.register_file import Bools
from rl4real_data.core.allocators import Queue, allocator_of
from rl4real_data.core.errors import DatasetError
from rl4real_data.episodes.schema import Outcome
from rl4real_data.reading.episode import Episode

Order = npt.NDArray[np.int64]


class Task(StrEnum):
    """RL4ReAl's two tasks for a node."""

    COLOUR = "colour"
    SPLIT = "split"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One node and what becomes of it; `choice` as in `Allocation.decide`, 0 for a split."""

    node: int
    task: Task
    choice: int


def expert_decisions(episode: Episode, allocation: Allocation) -> Iterator[Decision]:
    """One decision a node. Carry out each on `allocation`, which starts empty, before asking for the next.

    Nodes that were assigned come first. The others were put off until then by LLVM, too: spilled and rematerialized
    ones are spilled; one that was found dead, or cannot be spilled, takes the first register that is left. For a
    split node, spilled in part or not, `Allocation.leave` it: no single register is its own.
    DatasetError for an episode without an outcome, or whose outcome is not legal.
    """
    outcome = require_outcome(episode)
    problem = allocation.problem
    columns = problem.registers.column_of[episode.node_assigned]
    is_split = split_nodes(episode, outcome)
    for node in expert_order(episode, problem).tolist():
        if outcome[node] == Outcome.ASSIGNED:
            if columns[node] < 0 or not allocation.is_allowed(node, 1 + int(columns[node])):
                raise _illegal(episode, node)
            yield Decision(node=node, task=Task.COLOUR, choice=1 + int(columns[node]))
        elif is_split[node]:
            yield Decision(node=node, task=Task.SPLIT, choice=SPILLED)
        else:
            yield Decision(node=node, task=Task.COLOUR, choice=_without_register(allocation, node, outcome[node]))


def _illegal(episode: Episode, node: int) -> DatasetError:
    return DatasetError(
        f"{episode.corpus}/{episode.module}:{episode.function}: the expert gave node {node} the register "
        f"{episode.node_assigned[node]}, which it may not have",
        hint="`rl4real-data validate` shows what is wrong with the dataset",
    )


def _without_register(allocation: Allocation, node: int, outcome: int) -> int:
    allowed = allocation.choices(node)
    if allowed[SPILLED] and outcome != Outcome.ELIMINATED:
        return SPILLED
    return 1 + int(np.argmax(allowed[1:])) if allowed[1:].any() else SPILLED


def require_outcome(episode: Episode) -> npt.NDArray[np.int16]:
    """(n,) values of `Outcome`; DatasetError if the source does not tell."""
    if episode.node_outcome is None:
        raise DatasetError(f"{episode.function}: the source of this episode does not tell what the allocator did")
    return episode.node_outcome


def expert_cost(episode: Episode, problem: AllocationProblem) -> float:
    """The expert's spills and rematerializations in the measure of `Allocation.cost`, split nodes left out.

    Version 0 of the format does not tell which spilled nodes were split, too: there they count as spilled.
    """
    outcome = require_outcome(episode)
    lost = (outcome == Outcome.SPILLED) | (outcome == Outcome.REMATERIALIZED)
    lost &= ~split_nodes(episode, outcome)
    return float(problem.spill_cost[lost].sum())


def expert_order(episode: Episode, problem: AllocationProblem) -> Order:
    """(n,) int64: all nodes in the order in which LLVM takes them from its queue, as far as the data tells.

    By spill weight: heaviest first. By priority (`DefaultPriorityAdvisor::getPriority`): those with a physical
    register as hint first; then those that live in several blocks, or long, by falling size; then those of one block
    in the order of the code. The priority of a register class is not in the data and counts as 0. Evictions are not
    recorded: each node appears once, and those that ended without a register come last, in the same order.
    """
    outcome = require_outcome(episode)
    late = outcome != Outcome.ASSIGNED
    nodes = np.arange(problem.n_nodes)
    if allocator_of(episode.allocator).queue is Queue.SPILL_WEIGHT:
        return np.lexsort((nodes, -episode.node_spill_weight, late))
    has_hint = np.array([len(hint) > 0 and hint[0] >= 0 for hint in episode.lists("node_hint")], np.bool_)
    is_global = _is_global(episode, problem)
    live, offsets = episode.ragged("node_live")
    first = np.array([live[i] if i < j else 0 for i, j in itertools.pairwise(offsets.tolist())], np.int64)
    place = np.where(is_global, -problem.size.astype(np.int64), first)
    return np.lexsort((nodes, place, ~is_global, ~has_hint, late))


def _is_global(episode: Episode, problem: AllocationProblem) -> Bools:
    """(n,) bool: lives in more than one block, or longer than two instructions a register of its class."""
    n_registers = problem.registers.class_members[episode.node_class].sum(axis=1)
    result: Bools = problem.size > 2 * n_registers
    start = episode.block_start
    for node, live in enumerate(episode.lists("node_live")):
        if len(live) and not result[node]:
            block = int(np.searchsorted(start, live[0], side="right")) - 1
            end = start[block + 1] if block + 1 < len(start) else np.iinfo(np.int32).max
            result[node] = live[-1] >= end  # it holds a value behind the last instruction of its block
    return result
