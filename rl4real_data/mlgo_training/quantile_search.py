"""The place of each feature's value among that feature's quantiles, for all features at once.

A search by halves over one table: the same few steps in NumPy and in an ONNX file, whatever the number of quantiles.
"""

from __future__ import annotations

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
