"""The tables of `stats` as pandas frames, for whoever plots a dataset or compares several."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, Final

import pandas as pd

from rl4real_data.statistics.collection import SplitStats, Stats
from rl4real_data.statistics.figures import DISTRIBUTIONS
from rl4real_data.statistics.label_tally import LabelStats

_COUNTS: Final = (
    *("modules", "modules_done", "modules_failed", "functions", "episodes", "duplicates", "near_duplicates"),
    *("nodes", "edges", "use_points", "instructions", "shapes"),
)
_REASONS: Final = ("failures", "modules_filtered", "filtered")
_FIGURES: Final = ("minimum", "median", "p90", "p99", "maximum")
_GROUPS: Final = ("name", "modules", "functions", "episodes", "nodes")
_DECISIONS: Final = ("episodes", "untouched", "made", "illegal", "kept", "moved", "lost", "forced_away", "score")
_FAILED: Final = ("split", "corpus", "module", "kind", "reason")
_RATIOS: Final = ("geometric_mean", "minimum", "p10", "median", "p90", "maximum")
_LABELS: Final = (
    *("source", "objective", "labels", "compared", "improved", *_RATIOS, "candidates", "failed_candidates", "trials"),
)
_KIND: Final = ("labels", "geometric_mean", "better", "equal", "worse", "failed")
_TEXTS: Final = frozenset({*_FAILED, "name", "quantity", "outcome", "fate", "source", "objective"})
_NO_WHOLE_NUMBERS: Final = frozenset(
    {"spill_cost", "copy_cost", "cost", "share", "score", "per_episode", "per_episode_without_mir", "geometric_mean"}
)


def stats_frames(stats: Stats) -> dict[str, pd.DataFrame]:
    """Frames by name: splits, reasons, distributions, expert, outcomes, fates, costs, decisions, corpora, licenses,
    languages, failed_modules, disk, labels, label_kinds.

    Counts are Int64, <NA> where no episode tells; a row of the split `all` stands beside those of two splits.
    """
    columns = stats.columns
    told = {split: found.expert for split, found in columns.items() if found.expert}
    answers = {split: found.answer for split, found in columns.items() if found.answer}
    costs = [{"split": split, **asdict(expert)} for split, expert in told.items()]
    outcomes = [
        {"split": split, "outcome": outcome, "nodes": nodes}
        for split, expert in told.items()
        for outcome, nodes in expert.outcomes.items()
    ]
    counts = ("episodes", "spills", "reloads", "folded_spills", "folded_reloads", "copies", "spill_cost", "copy_cost")
    return {
        "splits": _frame(
            ("split", *_COUNTS),
            ({"split": split, **{name: getattr(found, name) for name in _COUNTS}} for split, found in columns.items()),
        ),
        "reasons": _frame(("split", "kind", "reason", "count"), _reasons(columns)),
        "distributions": _frame(("split", "quantity", *_FIGURES), _distributions(columns)),
        "expert": _frame(("split", *counts), costs),
        "outcomes": _frame(("split", "outcome", "nodes"), outcomes),
        "fates": _frame(
            ("split", "fate", "nodes"),
            ({"split": split, "fate": f, "nodes": n} for split, one in answers.items() for f, n in one.fates.items()),
        ),
        "costs": _frame(
            ("split", "kind", "count", "cost", "share"),
            ({"split": split, "kind": k, **asdict(c)} for split, one in answers.items() for k, c in one.costs.items()),
        ),
        "decisions": _frame(
            ("split", *_DECISIONS),
            (
                {"split": split, **{name: getattr(found.decisions, name) for name in _DECISIONS}}
                for split, found in columns.items()
                if found.decisions
            ),
        ),
        "corpora": _frame(_GROUPS, map(asdict, stats.corpora)),
        "licenses": _frame(_GROUPS, map(asdict, stats.licenses)),
        "languages": _frame(_GROUPS[:-1], map(asdict, stats.languages)),
        "failed_modules": _frame(_FAILED, map(asdict, stats.failed_modules)),
        "disk": _frame(tuple(asdict(stats.disk)), [asdict(stats.disk)]),
        "labels": _frame(_LABELS, map(_label_row, stats.labels)),
        "label_kinds": _frame(("source", "objective", "kind", *_KIND), _label_kinds(stats)),
    }


def _label_row(one: LabelStats) -> Mapping[str, Any]:
    ratios = asdict(one.ratios) if one.ratios is not None else {}
    counts = {name: getattr(one, name) for name in _LABELS if name not in _RATIOS}
    return {**dict.fromkeys(_RATIOS), **counts, **ratios}


def _label_kinds(stats: Stats) -> Iterable[Mapping[str, Any]]:
    for one in stats.labels:
        for kind, found in one.kinds.items():
            yield {"source": one.source, "objective": one.objective, "kind": kind, **asdict(found)}


def _frame(columns: tuple[str, ...], rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=list(columns))
    reals = {*_NO_WHOLE_NUMBERS, *(_RATIOS if columns == _LABELS else ())}
    kinds = {name: "float64" if name in reals else "Int64" for name in columns if name not in _TEXTS}
    return frame.astype(kinds)


def _reasons(columns: Mapping[str, SplitStats]) -> Iterable[Mapping[str, Any]]:
    """Why modules failed, why modules were left out, and why functions were; `kind` is the field's name."""
    for split, found in columns.items():
        for kind in _REASONS:
            for reason, count in getattr(found, kind).items():
                yield {"split": split, "kind": kind, "reason": reason, "count": count}


def _distributions(columns: Mapping[str, SplitStats]) -> Iterable[Mapping[str, Any]]:
    for split, found in columns.items():
        for quantity in DISTRIBUTIONS:
            figures = found.distributions.get(quantity)
            if figures is not None:
                yield {"split": split, "quantity": quantity, **asdict(figures)}
