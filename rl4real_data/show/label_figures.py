"""The labels of an episode as a person reads them, greedy's figures beside the answer's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rl4real_data.episodes.label_values import LabelStatus
from rl4real_data.labels.executed_code import ExecutedCode
from rl4real_data.labels.label import Label
from rl4real_data.labels.trial_costs import TrialCosts

Figures = tuple[str, float | None, float | None]
"""Name, greedy's, the answer's."""

_COSTS: Final = (
    *(("spills", "spills_cost"), ("reloads", "reloads_cost"), ("folded spills", "folded_spills_cost")),
    *(("folded reloads", "folded_reloads_cost"), ("copies", "copies_cost")),
    *(("cheap rematerialisations", "cheap_remats_cost"), ("dear rematerialisations", "dear_remats_cost")),
    ("callee-saved registers", "callee_saved_cost"),
)
_CODE: Final = (
    *(("executed instructions", "instructions"), ("executed loads", "loads"), ("executed stores", "stores")),
    ("size", "size"),
)


def headline(label: Label) -> str:
    """Source, objective, status, and by how much it is better; or why there is no answer."""
    words = f"{label.source}, {label.objective}: {label.status}"
    if label.reason is not None:
        return f"{words}: {label.reason}"
    if label.ratio is None or label.status is LabelStatus.EQUAL:
        return words
    return f"{words}, {abs(100 * (label.ratio - 1)):.2f} % {'less' if label.ratio <= 1 else 'more'} than greedy"


def decision_words(label: Label) -> list[str]:
    """Each decision as one: `split %5 2 spill-tail`; a number behind the kind names a register."""
    return [_words(*one) for one in label.decisions or ()]


def _words(kind: str | float, *rest: str | float) -> str:
    if kind != "set" and rest:
        return " ".join(map(str, (kind, f"%{rest[0]}", *rest[1:])))
    return " ".join(map(str, (kind, *rest)))


def figures_of(label: Label) -> Iterator[Figures]:
    """What both have; costs that are nothing on both sides are left out."""
    yield "objective", label.greedy_value, label.value
    if label.bound is not None:
        yield "bound", None, label.bound
    if label.score is not None:
        yield "score", label.greedy_score, label.score
    for name, column in _CODE:
        if label.final is not None:
            yield name, _of(label.greedy_final, column), _of(label.final, column)
    if label.costs is not None:
        for name, column in _COSTS:
            greedy, found = _of(label.greedy_costs, column), _of(label.costs, column)
            if greedy or found:
                yield f"cost of {name}", greedy, found


def _of(figures: TrialCosts | ExecutedCode | None, name: str) -> float | None:
    return None if figures is None else float(getattr(figures, name))
