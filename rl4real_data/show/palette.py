"""Colours for light and dark, and the shape of each outcome: what both drawings and their legends share.

Register classes have colours, outcomes have shapes, so that the two can be told apart without seeing colours too.
The colours are eight steps of hue with about equal contrast to the ground, another set for the dark.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

LIGHT: Final = ("#2f6fde", "#d9730d", "#12877f", "#b83280", "#7a5af0", "#6b7f12", "#c0392b", "#0e7ea8")
DARK: Final = ("#6ea3ff", "#f2a254", "#3cc8b8", "#f08ac3", "#b09bff", "#b4c94a", "#ff8474", "#5ac3ec")
OTHER: Final = len(LIGHT)
"""Number of the colour of all classes after the eighth, a grey."""

SHAPES: Final[Mapping[str, str]] = {
    "assigned": "circle",
    "split": "diamond",
    "spilled": "square",
    "rematerialized": "triangle",
    "eliminated": "cross",
    "not told": "ring",
}


def _variables(colours: Iterable[str], **more: str) -> str:
    named = {f"c{i}": colour for i, colour in enumerate(colours)} | more
    return "".join(f"--{name.replace('_', '-')}:{value};" for name, value in named.items())


_LIGHT_ALL: Final = _variables(
    (*LIGHT, "#8a939e"),
    ground="#ffffff",
    ink="#1b2027",
    muted="#5b6673",
    rule="#d5dbe2",
    panel="#f5f7f9",
    edge="#66717f",
    alarm="#c0261c",
    depth="#e8912d",
    link="#1f5fc4",
)
_DARK_ALL: Final = _variables(
    (*DARK, "#7c8794"),
    ground="#12161b",
    ink="#e4e8ed",
    muted="#9aa5b1",
    rule="#333c47",
    panel="#1a2027",
    edge="#93a0ae",
    alarm="#ff6b5e",
    depth="#d98a35",
    link="#7fb0ff",
)

COLOURS: Final = (
    f":root{{color-scheme:light dark;{_LIGHT_ALL}}}"
    f"@media (prefers-color-scheme:dark){{:root{{{_DARK_ALL}}}}}"
    + "".join(f".c{i}{{fill:var(--c{i})}}" for i in range(OTHER + 1))
)
"""Style sheet: the colours as variables, and a class `c0` … that fills a shape."""


def colours_of_classes(class_names: Iterable[str]) -> dict[str, int]:
    """Class name -> number of its colour: the classes with most nodes first; `OTHER` after the eighth."""
    ranked = sorted(Counter(class_names).items(), key=lambda item: (-item[1], item[0]))
    return {name: min(rank, OTHER) for rank, (name, _) in enumerate(ranked)}
