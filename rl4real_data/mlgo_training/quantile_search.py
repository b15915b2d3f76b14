"""The place of each feature's value among that feature's quantiles, for all features at once.

A search by halves over one table: the same few steps in NumPy and in an ONNX file, whatever the number of quantiles.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from rl4real_data.mlgo_training.feature_rows import Floats


@dataclass(frozen=True, slots=True, eq=False)
class QuantileTable:
    """Of each feature `1 << bits` entries, from `first` on: the bound that must be reached, and the share up to it."""

    bits: int
    first: npt.NDArray[np.int32]
    bounds: Floats
    shares: Floats

    @classmethod
    def of(cls, bounds: Floats, counts: Floats, total: np.float32) -> Self:
        """`bounds` [features, most] in their order, filled up with infinity; `counts`: what each of them adds."""
        features, most = bounds.shape
        bits = int(most).bit_length()
        whole = np.full((features, 1 << bits), np.inf, np.float32)
        whole[:, 1 : most + 1] = bounds
        added = np.zeros((features, 1 << bits))
        added[:, 1 : most + 1] = counts
        shares = np.cumsum(added, axis=1).astype(np.float32) / total
        first = (np.arange(features) << bits).astype(np.int32)
        return cls(bits, first, whole.ravel(), shares.ravel().astype(np.float32))

    @property
    def strides(self) -> tuple[int, ...]:
        """Of the search, the widest first."""
        return tuple(1 << bit for bit in reversed(range(self.bits)))

    def shares_of(self, rows: npt.NDArray[Any]) -> Floats:
        """[..., features] of values to their shares."""
        place: npt.NDArray[Any] = np.broadcast_to(self.first, rows.shape)
        for stride in self.strides:
            further = place + stride
            place = np.where(rows >= self.bounds[further], further, place)
        found: Floats = self.shares[place]
        return found


@dataclass(frozen=True, slots=True, eq=False)
class QuantileBlocks:
    """The same quantiles in blocks, for who compares a value with many at a time: `size` blocks of as many bounds each.

    `begins`: [features, size] the first bound of each block, and below all of them for a feature's first block.
    `zeroth`: the block before each feature's first one; `bounds`: [features * size, size]. `shares`: of each block
    those of 0 to `size` reached bounds, one after the other.
    """

    size: int
    begins: Floats
    zeroth: Floats
    bounds: Floats
    shares: Floats

    @classmethod
    def of(cls, bounds: Floats, counts: Floats, total: np.float32) -> Self:
        """As `QuantileTable.of`."""
        features, most = bounds.shape
        size = math.isqrt(most - 1) + 1
        whole = np.full((features, size * size), np.inf, np.float32)
        whole[:, :most] = bounds
        begins = whole[:, ::size].copy()
        begins[:, 0] = -np.inf
        added = np.zeros((features, size * size + 1))
        added[:, 1 : most + 1] = counts
        reached = np.arange(0, size * size, size)[:, None] + np.arange(size + 1)
        shares = np.cumsum(added, axis=1).astype(np.float32)[:, reached] / total
        zeroth = (size * np.arange(features) - 1).astype(np.float32)
        return cls(size, begins, zeroth, whole.reshape(-1, size), shares.ravel())
