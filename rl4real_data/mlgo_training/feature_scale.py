"""The scaling of features by quantiles of what a trace holds, as MLGO does it.

A value v becomes the share x of the quantiles that are not above it, x squared, the root of x, and v in deviations from
the mean. Of eviction's 33 rows each is also told its place, and whether it is the register that seeks one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from rl4real_data.mlgo_training.feature_rows import Floats
from rl4real_data.mlgo_training.quantile_search import QuantileBlocks, QuantileTable
from rl4real_data.traces.features import EVICTION_COLUMNS, FEATURES, Task

FORMS: Final = 4
"""Numbers that become of one."""
MOST_DEVIATIONS: Final = np.float32(10)
_LEAST_DEVIATION: Final = 1e-6
_SAMPLE: Final = 200_000
"""Values of each feature that quantiles are computed of."""


@dataclass(frozen=True, slots=True, eq=False)
class FeatureScale:
    """`bounds`: distinct quantiles of each feature in their order, filled up with infinity, [features, most].

    `counts`: how many of the quantiles each of them is, 0 behind the last one.
    """

    task: Task
    bounds: Floats
    counts: Floats
    mean: Floats
    deviation: Floats

    @classmethod
    def of(cls, task: Task, rows: npt.NDArray[Any], quantiles: int) -> Self:
        """Of values [n, features]; ValueError without any."""
        if not len(rows):
            raise ValueError("no value of any feature")
        values = numbers_in(rows).astype(np.float64)
        asked = np.arange(1, quantiles + 1) / (quantiles + 1)
        found = [np.unique(_quantiles(column, asked), return_counts=True) for column in values.T]
        most = max(len(bounds) for bounds, _ in found)
        bounds = np.full((len(found), most), np.inf, np.float32)
        counts = np.zeros((len(found), most), np.float32)
        for number, (own, times) in enumerate(found):
            bounds[number, : len(own)], counts[number, : len(own)] = own, times
        finite = np.where(np.isfinite(values), values, 0)
        deviation = np.maximum(finite.std(axis=0), _LEAST_DEVIATION)
        return cls(task, bounds, counts, finite.mean(axis=0).astype(np.float32), deviation.astype(np.float32))

    @property
    def total(self) -> np.float32:
        """How many quantiles a feature has at most; those of one that is infinite at times are fewer."""
        return np.float32(self.counts.sum(axis=1).max())

    @property
    def width(self) -> int:
        """Numbers in a scaled row."""
        return len(self.mean) * FORMS + len(places_of(self.task)[0])

    def table(self) -> QuantileTable:
        return QuantileTable.of(self.bounds, self.counts, self.total)

    def blocks(self) -> QuantileBlocks:
        return QuantileBlocks.of(self.bounds, self.counts, self.total)

    def scaler(self) -> Scaler:
        return Scaler(self)


class Scaler:
    """The scale, ready for many rows."""

    def __init__(self, scale: FeatureScale) -> None:
        self._scale = scale
        self._table = scale.table()
        self._places = places_of(scale.task)

    def __call__(self, rows: Floats) -> Floats:
        """[..., features] to [..., width]; of eviction the last axis but one has the 33 columns."""
        rows = numbers_in(rows)
        share = self._table.shares_of(rows)
        apart = (rows - self._scale.mean) / self._scale.deviation
        apart = np.minimum(np.maximum(apart, -MOST_DEVIATIONS), MOST_DEVIATIONS)
        parts = [share, share * share, np.sqrt(share), apart]
        if self._places.shape[1]:
            parts.append(np.broadcast_to(self._places, (*rows.shape[:-1], self._places.shape[1])))
        return np.concatenate(parts, axis=-1)


def numbers_in(rows: Floats) -> Floats:
    """The same with 0 for what is no number; `use_def_density` may also be infinite."""
    return np.where(np.isnan(rows), np.float32(0), rows)


def places_of(task: Task) -> Floats:
    """What else a row is told: of eviction its place, and whether it is the last, [33, 2]; else nothing, [1, 0]."""
    if task is not Task.EVICTION:
        return np.empty((1, 0), np.float32)
    places = np.arange(EVICTION_COLUMNS, dtype=np.float32)
    last = np.float32(EVICTION_COLUMNS - 1)
    return np.stack([places / last, (places == last).astype(np.float32)], axis=1)


def _quantiles(values: npt.NDArray[Any], asked: npt.NDArray[Any]) -> Floats:
    """Those that are finite; there is one at least."""
    found = np.quantile(values, asked, method="nearest").astype(np.float32)
    return found[np.isfinite(found)] if np.isfinite(found).any() else np.zeros(1, np.float32)


def sampled_values(parts: Iterable[Floats], task: Task) -> npt.NDArray[Any]:
    """Rows [n, features] of decisions that come in parts: a sample of them that is the same every time.

    Where there are too many, every second one is dropped, and from then on every second one is not taken.
    """
    kept: list[Floats] = []
    size, stride, seen = 0, 1, 0
    for part in parts:
        values = part[part[..., 0] > 0] if task is Task.EVICTION else part
        taken = values[(-seen) % stride :: stride]
        seen += len(values)
        kept.append(taken)
        size += len(taken)
        while size > _SAMPLE:
            whole = np.concatenate(kept)[::2]
            kept, size, stride = [whole], len(whole), stride * 2
    return np.concatenate(kept) if kept else np.empty((0, len(FEATURES[task])), np.float32)
