"""The list of a dataset's figures.

Their order and names, which the text and the page of `stats` share.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from rl4real_data.statistics.answer_tally import Answer, KindCost
from rl4real_data.statistics.collection import SplitStats
from rl4real_data.statistics.disk import DiskUse

Source = TypeVar("Source")
Value = TypeVar("Value", int, float)


@dataclass(frozen=True, slots=True)
class Figure(Generic[Source, Value]):
    """One figure and where it comes from; None if nothing tells it.

    `name` is clear by itself, `brief` only in its place: a part stands, indented, below the whole.
    """

    name: str
    brief: str
    of: Callable[[Source], Value | None]


COUNTS: Final[Sequence[Figure[SplitStats, int]]] = (
    Figure("modules", "modules", lambda split: split.modules),
    Figure("modules done", "  done", lambda split: split.modules_done),
    Figure("modules failed", "  failed", lambda split: split.modules_failed),
    Figure("modules left out", "  left out", lambda split: sum(split.modules_filtered.values())),
    Figure("functions", "functions", lambda split: split.functions),
    Figure("functions that are episodes", "  episodes", lambda split: split.episodes),
    Figure("functions left out", "  left out", lambda split: sum(split.filtered.values())),
    Figure("functions that are duplicates", "  duplicates", lambda split: split.duplicates),
    Figure("near-duplicates among the episodes", "near-duplicates", lambda split: split.near_duplicates),
    Figure("nodes", "nodes", lambda split: split.nodes),
    Figure("edges", "edges", lambda split: split.edges),
    Figure("use points", "use points", lambda split: split.use_points),
    Figure("instructions", "instructions", lambda split: split.instructions),
    Figure("distinct instruction shapes", "  distinct shapes", lambda split: split.shapes),
)

DISTRIBUTIONS: Final[Mapping[str, str]] = {
    "nodes": "nodes",
    "edges": "edges",
    "use_points": "use points",
    "largest_use_points": "use points of one node",
    "instructions": "instructions",
}
"""Key in `SplitStats.distributions` -> name."""

EXPERT_COUNTS: Final = ("spills", "reloads", "folded_spills", "folded_reloads", "copies")
EXPERT_COSTS: Final = ("spill_cost", "copy_cost")
"""Fields of `Expert`; each is its own name once `_` is a space."""

NEW_KINDS: Final = ("cheap_remats", "dear_remats", "callee_saved")
"""Kinds of cost that `Expert` does not count."""
KIND_NAMES: Final[Mapping[str, str]] = {
    "spills": "spills",
    "reloads": "reloads",
    "folded_spills": "folded spills",
    "folded_reloads": "folded reloads",
    "copies": "copies",
    "cheap_remats": "cheap rematerialisations",
    "dear_remats": "dear rematerialisations",
    "callee_saved": "callee-saved registers",
}


def answer_rows(answers: Sequence[Answer | None], absent: str) -> list[tuple[str, ...]]:
    """Name and a cell for each answer: fates, parts, new kinds, cost of each kind with its share, score."""
    cells = [_answer_cells(answer, absent) if answer else {} for answer in answers]
    names = list(dict.fromkeys(name for own in cells for name in own))
    return [(name, *(own.get(name, absent) for own in cells)) for name in names]


def _answer_cells(answer: Answer, absent: str) -> dict[str, str]:
    nodes = sum(answer.fates.values())
    cells = {
        f"nodes: {fate}": with_share(f"{count:,}", count / nodes if nodes else None)
        for fate, count in answer.fates.items()
    }
    for title, name in (("median", "median"), ("p90", "p90"), ("most", "maximum")):
        found = absent if answer.parts is None else f"{getattr(answer.parts, name):,}"
        cells[f"parts of an edited node, {title}"] = found
    cells |= {KIND_NAMES[kind]: f"{answer.costs[kind].count:,}" for kind in NEW_KINDS}
    return {**cells, **cost_cells(answer.costs), "score": f"{answer.score:,.1f}"}


def cost_cells(costs: Mapping[str, KindCost]) -> dict[str, str]:
    """What each kind costs, with its share."""
    return {f"cost of {KIND_NAMES[kind]}": with_share(f"{one.cost:,.1f}", one.share) for kind, one in costs.items()}


def with_share(text: str, share: float | None) -> str:
    """A figure with the part of a whole that it is, if that is known."""
    return text if share is None else f"{text} {share:6.1%}"


DISK: Final[Sequence[Figure[DiskUse, float]]] = (
    Figure("dataset", "dataset", lambda disk: disk.dataset),
    Figure("of it, shards", "  shards", lambda disk: disk.shards),
    Figure("of these, MIR text", "    of these, MIR text", lambda disk: disk.mir),
    Figure("an episode", "an episode", lambda disk: disk.per_episode),
    Figure("an episode without the MIR text", "  without the MIR text", lambda disk: disk.per_episode_without_mir),
    Figure("working files (.work)", "working files (.work)", lambda disk: disk.working),
)


def shown_bytes(value: float) -> str:
    """Three significant digits in decimal units: a kB has 1,000 bytes."""
    unit = "B"
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if value < 999.5 or unit == "TB":
            break
        value /= 1000
    decimals = 0 if unit == "B" or value >= 99.95 else 1 if value >= 9.995 else 2
    return f"{value:.{decimals}f} {unit}"
