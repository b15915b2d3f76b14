"""Quantiles are found the same by halves and by blocks."""

from __future__ import annotations

import numpy as np
import pytest

from rl4real_data.mlgo_training.feature_rows import Floats
from rl4real_data.mlgo_training.quantile_search import QuantileBlocks, QuantileTable

FEATURES = 3


def shares_by_blocks(blocks: QuantileBlocks, values: Floats) -> Floats:
    """As the ONNX file finds them."""
    each = values[..., None]
    block = ((each >= blocks.begins).sum(axis=-1) + blocks.zeroth).astype(np.int32)
    within = (each >= blocks.bounds[block]).sum(axis=-1)
    found: Floats = blocks.shares[block * (blocks.size + 1) + within]
    return found


@pytest.mark.parametrize("most", [1, 2, 3, 4, 5, 9, 10, 16, 24, 25, 26])
def test_both_searches_find_the_same(most: int) -> None:
    """Of values on, between and beyond the bounds; a feature may have fewer of them than another."""
    chance = np.random.default_rng(most)
    bounds = np.sort(chance.normal(size=(FEATURES, most)), axis=1).astype(np.float32)
    counts = chance.integers(1, 5, (FEATURES, most)).astype(np.float32)
    bounds[0, 1:], counts[0, 1:] = np.inf, 0
    told = (bounds, counts, np.float32(counts.sum(axis=1).max()))
    beyond = np.full((1, FEATURES), np.inf, np.float32)
    values = np.concatenate([bounds.T, np.nextafter(bounds.T, -beyond), bounds.T + 0.01, beyond, -beyond])

    found = shares_by_blocks(QuantileBlocks.of(*told), values)
    np.testing.assert_array_equal(found, QuantileTable.of(*told).shares_of(values))
    assert found.max() == 1
    assert found.min() == 0
