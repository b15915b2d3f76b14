"""The rows of both tables of labels that one search gives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from rl4real_data.episodes.label_values import LabelSource, LabelStatus, Objective
from rl4real_data.improve.episode_search import NO_TEXT
from rl4real_data.improve.function_search import NEVER_PRINTED, Found, SearchSettings
from rl4real_data.labels.label import Label
from rl4real_data.labels.trial import Trial
from rl4real_data.live.trial_result import TrialResult

_NOT_ASKED: Final = frozenset({NO_TEXT, NEVER_PRINTED})
"""Nothing went wrong: there is nothing to search."""


def label_of(episode_id: str, found: Found, settings: SearchSettings) -> Label:
    """Of an episode without an answer, the reason."""
    return Label(
        episode_id=episode_id,
        source=LabelSource.IMPROVE,
        objective=settings.objective,
        status=_status(found),
        reason=found.reason or None,
        decisions=None if found.reason else found.best,
        value=found.value,
        greedy_value=found.greedy_value,
        **_figures("", found.result),
        **_figures("greedy_", found.greedy),
        candidates=found.candidates,
        failed_candidates=found.failed,
        seed=settings.seed,
    )


def trials_of(episode_id: str, found: Found, objective: Objective) -> Iterator[Trial]:
    """The candidates that are kept as examples."""
    for one in found.sample:
        yield Trial(
            episode_id=episode_id,
            objective=objective,
            number=one.number,
            decisions=one.decisions,
            effect=one.effect,
            value=one.value,
            **_figures("", one.result if one.value is not None else TrialResult()),
            reason=None if one.value is not None else one.result.reason or NEVER_PRINTED,
        )


def _status(found: Found) -> LabelStatus:
    if found.reason:
        return LabelStatus.NONE if found.reason in _NOT_ASKED else LabelStatus.FAILED
    return LabelStatus.BETTER if found.is_better else LabelStatus.EQUAL


def _figures(prefix: str, result: TrialResult) -> dict[str, Any]:
    final = result.final
    return {
        f"{prefix}score": result.score if result.ok else None,
        f"{prefix}costs": result.costs,
        f"{prefix}final": None if final is None else final.counted(),
    }
