"""Rows of labels and of candidates, as Arrow tables and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from typing import Any, TypeVar

import pyarrow as pa

from rl4real_data.episodes.label_values import Effect, LabelSource, LabelStatus, Objective
from rl4real_data.episodes.schema import LABELS, TRIALS
from rl4real_data.labels.decisions import decisions_of, decisions_text
from rl4real_data.labels.executed_code import ExecutedCode
from rl4real_data.labels.label import Label, LabelPart
from rl4real_data.labels.trial import Trial
from rl4real_data.labels.trial_costs import TrialCosts

T = TypeVar("T", TrialCosts, ExecutedCode)
_LABEL_NAMES = tuple(field.name for field in fields(Label))
_TRIAL_NAMES = tuple(field.name for field in fields(Trial))


def label_table(labels: Iterable[Label]) -> pa.Table:
    """In the schema LABELS, in the order of the labels."""
    return pa.Table.from_pylist([_row(label, _LABEL_NAMES) for label in labels], schema=LABELS)


def trial_table(trials: Iterable[Trial]) -> pa.Table:
    """In the schema TRIALS, in the order of the candidates."""
    return pa.Table.from_pylist([_row(trial, _TRIAL_NAMES) for trial in trials], schema=TRIALS)


def _row(value: Label | Trial, names: Iterable[str]) -> dict[str, Any]:
    row = {name: getattr(value, name) for name in names}
    row["decisions"] = None if value.decisions is None else decisions_text(value.decisions)
    for name in ("costs", "greedy_costs", "final", "greedy_final"):
        if row.get(name) is not None:
            row[name] = asdict(row[name])
    if row.get("parts") is not None:
        row["parts"] = [asdict(part) for part in row["parts"]]
    return row


def labels_of(table: pa.Table) -> tuple[Label, ...]:
    """The labels of rows in the schema LABELS. ValueError or TypeError for what is none."""
    return tuple(map(_label_of, table.to_pylist()))


def trials_of(table: pa.Table) -> tuple[Trial, ...]:
    """The candidates of rows in the schema TRIALS. ValueError or TypeError for what is none."""
    return tuple(map(_trial_of, table.to_pylist()))


def _label_of(row: Mapping[str, Any]) -> Label:
    _require(row, ("episode_id", "source", "objective", "status"))
    parts = row["parts"]
    return Label(
        **{
            **row,
            "source": LabelSource(row["source"]),
            "objective": Objective(row["objective"]),
            "status": LabelStatus(row["status"]),
            "decisions": None if row["decisions"] is None else decisions_of(row["decisions"]),
            "parts": None if parts is None else tuple(LabelPart(**part) for part in parts),
            "costs": _figures(TrialCosts, row["costs"]),
            "greedy_costs": _figures(TrialCosts, row["greedy_costs"]),
            "final": _figures(ExecutedCode, row["final"]),
            "greedy_final": _figures(ExecutedCode, row["greedy_final"]),
        }
    )


def _trial_of(row: Mapping[str, Any]) -> Trial:
    _require(row, ("episode_id", "objective", "number", "decisions", "effect"))
    return Trial(
        **{
            **row,
            "objective": Objective(row["objective"]),
            "effect": Effect(row["effect"]),
            "decisions": decisions_of(row["decisions"]),
            "costs": _figures(TrialCosts, row["costs"]),
            "final": _figures(ExecutedCode, row["final"]),
        }
    )


def _require(row: Mapping[str, Any], names: Iterable[str]) -> None:
    for name in names:
        if row[name] is None:
            raise ValueError(f"its {name} is null")


def _figures(kind: type[T], found: Mapping[str, Any] | None) -> T | None:
    if found is None:
        return None
    if None in found.values():
        raise ValueError(f"a figure of {kind.__name__} is null")
    return kind(**found)
