"""An allocation while it is made, in which live ranges may be split.

`Allocation` with nodes that fall into pieces: those are further nodes, behind those of the problem.
"""

from __future__ import annotations

__all__ = ["SPLIT", "LiveNode", "SplitAllocation"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from rl4real_data.allocation.allocation import SPILLED, UNDECIDED, WEIGHT_LIMIT
from rl4real_data.allocation.live_pieces import Piece
from rl4real_data.allocation.places import ROOM, CodePlaces, base_of
from rl4real_data.allocation.register_file import Bools
from rl4real_data.allocation.split_problem import CodeCopy, SplitProblem

SPLIT: Final = -2
"""The choice of a node that was split: its pieces are decided in its place."""
_DISTANCE: Final = 16
"""SlotIndex::InstrDist: what an instruction adds to the length of a live interval."""

DecisionWord = str | int
DecisionWords = list[DecisionWord]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveNode:
    """A node of the problem, or a piece of one.

    `origin`: the node of the problem that it is, or is a piece of. `name`: the number of its virtual register, of a
    piece also its number among all pieces of that node in the order in which they were made (`5.3`). `weight`: LLVM's
    spill weight; of a piece by the same formula, without what is added for hints. `size`: length of its live interval
    in instructions.
    """

    origin: int
    name: DecisionWord
    piece: Piece
    weight: float
    size: int


class SplitAllocation:
    """Decisions on the nodes of one problem and on the pieces of those that are split; none is taken back.

    `nodes`: those of the problem, then the pieces in the order in which they were made. `choice` (max_nodes,) int16:
    SPLIT, UNDECIDED, SPILLED, or 1 + column of the register; of places where there is no node UNDECIDED. `free`
    (max_nodes, R) bool: the registers that each may still have. `copies`: those of the code and of the splits; an end
    names a node as `-1 - node`. `n_edges`: interferences of nodes that are not split. A split that would need more
    than `max_nodes` nodes, `max_edges` edges or `max_splits` splits is not allowed.
    """

    def __init__(self, problem: SplitProblem, *, max_nodes: int, max_edges: int, max_splits: int) -> None:
        n_nodes = problem.problem.n_nodes
        self.problem: Final = problem
        self.choice: Final[npt.NDArray[np.int16]] = np.full(max_nodes, UNDECIDED, np.int16)
        self.free: Final[Bools] = np.zeros((max_nodes, problem.problem.registers.size), np.bool_)
        self.free[:n_nodes] = problem.problem.allowed
        self.nodes: Final = [_whole_node(problem, node) for node in range(n_nodes)]
        self.copies: Final = list(problem.copies)
        self.undecided = n_nodes
        self.n_edges = len(problem.problem.edges)
        self.splits: Final[list[tuple[int, int]]] = []
        self._max_edges, self._max_splits = max_edges, max_splits
        self._neighbours = [problem.problem.neighbours_of(node) for node in range(n_nodes)]
        self._places = CodePlaces(problem.graph.start)
        self._owner, self._first, self._last = problem.owner, problem.first, problem.last

    def neighbours_of(self, node: int) -> npt.NDArray[np.int32]:
        """The nodes that interfere with `node`, in the order in which they were made; none that was split."""
        return self._neighbours[node]

    def choices(self, node: int) -> Bools:
        """(1 + R,) bool: what may be decided for `node`, as in `Allocation.choices`."""
        allowed = np.zeros(1 + self.free.shape[1], np.bool_)
        if self.choice[node] == UNDECIDED:
            allowed[1:] = self.free[node]
            allowed[0] = bool(np.isfinite(self.nodes[node].weight)) or not self.free[node].any()
        return allowed

    def split_points(self, node: int) -> Bools:
        """(use points,) bool: those behind which `node` may be split now."""
        piece = self.nodes[node].piece
        whole = self.nodes[node]
        is_fixed = not np.isfinite(whole.weight) or self.problem.unsplittable[whole.origin]
        if is_fixed or self.choice[node] != UNDECIDED or len(self.splits) >= self._max_splits:
            return np.zeros(len(piece.uses), np.bool_)
        allowed = np.zeros(len(piece.uses), np.bool_)
        degree = len(self._neighbours[node])
        for point, most in self.problem.rule.points(piece).items():
            edges = self.n_edges + (most - 1) * degree + most * (most - 1) // 2
            allowed[point] = len(self.nodes) + most <= len(self.choice) and edges <= self._max_edges
        return allowed

    def decide(self, node: int, choice: int) -> None:
        """Spill `node` (0) or give it the register of column `choice` - 1. ValueError if that is not allowed."""
        if not self.choices(node)[choice]:
            raise ValueError(f"choice {choice} is not allowed for node {node}")
        self.choice[node] = choice
        self.undecided -= 1
        if choice != SPILLED:
            self.free[self._neighbours[node]] &= ~self.problem.problem.registers.conflict[choice - 1]

    def split(self, node: int, point: int) -> list[int]:
        """Splits `node` behind a use point; its pieces. ValueError if that is not allowed."""
        allowed = self.split_points(node)
        if not (0 <= point < len(allowed) and allowed[point]):
            raise ValueError(f"node {node} may not be split behind use point {point}")
        parent = self.nodes[node]
        made = self.problem.rule.split(parent.piece, point, self._places)
        first = len(self.nodes)
        fresh = list(range(first, first + len(made.pieces)))
        before = sum(one.origin == parent.origin for one in self.nodes)
        self.nodes.extend(self._node_of(parent, number, piece) for number, piece in enumerate(made.pieces, before))
        self._move_copies(node, fresh)
        self.copies.extend(
            CodeCopy(copy.place, copy.block, -1 - fresh[copy.target], -1 - fresh[copy.source], 0, 0)
            for copy in made.copies
        )
        self._replace(node, fresh)
        self.choice[node] = SPLIT
        self.undecided += len(fresh) - 1
        self.splits.append((node, point))
        return fresh

    def _node_of(self, parent: LiveNode, number: int, piece: Piece) -> LiveNode:
        size = _length(piece)
        frequency = self.problem.graph.frequency
        accesses = sum((use.needs + use.gives) * frequency[use.block] for use in piece.uses)
        is_fixed = not np.isfinite(parent.weight) or self._is_too_short(piece)
        return LiveNode(
            origin=parent.origin,
            name=f"{self.problem.vregs[parent.origin]}.{number}",
            piece=piece,
            weight=float("inf") if is_fixed else accesses / (_DISTANCE * (size + 25)),
            size=size,
        )

    def _is_too_short(self, piece: Piece) -> bool:
        """Whether no value lives beyond the next instruction, nor over a call: spilled, it would live just as long."""
        if self.problem.fixed.is_over_call(piece.ranges):
            return False
        return all(self._places.next(base_of(first)) >= base_of(last) for first, last in piece.segments.tolist())

    def _move_copies(self, node: int, fresh: Sequence[int]) -> None:
        """Copies at the use points of `node` are those of the piece that has the point."""
        owner = {use.place: -1 - index for index in fresh for use in self.nodes[index].piece.uses}
        for index, copy in enumerate(self.copies):
            if copy.source == -1 - node:
                copy = replace(copy, source=owner[copy.place])
            if copy.target == -1 - node:
                copy = replace(copy, target=owner[copy.place])
            self.copies[index] = copy

    def _replace(self, node: int, fresh: Sequence[int]) -> None:
        """The pieces take the place of `node` among the interferences."""
        kept = self._owner != node
        ranges = [self.nodes[index].piece.ranges for index in fresh]
        owners = np.repeat(np.array(fresh, np.int32), [len(own) for own in ranges])
        self._owner = np.concatenate((self._owner[kept], owners))
        self._first = np.concatenate((self._first[kept], *(own[:, 0] for own in ranges)))
        self._last = np.concatenate((self._last[kept], *(own[:, 1] for own in ranges)))
        self.n_edges -= len(self._neighbours[node])
        for other in self._neighbours[node].tolist():
            self._neighbours[other] = self._neighbours[other][self._neighbours[other] != node]
        self._neighbours += [np.empty(0, np.int32) for _ in fresh]
        self._neighbours[node] = np.empty(0, np.int32)
        for index in fresh:
            self._connect(index)

    def _connect(self, index: int) -> None:
        """Finds what interferes with a new piece, of all that was made before it, and what it may have."""
        ranges = self.nodes[index].piece.ranges
        is_met = ((self._first[:, None] < ranges[:, 1]) & (self._last[:, None] > ranges[:, 0])).any(axis=1)
        met = np.unique(self._owner[is_met])
        met = met[met < index]
        self._neighbours[index] = np.concatenate((self._neighbours[index], met)).astype(np.int32)
        for other in met.tolist():
            self._neighbours[other] = np.append(self._neighbours[other], np.int32(index))
        self.n_edges += len(met)
        node = self.nodes[index]
        problem = self.problem
        free = problem.fixed.free_for(node.piece, problem.members[node.origin], problem.fixed.copies_of(node.origin))
        taken = self.choice[met]
        for choice in np.unique(taken[taken > SPILLED]).tolist():
            free &= ~problem.problem.registers.conflict[choice - 1]
        self.free[index] = free

    def reward(self, node: int, choice: int) -> float:
        """RL4ReAl's reward for a decision, as in `Allocation.reward`."""
        weight = self._scaled(node)
        return -weight if choice == SPILLED else weight

    def split_reward(self, node: int, fresh: Sequence[int]) -> float:
        """RL4ReAl's reward for a split: the weight before, less the weights of the pieces, each bounded; down to -1."""
        return max(-1.0, self._scaled(node) - sum(self._scaled(index) for index in fresh))

    def _scaled(self, node: int) -> float:
        return min(self.nodes[node].weight, WEIGHT_LIMIT) / WEIGHT_LIMIT

    def decisions(self, names: Mapping[int, str]) -> list[list[DecisionWord]]:
        """What was decided, as a file of decisions has it: splits in their order, then spills, then registers.

        `names`: reg_id -> LLVM's name.
        """
        made: list[list[DecisionWord]] = [["split", self.nodes[node].name, point] for node, point in self.splits]
        decided = list(enumerate(self.choice[: len(self.nodes)].tolist()))
        made += [["spill", self.nodes[node].name] for node, choice in decided if choice == SPILLED]
        reg_ids = self.problem.problem.registers.reg_ids
        made += [
            ["assign", self.nodes[node].name, names[int(reg_ids[choice - 1])]]
            for node, choice in decided
            if choice > SPILLED
        ]
        return made


def _whole_node(problem: SplitProblem, node: int) -> LiveNode:
    return LiveNode(
        origin=node,
        name=problem.vregs[node],
        piece=problem.pieces[node],
        weight=float(problem.problem.spill_weight[node]),
        size=int(problem.problem.size[node]),
    )


def _length(piece: Piece) -> int:
    """In instructions of the problem, at least 1."""
    starts, ends = piece.ranges[:, 0] >> ROOM, piece.ranges[:, 1] >> ROOM
    return max(1, int((ends - starts).sum()))
