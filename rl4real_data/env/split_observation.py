"""The observation of an agent that may split.

Arrays of a fixed size, padded, and a mask over all actions.
"""

from __future__ import annotations

__all__ = ["PIECE_FEATURES", "POINT_FEATURES"]

import itertools
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from gymnasium import spaces

from rl4real_data.allocation.allocation import UNDECIDED
from rl4real_data.allocation.features import NODE_FEATURES, scaled_weight
from rl4real_data.allocation.places import ROOM
from rl4real_data.allocation.split_allocation import SPLIT, SplitAllocation
from rl4real_data.env.observation import Observation
from rl4real_data.episodes.column_values import UseFlag

PIECE_FEATURES: Final = (*NODE_FEATURES, "piece")
"""The columns of `nodes`: those of `rl4real_data.allocation.features`, and whether a split made the node."""
POINT_FEATURES: Final = ("frequency", "distance", "reads", "writes", "copy", "allowed")
"""The columns of `points`, one row for each use point of the selected node."""
_LARGEST: Final = float(np.finfo(np.float32).max)
_BOUND: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitLimits:
    """The room of an observation, and how many splits an episode may have."""

    nodes: int
    edges: int
    points: int
    splits: int


def split_observation_space(limits: SplitLimits, registers: int, dimension: int | None) -> spaces.Dict:
    """The space of `SplitObserver.observe`; `dimension` is that of the node vectors, None without."""
    boxes: dict[str, spaces.Space[Any]] = {
        "action_mask": spaces.Box(0, 1, (limits.nodes + 1 + registers + limits.points,), np.int8),
        "nodes": spaces.Box(0, _BOUND, (limits.nodes, len(PIECE_FEATURES)), np.float32),
        "choice": spaces.Box(SPLIT, registers, (limits.nodes,), np.int16),
        "edges": spaces.Box(-1, limits.nodes - 1, (limits.edges, 2), np.int32),
        "selected": spaces.Discrete(limits.nodes + 1),
        "points": spaces.Box(0, _BOUND, (limits.points, len(POINT_FEATURES)), np.float32),
        "splits_left": spaces.Discrete(limits.splits + 1),
    }
    if dimension is not None:
        boxes["vectors"] = spaces.Box(-_LARGEST, _LARGEST, (limits.nodes, dimension), np.float32)
    return spaces.Dict(boxes)


