"""The figures of labels as lines for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from rl4real_data.core.shown_text import shown
from rl4real_data.statistics.label_rows import KIND_HEADS, kind_rows, label_rows, label_title, recipe_line
from rl4real_data.statistics.label_tally import LabelStats

_ABSENT: Final = "-"
_WIDTH: Final = 78
_NAME: Final = 30


def label_sections(labels: Iterable[LabelStats]) -> Iterator[list[str]]:
    """One for each source and objective, and one for its kinds of decisions."""
    for one in labels:
        lines = [f"  {label_title(one)}"]
        for name, figure in label_rows(one, _ABSENT):
            line = shown(f"    {name:<{_NAME}}  {figure}")
            lines.append(line if len(line) <= _WIDTH else f"{line[: _WIDTH - 1]}…")
        if recipe := shown(recipe_line(one)):
            lines += textwrap.wrap(recipe, _WIDTH, initial_indent="    ", subsequent_indent="      ")
        yield lines
        kinds = list(kind_rows(one, _ABSENT))
        if kinds:
            yield _kind_lines([KIND_HEADS, *kinds])


def _kind_lines(rows: Sequence[Sequence[str]]) -> list[str]:
    """First column to the left, where a long name keeps its end; heads are broken into words: so eight columns fit."""
    heads = [head.split() for head in rows[0][1:]]
    widths = [
        max(len(word) for word in (*head, *(row[place] for row in rows[1:]))) for place, head in enumerate(heads, 1)
    ]
    depth = max(map(len, heads))
    cells = [
        [rows[0][0] if level == depth - 1 else "", *(([""] * (depth - len(head)) + head)[level] for head in heads)]
        for level in range(depth)
    ]
    return [_line(row, widths) for row in (*cells, *rows[1:])]


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    name, room = shown(row[0]), _WIDTH - 2 - sum(width + 2 for width in widths)
    name = name if len(name) <= room else f"…{name[1 - room :]}"
    values = "".join(f"  {cell:>{width}}" for cell, width in zip(row[1:], widths, strict=True))
    return f"  {name:<{room}}{values}".rstrip()
