"""Vectors of larger things than instructions.

Means, as in RL4ReAl.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from rl4real_data.mir2vec.vocabulary import Vectors

_BLOCK: Final = 16
_BEFORE: Final = np.tril(np.ones((_BLOCK, _BLOCK)), -1)

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
    sums = _prefix_sums(vectors.take(inst, axis=0))
    first, last = live[0::2], live[1::2]
    ranges = sums.take(last, axis=0)
    ranges -= sums.take(first, axis=0)
    totals, counts = _sums_of_ranges(ranges, last - first, live_lengths // 2)
    totals /= np.maximum(counts, 1)[:, None]
    result: Vectors = totals.astype(np.float32)
    return result


def _sums_of_ranges(
    ranges: npt.NDArray[np.float64], lengths: Ints, per_node: Ints
) -> tuple[npt.NDArray[np.float64], Ints]:
    """(nodes, dimension) and (nodes,): `ranges` and `lengths` (live ranges, …) summed over each node's `per_node`."""
    if (per_node == 1).all():
        return ranges, lengths
    totals, counts = np.zeros((len(per_node), ranges.shape[1])), np.zeros(len(per_node), np.int64)
    some = np.flatnonzero(per_node)
    if len(some):
        begins = (np.cumsum(per_node) - per_node)[some]
        totals[some], counts[some] = np.add.reduceat(ranges, begins, axis=0), np.add.reduceat(lengths, begins)
    return totals, counts


def list_means(inst: Ints, offsets: Ints, vectors: Vectors) -> Vectors:
    """(lists, dimension) float32: the mean of each list's instructions; zero for an empty one.

    List i is inst[offsets[i]:offsets[i + 1]]: an episode's `node_inst`, flattened.
    """
    sums = _prefix_sums(vectors.take(inst, axis=0)).take(offsets, axis=0)
    totals = np.diff(sums, axis=0)
    totals /= np.maximum(np.diff(offsets), 1)[:, None]
    result: Vectors = totals.astype(np.float32)
    return result


def _prefix_sums(rows: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """(n + 1 or more, dimension) float64: entry i is the sum of the `rows` (n, dimension) before row i.

    By blocks, each one product with a triangular matrix of ones: four times as fast as numpy's cumsum, which adds
    number by number.
    """
    count, dimension = rows.shape
    blocks = count // _BLOCK + 1
    padded = np.zeros((blocks * _BLOCK, dimension))
    padded[:count] = rows
    cut = padded.reshape(blocks, _BLOCK, dimension)
    sums: npt.NDArray[np.float64] = np.matmul(_BEFORE, cut)
    if blocks > 1:
        sums += _prefix_sums(sums[:, -1] + cut[:, -1])[:blocks, None]
    return sums.reshape(-1, dimension)
