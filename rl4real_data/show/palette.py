"""Colours for light and dark, which drawings, legends and pages share.

Those of register classes are eight steps of hue with about equal contrast to the ground, another set for the dark.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

_Pair = tuple[str, str]
"""A colour on the light ground, and on the dark one."""

_HUES: Final[Sequence[_Pair]] = (
    ("#2f6fde", "#6ea3ff"),
    ("#d9730d", "#f2a254"),
    ("#12877f", "#3cc8b8"),
    ("#b83280", "#f08ac3"),
    ("#7a5af0", "#b09bff"),
    ("#6b7f12", "#b4c94a"),
    ("#c0392b", "#ff8474"),
    ("#0e7ea8", "#5ac3ec"),
)
OTHER: Final = len(_HUES)
"""Number of the colour of all classes after the eighth, a grey."""
_GREY: Final[_Pair] = ("#8a939e", "#7c8794")

_OUTCOMES: Final[Mapping[str, _Pair]] = {
    "assigned": ("#2f6fde", "#6ea3ff"),
    "split": ("#d9730d", "#f2a254"),
    "spilled": ("#c42b2b", "#ff7b70"),
    "rematerialized": ("#7a5af0", "#b09bff"),
    "eliminated": ("#6b7f12", "#b4c94a"),
}
"""Those of the outcomes; what is not told is grey."""

FAMILIES: Final = 24
"""Colours of registers; the families after these are grey."""
_GOLDEN_ANGLE: Final = 137.508
_REGISTERS: Final[Sequence[_Pair]] = tuple(
    (f"oklch({58 + 12 * (i % 2)}% .15 {hue:.0f})", f"oklch({68 + 12 * (i % 2)}% .13 {hue:.0f})")
    for i, hue in enumerate(20 + _GOLDEN_ANGLE * i % 360 for i in range(FAMILIES))
)
"""Steps of the golden angle, so that those with most nodes are the least alike."""

_VARIABLES: Final[Mapping[str, _Pair]] = {
    **{f"c{i}": pair for i, pair in enumerate((*_HUES, _GREY))},
    **{f"o{i}": pair for i, pair in enumerate((*_OUTCOMES.values(), _GREY))},
    **{f"r{i}": pair for i, pair in enumerate((*_REGISTERS, _GREY))},
    "over": ("#c42b2b", "#ff7b70"),
    "mark": ("#ffe9a8", "#4a3d12"),
    "ground": ("#ffffff", "#12161b"),
    "ink": ("#1b2027", "#e4e8ed"),
    "muted": ("#5b6673", "#9aa5b1"),
    "rule": ("#d5dbe2", "#333c47"),
    "panel": ("#f5f7f9", "#1a2027"),
    "edge": ("#66717f", "#93a0ae"),
    "depth": ("#e8912d", "#d98a35"),
    "link": ("#1f5fc4", "#7fb0ff"),
}
"""CSS variables."""

_LIGHT, _DARK = ("".join(f"--{name}:{pair[scheme]};" for name, pair in _VARIABLES.items()) for scheme in range(2))

COLOURS: Final = (
    f":root{{color-scheme:light dark;{_LIGHT}}}"
    f"@media (prefers-color-scheme:dark){{:root{{{_DARK}}}}}"
    + "".join(f".c{i}{{fill:var(--c{i})}}" for i in range(OTHER + 1))
)
"""Style sheet: the colours as variables, and a class `c0` … that fills a shape."""

BY_CHOICE: Final = "".join(
    f"#by-{choice}:checked~section .{letter}{i}{{fill:var(--{letter}{i})}}"
    for choice, letter, count in (("outcome", "o", len(_OUTCOMES)), ("register", "r", FAMILIES))
    for i in range(count + 1)
)
"""Style sheet of an episode's page: a shape has a class of each kind, and the page's switch says which one counts."""


def colour_of_outcome(outcome: str) -> int:
    """Number of an outcome's colour."""
    return list(_OUTCOMES).index(outcome) if outcome in _OUTCOMES else len(_OUTCOMES)


def colours_of_classes(class_names: Iterable[str]) -> dict[str, int]:
    """Class name -> number of its colour: the classes with most nodes first; `OTHER` after the eighth."""
    ranked = sorted(Counter(class_names).items(), key=lambda item: (-item[1], item[0]))
    return {name: min(rank, OTHER) for rank, (name, _) in enumerate(ranked)}
