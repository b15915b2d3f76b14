"""The choice of what a trained network may decide, on examples that it has not learned from.

A model that always takes what it expects to gain makes some code worse. So gain and the chance of harm are weighed, and
a threshold is set, such that the share made worse stays below a limit, among all functions and among those that greedy
split or spilled.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from rl4real_data.advice.examples import Example
from rl4real_data.advice.losses import HARMFUL
from rl4real_data.advice.network import Predictions
from rl4real_data.core.extras import required_by

with required_by("the preset advice", extra="advice"):
    import torch

Floats = npt.NDArray[np.float64]

_HARMS: Final = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3)
MOST_WORSE: Final = 0.045
"""A little below the twentieth that is promised: other code is not the code that this is chosen on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What decisions make of functions, as geometric means of final code over greedy's. `worse` are shares."""

    functions: int
    decided: float
    edited: float
    all: float
    edited_worse: float
    all_worse: float

    @classmethod
    def of(cls, gains: Floats, is_edited: npt.NDArray[np.bool_], decided: npt.NDArray[np.bool_]) -> Figures:
        """`gains` of each function, 0 where nothing was decided."""
        own = gains[is_edited]
        return cls(
            functions=len(gains),
            decided=_mean(decided),
            edited=math.exp(-_mean(own)),
            all=math.exp(-_mean(gains)),
            edited_worse=_mean(own < HARMFUL),
            all_worse=_mean(gains < HARMFUL),
        )

    def __str__(self) -> str:
        return (
            f"{self.all:.4f} of greedy's, {self.edited:.4f} where greedy splits or spills; worse {self.all_worse:.1%}, "
            f"{self.edited_worse:.1%}; {self.functions:,} functions, {self.decided:.0%} decided"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """`harm`: how much the chance of harm weighs. `best`: the plan that stands highest then, of each example. `figures`
    are those of the examples that it was chosen on.
    """

    harm: float
    threshold: float
    best: tuple[int, ...]
    figures: Figures


def calibrate(
    examples: Sequence[Example], predictions: Sequence[Predictions], *, most_worse: float = MOST_WORSE
) -> Calibration:
    """What lowers the code of these functions most, with one plan a function, within the limit."""
    told = torch.stack([one.gain for one in examples]).nan_to_num(0.0).double().numpy()
    gain = torch.stack([one.gain for one in predictions]).double().numpy()
    harm = torch.sigmoid(torch.stack([one.harm for one in predictions])).double().numpy()
    is_edited = np.array([one.is_edited for one in examples])
    found = [_with_harm(weight, gain - weight * harm, told, is_edited, most_worse) for weight in _HARMS]
    return min(found, key=lambda one: math.log(one.figures.edited) + math.log(one.figures.all))


def _with_harm(
    weight: float, scores: Floats, told: Floats, is_edited: npt.NDArray[np.bool_], most_worse: float
) -> Calibration:
    """The lowest threshold within the limit."""
    best = scores.argmax(1)
    score, gain = scores.max(1), told[np.arange(len(told)), best]
    order = np.argsort(-score, kind="stable")
    is_worse = gain[order] < HARMFUL
    fair = is_worse.cumsum() <= most_worse * len(order)
    fair &= (is_worse & is_edited[order]).cumsum() <= most_worse * is_edited.sum()
    fair &= score[order] > 0
    count = int(fair.argmin()) if not fair.all() else len(order)
    threshold = float(score[order[count]]) if count < len(order) else 0.0
    decided = score > max(threshold, 0.0)
    figures = Figures.of(np.where(decided, gain, 0.0), is_edited, decided)
    return Calibration(harm=weight, threshold=max(threshold, 0.0), best=tuple(best.tolist()), figures=figures)


def _mean(values: npt.NDArray[np.generic]) -> float:
    return float(values.mean()) if len(values) else 0.0
