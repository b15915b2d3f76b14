"""The statistics as text for a terminal of 80 columns and more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from rl4real_data.core.counted import counted, noun
from rl4real_data.core.shown_text import shown
from rl4real_data.statistics.collection import GroupStats, LanguageStats, SplitStats, Stats
from rl4real_data.statistics.decision_figures import answer_title, decided_by, decider_of, decision_rows, outcome_title
from rl4real_data.statistics.distribution import Distribution
from rl4real_data.statistics.figures import (
    COUNTS,
    DISK,
    DISTRIBUTIONS,
    EXPERT_COSTS,
    EXPERT_COUNTS,
    answer_rows,
    shown_bytes,
)
from rl4real_data.statistics.label_text import label_sections

MAX_FAILED: Final = 20
MAX_GROUPS: Final = 30
MAX_MISSING: Final = 10
_WIDTH: Final = 78
_ABSENT: Final = "-"
Columns = Mapping[str, SplitStats]


def render_text(stats: Stats) -> str:
    """Lines of at most 80 columns, without a line break at the end. What no episode tells is shown as `-`."""
    columns = stats.columns
    sections = [
        _head(stats),
        _counts(columns) + _across(stats),
        _dropped("functions left out", columns, lambda split: split.filtered),
        _dropped("modules left out", columns, lambda split: split.modules_filtered),
        _dropped("failed modules", columns, lambda split: split.failures),
        _failed(stats),
        _distributions(columns),
        _expert(columns, outcome_title(stats)),
        _answer(columns, answer_title(stats)),
        _decisions(stats),
        *label_sections(stats.labels),
        _groups("corpus", stats.corpora),
        _groups("licence", stats.licenses),
        _languages(stats.languages),
        _vectors(stats.vocabulary, stats.source_vectors),
        _disk(stats),
    ]
    return "\n\n".join("\n".join(section) for section in sections if section)


def _number(value: int | None) -> str:
    return _ABSENT if value is None else f"{value:,}"


def _decimal(value: float | None) -> str:
    return _ABSENT if value is None else f"{value:,.1f}"


def _bytes(value: float | None) -> str:
    return _ABSENT if value is None else shown_bytes(value)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """First column to the left, the others to the right; a name that is too long keeps its end."""
    cells = [[shown(cell) for cell in row] for row in (header, *rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    first = max(12, min(widths[0], _WIDTH - 2 - sum(width + 2 for width in widths[1:])))
    lines = []
    for row in cells:
        name = row[0] if len(row[0]) <= first else "…" + row[0][1 - first :]
        values = "".join(f"  {cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True))
        lines.append(f"  {name:<{first}}{values}".rstrip())
    return lines


def _head(stats: Stats) -> list[str]:
    with_version = f", LLVM {stats.llvm_version}" if stats.llvm_version else ""
    for_what = f"{stats.target}, {stats.model}{with_version}{decided_by(stats)}"
    return [shown(f"{counted(stats.overall.episodes, 'episode')} for {for_what}")]


def _counts(columns: Columns) -> list[str]:
    rows = ((figure.brief, *(_number(figure.of(split)) for split in columns.values())) for figure in COUNTS)
    return _table(("", *columns), rows)


def _dropped(title: str, columns: Columns, get: Callable[[SplitStats], Mapping[str, int]]) -> list[str]:
    reasons = sorted({reason for split in columns.values() for reason in get(split)})
    if not reasons:
        return []
    rows = [(reason, *(_number(get(split).get(reason, 0)) for split in columns.values())) for reason in reasons]
    return _table((title, *columns), rows)


def _failed(stats: Stats) -> list[str]:
    if not stats.failed_modules:
        return []
    lines = []
    for failed in stats.failed_modules[:MAX_FAILED]:
        lines.append(shown(f"  {failed.corpus}/{failed.module}  {failed.kind}"))
        reason = shown(failed.reason)
        lines.append(f"      {reason}" if len(reason) <= _WIDTH - 6 else f"      {reason[: _WIDTH - 7]}…")
    more = len(stats.failed_modules) - MAX_FAILED
    return [*lines, f"  … and {more:,} more (--json lists all)"] if more > 0 else lines


def _distributions(columns: Columns) -> list[str]:
    lines: list[str] = []
    for name, split in columns.items():
        rows = [(title, *_figures(split.distributions[key])) for key, title in DISTRIBUTIONS.items()]
        title = "an episode has" if len(columns) == 1 else f"an episode of {name} has"
        lines += ([""] if lines else []) + _table((title, "min", "median", "p90", "p99", "max"), rows)
    return lines


def _figures(found: Distribution | None) -> tuple[str, ...]:
    if found is None:
        return (_ABSENT,) * 5
    return tuple(map(_number, (found.minimum, found.median, found.p90, found.p99, found.maximum)))


def _expert(columns: Columns, title: str) -> list[str]:
    experts = [split.expert for split in columns.values()]
    told = [expert for expert in experts if expert]
    if not told:
        return _table((title, *columns), [("outcomes", *(_ABSENT for _ in experts))])
    rows: list[tuple[str, ...]] = []
    for outcome in told[0].outcomes:
        cells = []
        for expert in experts:
            count = expert.outcomes[outcome] if expert else None
            nodes = sum(expert.outcomes.values()) if expert else 0
            cells.append(_number(count) + (f" {count / nodes:6.1%}" if count is not None and nodes else ""))
        rows.append((f"nodes {outcome}", *cells))
    for name in EXPERT_COUNTS:
        rows.append((name.replace("_", " "), *(_number(getattr(e, name) if e else None) for e in experts)))
    for name in EXPERT_COSTS:
        rows.append((name.replace("_", " "), *(_decimal(getattr(e, name) if e else None) for e in experts)))
    return _table((title, *columns), rows)


def _answer(columns: Columns, title: str) -> list[str]:
    answers = [split.answer for split in columns.values()]
    if not any(answers):
        return []
    return _table((title, *columns), answer_rows(answers, _ABSENT))


def _decisions(stats: Stats) -> list[str]:
    """Who decided in front of LLVM's allocator, and what became of it; nothing where nobody did."""
    decider = decider_of(stats)
    if decider is None:
        return []
    found = [split.decisions for split in stats.columns.values()]
    return _table((f"decisions by {decider}", *stats.columns), decision_rows(found, _ABSENT))


