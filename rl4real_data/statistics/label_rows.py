"""The figures of labels as rows of cells, for text and pages alike."""

from __future__ import annotations

import json
from collections.abc import Iterator

from rl4real_data.statistics.label_tally import KindStats, LabelStats

Row = tuple[str, str]
KIND_HEADS = ("kind of decision", "better labels", "best over greedy", "tried", "better", "equal", "worse", "failed")


def label_title(one: LabelStats) -> str:
    """What a section of labels is called."""
    return f"labels of {one.source} for {one.objective}"


def label_rows(one: LabelStats, absent: str) -> Iterator[Row]:
    """Name and figure of all but the kinds of decisions."""
    yield "episodes", f"{one.labels:,}"
    for status, count in one.statuses.items():
        yield f"  {status}", _with_share(count, one.labels)
    yield "better than greedy", _with_share(one.improved, one.compared)
    ratios = one.ratios
    yield "best/greedy, geometric mean", absent if ratios is None else f"{ratios.geometric_mean:.4f}"
    if ratios is not None:
        figures = (ratios.minimum, ratios.p10, ratios.median, ratios.p90, ratios.maximum)
        yield "  min, p10, median, p90, max", "  ".join(f"{figure:.3f}" for figure in figures)
    if one.candidates:
        yield "candidates tried", f"{one.candidates:,}"
        yield "  that failed", _with_share(one.failed_candidates, one.candidates)
        yield "  kept in trials.parquet", f"{one.trials:,}"


def recipe_line(one: LabelStats) -> str:
    """What they were sought with; empty if the footer does not say."""
    settings = (f"{name} {json.dumps(value, ensure_ascii=False)}" for name, value in sorted(one.recipe.items()))
    return f"sought with {', '.join(settings)}" if one.recipe else ""


def kind_rows(one: LabelStats, absent: str) -> Iterator[tuple[str, ...]]:
    """In the order of KIND_HEADS; kinds that most labels use first."""
    for kind, found in one.kinds.items():
        mean = absent if found.geometric_mean is None else f"{found.geometric_mean:.3f}"
        effects = (found.better, found.equal, found.worse, found.failed)
        yield kind, f"{found.labels:,}", mean, f"{_tried(found):,}", *(f"{count:,}" for count in effects)


def _tried(found: KindStats) -> int:
    return found.better + found.equal + found.worse + found.failed


def _with_share(count: int, of: int) -> str:
    return f"{count:,}" + (f" ({count / of:.1%})" if of else "")
