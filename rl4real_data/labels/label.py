"""An answer for one episode, beside greedy's in the same measure."""

from __future__ import annotations

__all__ = ["Label", "LabelPart"]

from dataclasses import dataclass

from rl4real_data.episodes.label_values import LabelSource, LabelStatus, Objective
from rl4real_data.labels.decisions import Decisions
from rl4real_data.labels.executed_code import ExecutedCode
from rl4real_data.labels.trial_costs import TrialCosts


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelPart:
    """A piece of a node's life in one place, as `part_node`, `part_first`, `part_last` and `part_place` say it."""

    node: int
    first: int
    last: int
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One row of `labels.parquet`, whose columns the fields are. None where there is nothing to say."""

    episode_id: str
    source: LabelSource
    objective: Objective
    status: LabelStatus
    reason: str | None = None
    decisions: Decisions | None = None
    parts: tuple[LabelPart, ...] | None = None
    value: float | None = None
    greedy_value: float | None = None
    bound: float | None = None
    score: float | None = None
    greedy_score: float | None = None
    costs: TrialCosts | None = None
    greedy_costs: TrialCosts | None = None
    final: ExecutedCode | None = None
    greedy_final: ExecutedCode | None = None
    candidates: int | None = None
    failed_candidates: int | None = None
    seed: int | None = None
    solver: str | None = None
    solver_version: str | None = None

    @property
    def has_answer(self) -> bool:
        """Whether there is something to learn from; then there are `decisions`, or `parts`, or both."""
        return self.status not in (LabelStatus.NONE, LabelStatus.FAILED)

    @property
    def ratio(self) -> float | None:
        """The answer's objective over greedy's: below 1 it is better. None where one of them is not known, or both are
        nothing."""
        if self.value is None or self.greedy_value is None:
            return None
        if self.greedy_value:
            return self.value / self.greedy_value
        return None if self.value else 1.0
