"""The columns of an episode with the answer of a label in the place of the expert's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rl4real_data.core.errors import DatasetError
from rl4real_data.episodes.column_values import Fate
from rl4real_data.episodes.replayed_columns import ANSWERED
from rl4real_data.labels.decisions import Decisions
from rl4real_data.labels.label import Label

CarryOut = Callable[[Mapping[str, Any], Decisions], Mapping[str, Any]]
"""From an episode's columns and decisions to the columns of the answer that the compiler records with them."""


def with_best(row: Mapping[str, Any], label: Label | None, carry_out: CarryOut) -> Mapping[str, Any]:
    """A search's decisions are carried out; a solver's parts are taken as they are. DatasetError without an answer."""
    if label is None:
        raise DatasetError(
            f"{row['function']}: has no label with an answer",
            hint="`rl4real-data improve DATA_DIR` seeks some; without --best its labels so far are shown",
        )
    if label.decisions is not None:
        if row["mir"] is None:
            raise DatasetError(
                f"{row['function']}: has no MIR text to carry the decisions of its label out in",
                hint="without --best they are shown as they are",
            )
        return {**row, **carry_out(row, label.decisions)}
    return {**row, **dict.fromkeys(ANSWERED), **_solved(row, label)}


def _solved(row: Mapping[str, Any], label: Label) -> Mapping[str, Any]:
    """Where each node lies, and nothing else: a model inserts no instructions."""
    nodes = range(len(row["node_vreg"]))
    parts = label.parts or ()
    return {
        "node_fate": [Fate.SPLIT.value for _ in nodes],  # all are told by parts, those in one place too
        "node_assigned": [0 for _ in nodes],
        **{f"part_{name}": [getattr(part, name) for part in parts] for name in ("node", "first", "last", "place")},
    }
