"""Quantiles of counts, by nearest rank, so that every figure is the count of something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

_QUANTILES: Final = (0, 0.5, 0.9, 0.99, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """Of counts, by nearest rank."""

    minimum: int
    median: int
    p90: int
    p99: int
    maximum: int


def describe(counts: npt.NDArray[Any]) -> Distribution | None:
    """None for no counts at all."""
    if not len(counts):
        return None
    figures = np.quantile(counts, _QUANTILES, method="inverted_cdf")
    return _distribution([int(figure) for figure in figures])


def describe_counts(histogram: npt.NDArray[np.int64]) -> Distribution | None:
    """The same of a histogram: entry i says how many counts are i."""
    total = np.cumsum(histogram)
    if not total[-1]:
        return None
    ranks = np.maximum(np.ceil(np.array(_QUANTILES) * total[-1]), 1)
    return _distribution(np.searchsorted(total, ranks).tolist())


def _distribution(figures: list[int]) -> Distribution:
    minimum, median, p90, p99, maximum = figures
    return Distribution(minimum=minimum, median=median, p90=p90, p99=p99, maximum=maximum)
