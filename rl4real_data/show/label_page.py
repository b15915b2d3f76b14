"""The labels of an episode on its page, and the allocation of the best of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rl4real_data.labels.label import Label
from rl4real_data.show.allocation_picture import allocation_section
from rl4real_data.show.label_figures import decision_words, figures_of, headline
from rl4real_data.show.markup import element, escape
from rl4real_data.show.page import note, section, table
from rl4real_data.show.view import EpisodeView

_ABSENT: Final = "–"


def label_sections(view: EpisodeView) -> Iterator[str]:
    """Greedy's figures beside each answer's; where it was carried out, the picture of the best below greedy's."""
    if view.best is not None:
        said = "The same function, instruction by instruction, with the answer of its best label."
        yield section("Allocation of the best label", note(said), *allocation_section(view.best, view))
    if view.labels:
        yield section("Labels", *(part for label in view.labels for part in _label(label)))


def _label(label: Label) -> Iterator[str]:
    yield element("h3", escape(headline(label)))
    if label.decisions:
        yield element("p", escape("; ".join(decision_words(label))), class_="mono")
    if label.has_answer:
        rows = ((escape(name), _figure(greedy), _figure(found)) for name, greedy, found in figures_of(label))
        yield table((("", "k"), ("greedy", "n"), ("answer", "n")), rows)


def _figure(value: float | None) -> str:
    return _ABSENT if value is None else f"{value:,.6g}"
