"""Vectors of functions and of nodes: means of the instructions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from rl4real_data.mir2vec.pooling import function_vector, node_vectors

VECTORS = np.array([[1, 10], [2, 20], [4, 40], [8, 80]], np.float32)


def ints(values: Sequence[int]) -> npt.NDArray[np.int32]:
    return np.array(values, np.int32)


def nodes(
    inst: Sequence[int], ranges: Sequence[Sequence[int]], vectors: npt.NDArray[np.float32] = VECTORS
) -> npt.NDArray[np.float32]:
    flat = [end for node in ranges for end in node]
    return node_vectors(ints(inst), ints(flat), ints([len(node) for node in ranges]), vectors)


def test_function_is_the_mean_of_its_instructions() -> None:
    vector = function_vector(ints([0, 3, 0, 1]), VECTORS)  # (1 + 8 + 1 + 2) / 4

    assert vector.dtype == np.float32
    assert vector.tolist() == [3, 30]


def test_function_without_instructions_is_zero() -> None:
    assert function_vector(ints([]), VECTORS).tolist() == [0, 0]
    assert function_vector(ints([]), VECTORS).dtype == np.float32


def test_node_is_the_mean_of_what_it_is_live_at() -> None:
    found = nodes([0, 1, 2, 3], [[0, 4], [1, 3], [3, 4]])

    assert found.dtype == np.float32
    assert found.tolist() == [[3.75, 37.5], [3, 30], [8, 80]]


def test_node_of_two_ranges_weighs_each_by_its_length() -> None:
    found = nodes([0, 1, 2, 3], [[0, 1, 2, 4], [0, 2]])  # (1 + 4 + 8) / 3

    np.testing.assert_allclose(found, [[13 / 3, 130 / 3], [1.5, 15]], rtol=1e-6)


def test_node_without_a_range_is_zero() -> None:
    assert nodes([0, 1], [[], [0, 2], []]).tolist() == [[0, 0], [1.5, 15], [0, 0]]
    assert nodes([0, 1], [[1, 1]]).tolist() == [[0, 0]]  # a range without an instruction
    assert nodes([], [[]]).tolist() == [[0, 0]]


def test_no_nodes() -> None:
    assert nodes([0, 1], []).shape == (0, 2)


def test_long_functions_keep_their_digits() -> None:
    vectors = np.array([[1e6], [0.125]], np.float32)  # sums of 2e10 have steps of 2048 in float32
    inst = [0] * 20_000 + [1] * 3

    assert nodes(inst, [[20_000, 20_003]], vectors).tolist() == [[0.125]]
    assert function_vector(ints([0] * 30_000), np.array([[0.1]], np.float32)).tolist() == [np.float32(0.1)]


@given(data=st.data(), inst=st.lists(st.integers(0, 3), max_size=12))
def test_same_as_node_by_node(data: st.DataObject, inst: list[int]) -> None:
    place = st.integers(0, len(inst))
    ends = st.lists(place, max_size=6, unique=True).map(lambda found: sorted(found)[: len(found) // 2 * 2])
    ranges: list[list[int]] = data.draw(st.lists(ends, max_size=5))
    rows: Any = []
    for node in ranges:
        live = [inst[i] for first, last in zip(node[::2], node[1::2], strict=True) for i in range(first, last)]
        rows.append(sum((VECTORS[i] for i in live), np.zeros(2)) / max(len(live), 1))
    whole = sum((VECTORS[i] for i in inst), np.zeros(2)) / max(len(inst), 1)

    np.testing.assert_allclose(nodes(inst, ranges), np.array(rows).reshape(-1, 2), rtol=1e-6)
    np.testing.assert_allclose(function_vector(ints(inst), VECTORS), whole, rtol=1e-6)


def test_nodes_of_long_functions() -> None:
    """Sums go by blocks of instructions: lengths around one, two and many blocks, against plain means."""
    chance = np.random.default_rng(1)
    for length in (15, 16, 17, 31, 32, 33, 255, 256, 257, 300, 5000):
        inst = chance.integers(0, 4, length)
        ends = np.sort(chance.choice(length + 1, 8, replace=False)).tolist()
        ranges = [[0, length], ends[0:2], ends[2:8]]
        rows = [[i for first, last in zip(r[0::2], r[1::2], strict=True) for i in range(first, last)] for r in ranges]
        expected = [VECTORS[inst[own]].astype(np.float64).mean(axis=0) for own in rows]

        np.testing.assert_allclose(nodes(inst.tolist(), ranges), expected, rtol=1e-6)