def _groups(title: str, groups: Sequence[GroupStats]) -> list[str]:
    rows = [
        (group.name, *map(_number, (group.modules, group.functions, group.episodes, group.nodes)))
        for group in groups[:MAX_GROUPS]
    ]
    lines = _table((title, "modules", "functions", "episodes", "nodes"), rows)
    more = len(groups) - MAX_GROUPS
    return [*lines, f"  … and {more:,} more (--json lists all)"] if more > 0 else lines


def _languages(languages: Sequence[LanguageStats]) -> list[str]:
    rows = [(one.name, *map(_number, (one.modules, one.functions, one.episodes))) for one in languages]
    return _table(("language", "modules", "functions", "episodes"), rows)


def _vectors(vocabulary: Mapping[str, Any] | None, source_vectors: int | None) -> list[str]:
    """What the vectors are from, and the lookups that found nothing."""
    if source_vectors:
        return _table(("vectors", ""), [("distinct, from the source", _number(source_vectors))])
    if vocabulary is None:
        return _table(("vectors", ""), [("MIR2Vec", _ABSENT)])
    coverage = vocabulary["coverage"]
    instructions, incomplete = coverage["instructions"], coverage["incomplete"]
    share = f" {incomplete / instructions:.3%}" if instructions else ""
    rows = [
        ("dimensions", _number(vocabulary["dimension"])),
        ("entities of the vocabulary", _number(vocabulary["entities"])),
        ("instructions that lack one", _number(incomplete) + share),
        ("operands without an entity", _number(coverage["empty_operands"])),
    ]
    missing = list(coverage["missing"].items())
    rows += [(f"  {entity} is missing", _number(count)) for entity, count in missing[:MAX_MISSING]]
    more = len(missing) - MAX_MISSING
    lines = _table(("vectors", ""), rows)
    return [*lines, f"  … and {more:,} more (--json lists all)"] if more > 0 else lines


def _across(stats: Stats) -> list[str]:
    count = stats.near_duplicates_across
    if count is None:
        return []
    are = noun(count, "is a near-duplicate", "are near-duplicates")
    return [f"  {counted(count, 'episode')} of test {are} of episodes of train"]


def _disk(stats: Stats) -> list[str]:
    return _table(("on disk", ""), [(figure.brief, _bytes(figure.of(stats.disk))) for figure in DISK])
