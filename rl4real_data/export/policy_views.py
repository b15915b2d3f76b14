"""RL4ReAl's four policies, each as a single-agent view.

What it observes as one flat vector, and what it may do.

An observation is [action mask, features]: the first `actions` numbers are 1 for the allowed actions. Features are
those of the fork's multi-agent environment, scaled: weights are bounded by 10,000 and divided by it, counts and
distances are ln(1 + x). The select-node policy sees seven numbers a node instead of the fork's vectors and edges; flat
rows have no room for these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from rl4real_data.allocation.allocation import SPILLED, UNDECIDED, Allocation
from rl4real_data.allocation.features import NODE_FEATURES, node_features, scaled_weight
from rl4real_data.reading.episode import Episode

Vector = npt.NDArray[np.float32]

COLOUR_TASK: Final = 0
SPLIT_TASK: Final = 1


class Policy(StrEnum):
    """RL4ReAl's policies, in the order in which they act on a node."""

    SELECT_NODE = "select_node"
    SELECT_TASK = "select_task"
    COLOUR = "colour"
    SPLIT = "split"


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewShape:
    """The fixed sizes of one policy's rows: an observation has `actions` + len(`features`) numbers."""

    actions: int
    features: tuple[str, ...]

    @property
    def observation_size(self) -> int:
        return self.actions + len(self.features)


def view_shapes(*, max_nodes: int, max_uses: int, registers: int, dimension: int) -> dict[Policy, ViewShape]:
    """The shape of each view; `dimension` is that of the vectors, 0 without them."""
    vector = tuple(f"vector.{i}" for i in range(dimension))
    per_node = tuple(f"node.{i}.{name}" for i in range(max_nodes) for name in NODE_FEATURES)
    per_use = tuple(f"use.{i}.{name}" for i in range(max_uses) for name in ("spill_weight", "distance_to_next"))
    task = ("degree", "free_registers", "spill_weight", "uses")
    colour = ("free_registers", "registers_of_neighbours", "undecided_nodes")
    return {
        Policy.SELECT_NODE: ViewShape(actions=max_nodes, features=per_node),
        Policy.SELECT_TASK: ViewShape(actions=2, features=task + vector),
        Policy.COLOUR: ViewShape(actions=1 + registers, features=colour + vector),
        Policy.SPLIT: ViewShape(actions=max_uses, features=per_use + vector),
    }


class PolicyViews:
    """The observations of one function while it is allocated. `vectors` (n, D), with D = 0 for none."""

    def __init__(
        self, episode: Episode, allocation: Allocation, shapes: Mapping[Policy, ViewShape], vectors: Vector
    ) -> None:
        self._allocation = allocation
        self._shapes = shapes
        self._vectors = vectors
        self._use_weights = episode.lists("use_spill_weight")
        self._use_distances = episode.lists("use_distance")
        self._split_points = episode.lists("split_points")

    def select_node(self) -> Vector:
        """Mask: the nodes that are not decided. Action: the node."""
        width = self._shapes[Policy.SELECT_NODE].actions
        observation = np.zeros(self._shapes[Policy.SELECT_NODE].observation_size, np.float32)
        n = len(self._allocation.choice)
        observation[:n] = self._allocation.choice == UNDECIDED
        observation[width : width + n * len(NODE_FEATURES)] = node_features(self._allocation).ravel()
        return observation

    def select_task(self, node: int) -> Vector:
        """Mask: colour always, split if the fork's rules know a point. Action: 0 colour, 1 split."""
        problem = self._allocation.problem
        counts = [len(problem.neighbours_of(node)), int(self._allocation.free[node].sum()), int(problem.uses[node])]
        degree, free, uses = np.log1p(np.array(counts, np.float32))
        weight = scaled_weight(problem.spill_weight[node : node + 1])[0]
        mask = [1, float(self.split_mask(node).any())]
        return np.concatenate((np.array([*mask, degree, free, weight, uses], np.float32), self._vectors[node]))

    def colour(self, node: int) -> Vector:
        """Mask and action: 0 spills the node, 1 + k gives it the k-th register."""
        allocation = self._allocation
        around = allocation.choice[allocation.problem.neighbours_of(node)]
        mask = allocation.choices(node)
        counts = [int(mask[1:].sum()), len(np.unique(around[around > SPILLED])), allocation.undecided]
        return np.concatenate((mask, np.log1p(np.array(counts, np.float32)), self._vectors[node]), dtype=np.float32)

    def split(self, node: int) -> Vector:
        """Mask and action: the use point behind which the node is cut."""
        width = self._shapes[Policy.SPLIT].actions
        uses = np.zeros((width, 2), np.float32)
        weights, distances = self._use_weights[node][:width], self._use_distances[node][:width]
        uses[: len(weights), 0] = scaled_weight(weights)
        uses[: max(len(distances) - 1, 0), 1] = np.log1p(np.diff(distances))
        mask = np.zeros(width, np.bool_)
        allowed = self.split_mask(node)[:width]
        mask[: len(allowed)] = allowed
        return np.concatenate((mask, uses.ravel(), self._vectors[node]), dtype=np.float32)

    def split_mask(self, node: int) -> npt.NDArray[np.bool_]:
        """(use points,) bool: where the fork may split: at the episode's split points, but not at the last use.

        All False for a node with more use points than there is room for, as in the fork.
        """
        mask = np.zeros(len(self._use_distances[node]), np.bool_)
        if len(mask) <= self._shapes[Policy.SPLIT].actions:
            mask[self._split_points[node]] = True
            mask[-1:] = False
        return mask

    def likely_split_point(self, node: int) -> int:
        """The allowed point with the longest way to the next use; the first of equals.

        An inference, for datasets of version 0, which do not record which point the expert took. LLVM's local
        splitting looks for such gaps (`RAGreedy::tryLocalSplit`).
        """
        gaps = np.diff(self._use_distances[node], append=self._use_distances[node][-1:])
        return int(np.argmax(np.where(self.split_mask(node), gaps, -1)))
