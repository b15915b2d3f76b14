"""A candidate that a search tried for an episode, and what came of it."""

from __future__ import annotations

__all__ = ["Trial", "effect_of"]

from dataclasses import dataclass
from typing import Final

from rl4real_data.episodes.label_values import Effect, Objective
from rl4real_data.labels.decisions import Decisions
from rl4real_data.labels.executed_code import ExecutedCode
from rl4real_data.labels.trial_costs import TrialCosts

_SAME: Final = 1e-9
"""Relative: sums of the same numbers in another order differ by less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One row of `trials.parquet`, whose columns the fields are. `value` and what follows is None if it failed."""

    episode_id: str
    objective: Objective
    number: int
    decisions: Decisions
    effect: Effect
    value: float | None = None
    score: float | None = None
    costs: TrialCosts | None = None
    final: ExecutedCode | None = None
    reason: str | None = None


def is_same(value: float, other: float) -> bool:
    """Whether two figures of costs count as equal."""
    return abs(value - other) <= _SAME * max(abs(value), abs(other), 1.0)


def effect_of(value: float | None, greedy_value: float) -> Effect:
    """What a candidate of that objective did beside greedy; None for one that failed."""
    if value is None:
        return Effect.FAILED
    if is_same(value, greedy_value):
        return Effect.EQUAL
    return Effect.BETTER if value < greedy_value else Effect.WORSE
