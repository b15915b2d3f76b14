"""Numbers that describe the nodes of an allocation while it is made."""

from __future__ import annotations

__all__ = ["NODE_FEATURES", "node_features"]

from typing import Final

import numpy as np
import numpy.typing as npt

from rl4real_data.allocation.allocation import UNDECIDED, WEIGHT_LIMIT, Allocation

NODE_FEATURES: Final = ("spill_weight", "unspillable", "size", "uses", "degree", "free_registers", "decided")
"""What `node_features` gives, column by column."""


def node_features(allocation: Allocation) -> npt.NDArray[np.float32]:
    """(n, 7) float32, all in [0, 32].

    `spill_weight`: clipped as in RL4ReAl's reward, 0 … 1. `unspillable`, `decided`: 0 or 1. The others are ln(1 + x)
    of the length in instructions, of the use points, of the interfering nodes and of the registers still free.
    """
    problem = allocation.problem
    features = np.empty((problem.n_nodes, len(NODE_FEATURES)), np.float32)
    features[:, 0] = scaled_weight(problem.spill_weight)
    features[:, 1] = np.isinf(problem.spill_weight)
    features[:, 2] = np.log1p(problem.size)
    features[:, 3] = np.log1p(problem.uses)
    features[:, 4] = np.log1p(np.diff(problem.first_neighbour))
    features[:, 5] = np.log1p(allocation.free.sum(axis=1))
    features[:, 6] = allocation.choice != UNDECIDED
    return features


def scaled_weight(weight: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Spill weights, bounded by WEIGHT_LIMIT and divided by it: 0 … 1."""
    return (np.minimum(weight, WEIGHT_LIMIT) / WEIGHT_LIMIT).astype(np.float32)
