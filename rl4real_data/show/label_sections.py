"""The labels of a dataset on its page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from rl4real_data.show.markup import escape
from rl4real_data.show.page import note, section, table
from rl4real_data.statistics.label_rows import KIND_HEADS, kind_rows, label_rows, label_title, recipe_line
from rl4real_data.statistics.label_tally import LabelStats

_ABSENT: Final = "–"


def label_sections(labels: Iterable[LabelStats]) -> Iterator[str]:
    """One for each source and objective."""
    for one in labels:
        title = label_title(one)
        rows = ((escape(name.strip()), escape(figure)) for name, figure in label_rows(one, _ABSENT))
        yield section(
            title[0].upper() + title[1:],
            table((("figure", "w"), ("value", "n")), rows),
            *(note(f"{line[0].upper()}{line[1:]}.") for line in filter(None, [recipe_line(one)])),
            *_kinds(one),
        )


def _kinds(one: LabelStats) -> Iterator[str]:
    rows = [tuple(map(escape, row)) for row in kind_rows(one, _ABSENT)]
    if rows:
        yield note(
            "Labels that are better than greedy and use such a decision, and what the kept candidates with one did: "
            "a list of several counts for each of its kinds."
        )
        yield table([(KIND_HEADS[0], "w"), *((head, "n") for head in KIND_HEADS[1:])], rows)
