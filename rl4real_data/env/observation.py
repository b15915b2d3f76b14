"""An agent's observation of an allocation, in arrays of one size for all functions."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
from gymnasium import spaces

from rl4real_data.allocation.allocation import UNDECIDED, Allocation
from rl4real_data.allocation.features import NODE_FEATURES, node_features
from rl4real_data.allocation.points import ProblemPoints
from rl4real_data.env.episode_source import Limits

Observation = dict[str, Any]
_LARGEST: Final = float(np.finfo(np.float32).max)


def observation_space(limits: Limits, registers: int, dimension: int | None, *, copies: bool) -> spaces.Dict:
    """The space of `Observer.observe`; `dimension` is that of the node vectors, None without."""
    boxes: dict[str, spaces.Space[Any]] = {
        "action_mask": spaces.Box(0, 1, (limits.nodes + 1 + registers,), np.int8),
        "nodes": spaces.Box(0, 32, (limits.nodes, len(NODE_FEATURES)), np.float32),
        "choice": spaces.Box(UNDECIDED, registers, (limits.nodes,), np.int16),
        "edges": spaces.Box(-1, limits.nodes - 1, (limits.edges, 2), np.int32),
        "selected": spaces.Discrete(limits.nodes + 1),
    }
    if dimension is not None:
        boxes["vectors"] = spaces.Box(-_LARGEST, _LARGEST, (limits.nodes, dimension), np.float32)
    if copies:
        boxes["copies"] = spaces.Box(-1, limits.nodes - 1, (limits.edges, 2), np.int32)
        boxes["copy_weight"] = spaces.Box(0, _LARGEST, (limits.edges,), np.float32)
        boxes["register_copies"] = spaces.Box(0, _LARGEST, (limits.nodes, registers), np.float32)
    return spaces.Dict(boxes)


class Observer:
    """Observations of one allocation; no two share memory, as Gymnasium demands."""

    def __init__(
        self,
        allocation: Allocation,
        limits: Limits,
        vectors: npt.NDArray[np.float32] | None,
        points: ProblemPoints | None = None,
    ) -> None:
        self._allocation = allocation
        self._limits = limits
        problem = allocation.problem
        edges = np.full((limits.edges, 2), -1, np.int32)
        edges[: len(problem.edges)] = problem.edges
        self._fixed: Observation = {"edges": edges}
        if vectors is not None:
            self._fixed["vectors"] = self._padded(vectors, np.float32, 0)
        if points is not None:
            self._fixed |= self._copies(points)

    def _copies(self, points: ProblemPoints) -> Observation:
        ranked = np.argsort(-points.copy_frequency, kind="stable")[: self._limits.edges]
        copies = np.full((self._limits.edges, 2), -1, np.int32)
        copies[: len(ranked)] = points.copies[ranked]
        weight = np.zeros(self._limits.edges, np.float32)
        weight[: len(ranked)] = np.log1p(points.copy_frequency[ranked])
        of_registers = self._padded(np.log1p(points.register_copies), np.float32, 0)
        return {"copies": copies, "copy_weight": weight, "register_copies": of_registers}

    def _padded(self, rows: npt.NDArray[Any], kind: type[np.generic], filler: int) -> npt.NDArray[Any]:
        padded = np.full((self._limits.nodes, *rows.shape[1:]), filler, kind)
        padded[: len(rows)] = rows
        return padded

    def observe(self, selected: int | None) -> Observation:
        """The observation; `selected` is the node that waits for a register, None if a node is to be selected."""
        allocation = self._allocation
        return {
            "action_mask": self.action_mask(selected),
            "nodes": self._padded(node_features(allocation), np.float32, 0),
            "choice": self._padded(allocation.choice, np.int16, UNDECIDED),
            "selected": np.int64(self._limits.nodes if selected is None else selected),
            **{name: array.copy() for name, array in self._fixed.items()},
        }

    def action_mask(self, selected: int | None) -> npt.NDArray[np.int8]:
        """(max_nodes + 1 + R,) int8: 1 for every action that is allowed now; all 0 when every node is decided."""
        mask = np.zeros(self._limits.nodes + 1 + self._allocation.problem.registers.size, np.int8)
        if selected is None:
            mask[: self._allocation.problem.n_nodes] = self._allocation.choice == UNDECIDED
        else:
            mask[self._limits.nodes :] = self._allocation.choices(selected)
        return mask
