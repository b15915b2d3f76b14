"""The tables of figures of a dataset's page.

What `stats` prints as text, as HTML.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from rl4real_data.show.markup import element, escape
from rl4real_data.show.page import note, table
from rl4real_data.statistics.collection import SplitStats, Stats
from rl4real_data.statistics.decision_figures import decider_of, decision_rows
from rl4real_data.statistics.disk import DiskUse
from rl4real_data.statistics.figures import (
    COUNTS,
    DISK,
    DISTRIBUTIONS,
    EXPERT_COSTS,
    EXPERT_COUNTS,
    answer_rows,
    shown_bytes,
)
from rl4real_data.statistics.tally import Expert

Columns = Mapping[str, SplitStats]
_ABSENT: Final = "–"
_SHOWN_MISSING: Final = 20
_DECISIONS: Final = (
    "What is illegal is not done, and LLVM decides. Kept, moved, lost: of the registers that were assigned, those that "
    "are in the end where they were put, those elsewhere, and those that were spilled, split or are gone. Forced away: "
    "evictions for a register that cannot be spilled. Costs, in expected executions relative to an entry, and the "
    "score, LLVM's RegAllocScore, are those of the functions decided on."
)


def shown(value: int | None) -> str:
    """A count with commas; a dash for what is not told."""
    return _ABSENT if value is None else f"{value:,}"


def counts_table(columns: Columns) -> str:
    """Books and sums, a column a split."""
    rows = ((escape(figure.name), *(shown(figure.of(split)) for split in columns.values())) for figure in COUNTS)
    return table(_heads("", columns), rows)


def _heads(first: str, columns: Iterable[str]) -> list[tuple[str, str]]:
    return [(first, "w"), *((name, "n") for name in columns)]


def distribution_table(columns: Columns) -> str:
    """Quantiles by nearest rank; the splits one below the other."""
    rows = []
    for split, found in columns.items():
        for key, name in DISTRIBUTIONS.items():
            one = found.distributions[key]
            figures = (one.minimum, one.median, one.p90, one.p99, one.maximum) if one else (None,) * 5
            rows.append((escape(name), escape(split), *map(shown, figures)))
    heads = [("an episode has", "w"), ("split", "k"), *((name, "n") for name in ("min", "median", "p90", "p99", "max"))]
    return element("p") + table(heads, rows)


def allocator_table(columns: Columns) -> str:
    """What became of the nodes, and what the code pays."""
    experts = [split.expert for split in columns.values()]
    told = next((expert for expert in experts if expert), None)
    if told is None:
        return note("No episode tells what an allocator did.")
    rows: list[tuple[str, ...]] = []
    for outcome in told.outcomes:
        rows.append((f"nodes {escape(outcome)}", *(_outcome(expert, outcome) for expert in experts)))
    for name in EXPERT_COUNTS:
        rows.append((name.replace("_", " "), *(shown(getattr(e, name)) if e else _ABSENT for e in experts)))
    for name in EXPERT_COSTS:
        rows.append((name.replace("_", " "), *(f"{getattr(e, name):,.1f}" if e else _ABSENT for e in experts)))
    return table(_heads("", columns), rows)


def answer_table(columns: Columns) -> str:
    """What became of the nodes part by part, and what each kind of instruction costs."""
    answers = [split.answer for split in columns.values()]
    if not any(answers):
        return note(
            "No episode tells it; `rl4real-data upgrade` adds it to a dataset of version 0 that holds MIR text."
        )
    rows = ((escape(name), *map(escape, cells)) for name, *cells in answer_rows(answers, _ABSENT))
    return table(_heads("", columns), rows)


def decisions_table(stats: Stats) -> tuple[str, ...]:
    """What became of decisions in front of LLVM's allocator; nothing where nobody decided."""
    if decider_of(stats) is None:
        return ()
    rows = decision_rows([split.decisions for split in stats.columns.values()], _ABSENT)
    cells = ((escape(name), *map(escape, own)) for name, *own in rows)
    return note(_DECISIONS), table(_heads("", stats.columns), cells)


def _outcome(expert: Expert | None, outcome: str) -> str:
    if expert is None:
        return _ABSENT
    nodes = sum(expert.outcomes.values())
    count = expert.outcomes[outcome]
    return f"{count:,} ({count / nodes:.1%})" if nodes else f"{count:,}"


def vector_table(vocabulary: Mapping[str, Any] | None, source_vectors: int | None) -> tuple[str, ...]:
    """What the vectors are from, and the lookups that found nothing."""
    if source_vectors:
        return (note(f"The {source_vectors:,} distinct vectors are the source's own: it tells no opcodes."),)
    if vocabulary is None:
        return (note("The dataset has no vectors; `rl4real-data embed` computes them."),)
    coverage = vocabulary["coverage"]
    instructions, incomplete = coverage["instructions"], coverage["incomplete"]
    share = f" ({incomplete / instructions:.3%})" if instructions else ""
    rows = [
        ("dimensions", shown(vocabulary["dimension"])),
        ("entities of the vocabulary", shown(vocabulary["entities"])),
        ("instructions that lack one", shown(incomplete) + share),
        ("operands without an entity", shown(coverage["empty_operands"])),
    ]
    missing = list(coverage["missing"].items())
    rows += [(f"{escape(entity)} is missing", shown(count)) for entity, count in missing[:_SHOWN_MISSING]]
    more = len(missing) - _SHOWN_MISSING
    rest = (note(f"and {more:,} more (stats --json lists all)"),) if more > 0 else ()
    return table((("", "w"), ("", "n")), rows), *rest


def disk_table(disk: DiskUse) -> str:
    """Bytes in decimal units."""
    rows = ((escape(figure.name), _bytes(figure.of(disk))) for figure in DISK)
    return table((("", "w"), ("", "n")), rows)


def _bytes(value: float | None) -> str:
    return _ABSENT if value is None else shown_bytes(value)
