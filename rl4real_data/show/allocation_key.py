"""The legend of an allocation's picture.

Colours of registers, hatching, dashes, marks of inserted instructions.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rl4real_data.show.allocation_chart import MARKS, hatching, outline_at
from rl4real_data.show.allocation_view import NOWHERE
from rl4real_data.show.markup import element
from rl4real_data.show.palette import FAMILIES
from rl4real_data.show.view import EpisodeView

_NAMED: Final = 3
_SIZE: Final = 12


@dataclass(frozen=True, slots=True)
class Entry:
    """A sample of `_SIZE` pixels, as markup of a drawing, and what it means."""

    sample: str
    text: str


def register_colours(*views: EpisodeView) -> Mapping[int, int]:
    """First unit of a register -> number of its colour: the registers of most nodes first, the rest are grey."""
    counts: Counter[int] = Counter()
    for node in (node for view in views for node in view.nodes):
        units = {part.unit for part in node.parts or () if part.unit is not None}
        counts.update(units or ({node.register_unit} if node.register_unit is not None else set()))
    ranked = sorted(counts, key=lambda unit: (-counts[unit], unit))
    return {unit: min(rank, FAMILIES) for rank, unit in enumerate(ranked)}


def allocation_key(view: EpisodeView, units: Mapping[int, int]) -> list[Entry]:
    """An entry for all that occurs in the picture."""
    names: dict[int, Counter[str]] = defaultdict(Counter)
    parts = [part for node in view.nodes for part in node.parts or ()]
    for part in parts:
        if part.unit is not None:
            names[part.unit][part.place] += 1
    shown = [unit for unit in units if unit in names and units[unit] < FAMILIES]
    entries = [Entry(_square(f"a{units[unit]}"), _join(names[unit])) for unit in shown]
    if len(shown) < len(names):
        entries.append(Entry(_square(f"a{FAMILIES}"), f"{len(names) - len(shown)} other registers"))
    if any(part.is_slot for part in parts):
        entries.append(Entry(_square("slot") + hatching(1.0, _SIZE / 2, _SIZE - 2.0, _SIZE - 3.6), "spill slot"))
    if any(part.place == NOWHERE for part in parts):
        entries.append(Entry(element("path", d=f"M0 {_SIZE // 2}h{_SIZE}", class_="anew"), NOWHERE))
    counts = Counter(move.kind for move in view.moves or ())
    return entries + [Entry(_mark(kind), f"{kind} ({counts[kind]:,})") for kind in MARKS if counts[kind]]


def _square(style: str) -> str:
    return element("rect", x=1, y=1, width=_SIZE - 2, height=_SIZE - 2, rx=2, class_=style)


def _mark(kind: str) -> str:
    style, outline = MARKS[kind]
    return element("path", d=outline_at(outline, _SIZE / 2, _SIZE / 2, 4.4), class_=style)


def _join(names: Counter[str]) -> str:
    ranked = sorted(names, key=lambda name: (-names[name], name))
    return "/".join(ranked[:_NAMED]) + "/…" * (len(ranked) > _NAMED)
