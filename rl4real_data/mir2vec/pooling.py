"""Vectors of larger things than instructions: means, as in RL4ReAl."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rl4real_data.mir2vec.vocabulary import Vectors

Ints = npt.NDArray[np.integer]


def function_vector(inst: Ints, vectors: Vectors) -> Vectors:
    """(dimension,) float32: the mean of a function's instructions; zero for one without.

    `inst` (instructions,) refers to the rows of `vectors` (shapes, dimension).
    """
    if not len(inst):
        return np.zeros(vectors.shape[1], np.float32)
    mean: Vectors = vectors[inst].mean(axis=0, dtype=np.float64).astype(np.float32)
    return mean


def node_vectors(inst: Ints, live: Ints, live_lengths: Ints, vectors: Vectors) -> Vectors:
    """(nodes, dimension) float32: the mean of the instructions in each node's live ranges; zero for a node without.

    `live` holds first, last, first, last, … of all nodes one behind the other, `live_lengths` (nodes,) how many of
    these numbers each node has: an episode's `node_live`, flattened.
    """
    sums = np.zeros((len(inst) + 1, vectors.shape[1]))
    np.cumsum(vectors[inst], axis=0, out=sums[1:], dtype=np.float64)
    first, last = live[0::2], live[1::2]
    owner = np.repeat(np.arange(len(live_lengths)), live_lengths // 2)
    totals = np.zeros((len(live_lengths), vectors.shape[1]))
    np.add.at(totals, owner, sums[last] - sums[first])
    counts = np.bincount(owner, weights=last - first, minlength=len(live_lengths))
    result: Vectors = (totals / np.maximum(counts, 1)[:, None]).astype(np.float32)
    return result
