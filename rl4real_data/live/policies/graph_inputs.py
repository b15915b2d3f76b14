"""The inputs of a model that scores the registers of a function's nodes, by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rl4real_data.allocation.allocation import WEIGHT_LIMIT
from rl4real_data.live.function_graph import GraphNode

INPUTS: Final = (
    *("node_features", "edge_index", "node_vectors", "register_mask", "allowed", "node_class", "spill_weight"),
)
_DISTANCE: Final = 4
"""The fork's unit of a distance: 4 a slot index step, of which an instruction has one."""
_BOOLS: Final = "tensor(bool)"


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphInputs:
    """`allowed`: the colours of each node. `columns`: that of each register of the model. `class_ids`: by name."""

    nodes: Sequence[GraphNode]
    allowed: Sequence[Sequence[int]]
    columns: Sequence[int]
    class_ids: Mapping[str, int]

    def named(self, name: str, kind: str) -> npt.NDArray[Any]:
        """One of INPUTS; `kind` is ONNX's name of its type."""
        if name in ("register_mask", "allowed"):
            return self._mask() if kind == _BOOLS else self._mask().astype(np.uint8)
        if name == "node_features":
            return self._features()
        if name == "edge_index":
            return self._edges()
        if name == "node_vectors":
            return np.array([_mean(node) for node in self.nodes], np.float32)
        if name == "spill_weight":
            return self._weights().astype(np.float32)
        return np.array([self.class_ids.get(node.register_class, -1) for node in self.nodes], np.int64)

    def _weights(self) -> npt.NDArray[np.float64]:
        return np.array([node.spill_weight for node in self.nodes], np.float64)

    def _mask(self) -> npt.NDArray[np.bool_]:
        rows = [[colour in own for colour in self.columns] for own in map(set, self.allowed)]
        return np.array(rows, np.bool_).reshape(len(rows), len(self.columns))

    def _edges(self) -> npt.NDArray[np.int64]:
        place = {node.id: row for row, node in enumerate(self.nodes)}
        pairs = [
            (row, place[other])
            for row, node in enumerate(self.nodes)
            for other in sorted(node.neighbours)
            if place.get(other, -1) > row
        ]
        one = np.array(pairs, np.int64).reshape(-1, 2).T
        return np.concatenate((one, one[::-1]), axis=1)

    def _features(self) -> npt.NDArray[np.float32]:
        """The columns of `rl4real_data.allocation.features`, before any decision."""
        nodes, weight = self.nodes, self._weights()
        ids = {node.id for node in nodes}
        sizes = [int(node.use_distances[-1]) // _DISTANCE if len(node.use_distances) else 0 for node in nodes]
        columns = (
            np.minimum(weight, WEIGHT_LIMIT) / WEIGHT_LIMIT,
            np.isinf(weight),
            np.log1p(sizes),
            np.log1p([len(node.use_distances) for node in nodes]),
            np.log1p([len(node.neighbours & ids) for node in nodes]),
            np.log1p([len(own) for own in self.allowed]),
            np.zeros(len(nodes)),
        )
        return np.stack(columns, axis=1).astype(np.float32)


def _mean(node: GraphNode) -> npt.NDArray[np.float32]:
    if not len(node.vectors):
        return np.zeros(node.vectors.shape[1], np.float32)
    return np.asarray(node.vectors.mean(axis=0), np.float32)
