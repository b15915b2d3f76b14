"""The standings of an evaluation as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from rl4real_data.core.counted import counted
from rl4real_data.evaluation.figures import COSTS, Gain, NamedRatio, Standing

_NAMED: Final = 5
"""So many names of what is left out, a reason."""
_TITLES: Final = {"callee_saved": "saved"}


def render_standings(standings: Sequence[Standing], *, title: str) -> str:
    """One row an allocator, then the functions that stand out and what was left out."""
    edited = max((one.edited.functions for one in standings), default=0)
    lines = [
        title,
        f"final code over greedy's, geometric mean a function; edited: the {edited:,} that greedy split or spilled",
        "",
        *_table(standings),
        "",
        "score to saved: executions, one added on both sides; text, time: of the sums; mca: cycles of hottest blocks",
    ]
    for standing in standings:
        lines += _named(standing)
    for standing in standings:
        lines += _left_out(standing)
    return "\n".join(lines)


def _table(standings: Sequence[Standing]) -> Iterator[str]:
    wide = max((len(one.name) for one in standings), default=0) + 2
    wide = max(wide, len("greedy") + 2)
    heads = ("all", "better", "equal", "worse", "edited", "better", "worse")
    costs = [_TITLES.get(kind, kind) for kind in COSTS]
    yield " " * wide + "".join(f"{head:>8}" for head in (*heads, *costs, "mca", "text", "time"))
    yield f"{'greedy':<{wide}}" + f"{1:8.3f}"
    for one in standings:
        cells = (*_gain(one.all), *_gain(one.edited)[:2], _gain(one.edited)[3])
        ratios = (*one.costs.values(), one.cycles, one.text, one.processor)
        yield f"{one.name:<{wide}}" + "".join(f"{cell:>8}" for cell in (*cells, *map(_ratio, ratios)))


def _gain(gain: Gain) -> tuple[str, str, str, str]:
    return f"{gain.geometric_mean:.3f}", f"{gain.better:,}", f"{gain.equal:,}", f"{gain.worse:,}"


def _ratio(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _named(standing: Standing) -> Iterator[str]:
    for title, ratios in (("best", standing.best), ("worst", standing.worst)):
        if ratios:
            yield ""
            yield f"{standing.name}, {title}"
            yield from map(_line, ratios)


def _line(one: NamedRatio) -> str:
    return f"  {one.ratio:7.3f}  {one.corpus}/{one.module}: {one.function}"


def _left_out(standing: Standing) -> Iterator[str]:
    for reason, names in standing.left_out.items():
        yield ""
        yield f"{standing.name}: {counted(len(names), 'name')} left out: {reason}"
        yield from (f"  {name}" for name in names[:_NAMED])
        if len(names) > _NAMED:
            yield f"  and {len(names) - _NAMED:,} more (--json lists all)"