class SplitObserver:
    """Observations of one allocation with splits; no two share memory, as Gymnasium demands.

    `instructions` (n_instructions, D) float32: the vector of each instruction, None without vectors.
    """

    def __init__(
        self, allocation: SplitAllocation, limits: SplitLimits, instructions: npt.NDArray[np.float32] | None
    ) -> None:
        self._allocation = allocation
        self._limits = limits
        self._instructions = instructions
        self._edges = np.full((limits.edges, 2), -1, np.int32)
        self._vectors: npt.NDArray[np.float32] | None = None
        self._known = 0

    def observe(self, selected: int | None) -> Observation:
        """The observation; `selected` is the node that waits for a decision, None if a node is to be selected."""
        self._refresh()
        allocation, limits = self._allocation, self._limits
        points, allowed = self._points(selected)
        found: Observation = {
            "action_mask": self._mask(selected, allowed),
            "nodes": self._features(),
            "choice": allocation.choice.copy(),
            "edges": self._edges.copy(),
            "selected": np.int64(limits.nodes if selected is None else selected),
            "points": points,
            "splits_left": np.int64(max(0, limits.splits - len(allocation.splits))),
        }
        if self._vectors is not None:
            found["vectors"] = self._vectors.copy()
        return found

    def action_mask(self, selected: int | None) -> npt.NDArray[np.int8]:
        """(max_nodes + 1 + R + max_points,) int8: 1 for every action that is allowed now."""
        return self._mask(selected, self._allowed_points(selected))

    def _mask(self, selected: int | None, allowed: npt.NDArray[np.bool_]) -> npt.NDArray[np.int8]:
        allocation, n_nodes = self._allocation, len(self._allocation.nodes)
        registers = allocation.free.shape[1]
        mask = np.zeros(self._limits.nodes + 1 + registers + self._limits.points, np.int8)
        if selected is None:
            mask[:n_nodes] = allocation.choice[:n_nodes] == UNDECIDED
        else:
            mask[self._limits.nodes : self._limits.nodes + 1 + registers] = allocation.choices(selected)
            mask[self._limits.nodes + 1 + registers :][: len(allowed)] = allowed
        return mask

    def _allowed_points(self, selected: int | None) -> npt.NDArray[np.bool_]:
        if selected is None:
            return np.zeros(0, np.bool_)
        return self._allocation.split_points(selected)[: self._limits.points]

    def _points(self, selected: int | None) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
        table = np.zeros((self._limits.points, len(POINT_FEATURES)), np.float32)
        allowed = self._allowed_points(selected)
        if selected is not None:
            uses = self._allocation.nodes[selected].piece.uses[: self._limits.points]
            frequency = self._allocation.problem.graph.frequency
            places = [use.place >> ROOM for use in uses]
            table[: len(uses), 0] = np.log1p([frequency[use.block] for use in uses])
            table[: max(0, len(uses) - 1), 1] = np.log1p([two - one for one, two in itertools.pairwise(places)])
            for column, flag in enumerate((UseFlag.READ, UseFlag.WRITE, UseFlag.COPY), 2):
                table[: len(uses), column] = [bool(use.flags & flag) for use in uses]
            table[: len(uses), 5] = allowed
        return table, allowed

    def _features(self) -> npt.NDArray[np.float32]:
        allocation = self._allocation
        n_nodes = len(allocation.nodes)
        weight = np.array([node.weight for node in allocation.nodes], np.float32)
        found = np.zeros((self._limits.nodes, len(PIECE_FEATURES)), np.float32)
        own = found[:n_nodes]
        own[:, 0] = scaled_weight(weight)
        own[:, 1] = np.isinf(weight)
        own[:, 2] = np.log1p([node.size for node in allocation.nodes])
        own[:, 3] = np.log1p([len(node.piece.uses) for node in allocation.nodes])
        own[:, 4] = np.log1p([len(allocation.neighbours_of(node)) for node in range(n_nodes)])
        own[:, 5] = np.log1p(allocation.free[:n_nodes].sum(axis=1))
        own[:, 6] = allocation.choice[:n_nodes] != UNDECIDED
        own[:, 7] = np.arange(n_nodes) >= allocation.problem.problem.n_nodes
        return found

    def _refresh(self) -> None:
        """Edges and vectors of the nodes that a split made."""
        allocation = self._allocation
        n_nodes = len(allocation.nodes)
        if self._known == n_nodes:
            return
        counts = [len(allocation.neighbours_of(node)) for node in range(n_nodes)]
        ends = np.repeat(np.arange(n_nodes, dtype=np.int32), counts)
        others = np.concatenate([allocation.neighbours_of(node) for node in range(n_nodes)])
        kept = ends < others
        order = np.lexsort((others[kept], ends[kept]))
        self._edges[:] = -1
        self._edges[: len(order)] = np.stack((ends[kept][order], others[kept][order]), axis=1)
        if self._instructions is not None:
            if self._vectors is None:
                self._vectors = np.zeros((self._limits.nodes, self._instructions.shape[1]), np.float32)
            for node in range(self._known, n_nodes):
                self._vectors[node] = self._mean(node)
        self._known = n_nodes

    def _mean(self, node: int) -> npt.NDArray[np.float32]:
        """The mean over the instructions in a node's live ranges, as in `Episode.node_vectors`."""
        assert self._instructions is not None, "asked for with vectors only"
        ranges = self._allocation.nodes[node].piece.ranges
        inside = [np.arange(first >> ROOM, -(-last >> ROOM)) for first, last in ranges.tolist()]
        rows = np.concatenate(inside) if inside else np.zeros(0, np.int64)
        rows = rows[self._holds_behind(ranges, rows)]
        return self._instructions[rows].mean(axis=0) if len(rows) else np.zeros(self._instructions.shape[1], np.float32)

    @staticmethod
    def _holds_behind(ranges: npt.NDArray[np.int64], rows: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        place = (rows[:, None] << ROOM) + 1
        return np.asarray(((ranges[:, 0] <= place) & (place < ranges[:, 1])).any(axis=1), np.bool_)
