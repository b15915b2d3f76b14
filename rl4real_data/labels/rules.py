"""The rules that hold within a label, and within a candidate."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import Final

from rl4real_data.episodes.label_values import Effect, LabelSource, LabelStatus, Objective
from rl4real_data.labels.executed_code import ExecutedCode
from rl4real_data.labels.label import Label
from rl4real_data.labels.trial import Trial, effect_of, is_same
from rl4real_data.labels.trial_costs import TrialCosts

_WITHOUT: Final = frozenset({LabelStatus.NONE, LabelStatus.FAILED})
_SEARCH: Final = (frozenset({Objective.FINAL, Objective.SCORE}), _WITHOUT | {LabelStatus.BETTER, LabelStatus.EQUAL})
_PROOF: Final = (frozenset({Objective.COST}), _WITHOUT | {LabelStatus.OPTIMAL, LabelStatus.FEASIBLE})
OF_SOURCE: Final[Mapping[LabelSource, tuple[frozenset[Objective], frozenset[LabelStatus]]]] = MappingProxyType(
    {LabelSource.IMPROVE: _SEARCH, LabelSource.STATIC: _PROOF, LabelSource.SPLIT: _PROOF}
)
"""Objectives and statuses that a source may have."""
_SPILL_COSTS: Final = ("spills_cost", "reloads_cost", "folded_spills_cost", "folded_reloads_cost")


def faults_of_label(label: Label) -> Iterator[str]:
    """What is wrong with it, in words; nothing for a sound one."""
    objectives, statuses = OF_SOURCE[label.source]
    if label.objective not in objectives:
        yield f"its objective is {label.objective}, which {label.source} does not have"
    if label.status not in statuses:
        yield f"its status is {label.status}, which {label.source} does not have"
    if (label.reason is None) is not label.has_answer:
        yield f"its status is {label.status}, and it has {'a' if label.reason is not None else 'no'} reason"
    if label.has_answer and label.decisions is None and label.parts is None:
        yield "it has neither decisions nor parts"
    if label.has_answer and label.value is None:
        yield "it has no value"
    yield from _faults_of_figures("", label.costs, label.final)
    yield from _faults_of_figures("greedy_", label.greedy_costs, label.greedy_final)
    figures = {name: getattr(label, name) for name in ("value", "greedy_value", "bound", "score", "greedy_score")}
    yield from (f"its {name} is {value}" for name, value in figures.items() if not _is_finite(value))
    if label.source is LabelSource.IMPROVE:
        yield from _faults_of_search(label)
    else:
        yield from _faults_of_proof(label)


def faults_of_trial(trial: Trial, greedy_value: float | None) -> Iterator[str]:
    """What is wrong with it beside its label, whose `greedy_value` this is."""
    if (trial.effect is Effect.FAILED) is (trial.reason is None):
        yield f"its effect is {trial.effect}, and it has {'no' if trial.reason is None else 'a'} reason"
    figures: dict[str, object] = {"value": trial.value, "score": trial.score, "costs": trial.costs}
    figures |= {"final": trial.final} if trial.objective is Objective.FINAL or trial.effect is Effect.FAILED else {}
    for name, figure in figures.items():
        if (figure is None) is not (trial.effect is Effect.FAILED):
            yield f"its effect is {trial.effect}, and it has {'no' if figure is None else 'a'} {name}"
    yield from (f"its {name} is {figures[name]}" for name in ("value", "score") if not _is_finite(figures[name]))
    yield from _faults_of_figures("", trial.costs, trial.final)
    yield from _faults_of_value("value", trial.value, trial.objective, trial.score, trial.costs, trial.final)
    if trial.value is not None and greedy_value is not None:
        expected = effect_of(trial.value, greedy_value)
        if trial.effect not in (expected, Effect.FAILED):
            yield f"its effect is {trial.effect}, by its value beside greedy's it is {expected}"


def _faults_of_search(label: Label) -> Iterator[str]:
    if label.candidates is None or label.failed_candidates is None:
        yield "it does not say how many candidates were tried"
    elif not 0 <= label.failed_candidates <= label.candidates:
        yield f"{label.failed_candidates} of {label.candidates} candidates failed"
    if not label.has_answer:
        return
    for name in ("decisions", "greedy_value", "score", "greedy_score", "costs", "greedy_costs"):
        if getattr(label, name) is None:
            yield f"it has no {name}"
    yield from _faults_of_value("value", label.value, label.objective, label.score, label.costs, label.final)
    yield from _faults_of_value(
        "greedy_value", label.greedy_value, label.objective, label.greedy_score, label.greedy_costs, label.greedy_final
    )
    if label.value is not None and label.greedy_value is not None:
        found = effect_of(label.value, label.greedy_value)
        if found.value != label.status.value:
            yield f"its status is {label.status}, by its value beside greedy's it is {found}"
    if label.status is LabelStatus.EQUAL and label.decisions:
        yield "it is greedy's, and has decisions"


def _faults_of_proof(label: Label) -> Iterator[str]:
    if label.solver is None or label.solver_version is None:
        yield "it names no solver"
    if label.bound is not None and label.value is not None:
        if label.bound > label.value and not is_same(label.bound, label.value):
            yield f"its value {label.value} is below its bound {label.bound}"
        if label.status is LabelStatus.OPTIMAL and label.bound < label.value and not is_same(label.bound, label.value):
            yield f"it is optimal, and its value {label.value} is not its bound {label.bound}"


def _faults_of_value(
    name: str,
    value: float | None,
    objective: Objective,
    score: float | None,
    costs: TrialCosts | None,
    final: ExecutedCode | None,
) -> Iterator[str]:
    """The objective of a search is a sum of figures that stand beside it."""
    if objective is Objective.FINAL:
        expected = None if final is None else final.total
    else:
        expected = None if score is None or costs is None else score + costs.callee_saved_cost
    if value is not None and expected is None:
        yield f"it has a {name}, and not what that is the sum of"
    if value is not None and expected is not None and not is_same(value, expected):
        yield f"its {name} is {value}, by its figures {expected}"


def _faults_of_figures(prefix: str, costs: TrialCosts | None, final: ExecutedCode | None) -> Iterator[str]:
    for column, figures in ((f"{prefix}costs", costs), (f"{prefix}final", final)):
        for name, value in (asdict(figures) if figures is not None else {}).items():
            if not _is_finite(value) or (value < 0 and name != "moved"):
                yield f"its {column}.{name} is {value}"
    if costs is not None and not is_same(costs.spill_cost, sum(getattr(costs, name) for name in _SPILL_COSTS)):
        yield f"its {prefix}costs.spill_cost is not the sum of those of spills and reloads"


def _is_finite(value: object) -> bool:
    return not isinstance(value, float | int) or math.isfinite(value)
