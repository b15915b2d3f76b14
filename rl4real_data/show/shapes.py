"""The marks of outcomes, and legends made of them.

Outcomes have shapes and register classes have colours, so that the two can be told apart without seeing colours too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from rl4real_data.show.markup import element, escape, number
from rl4real_data.show.view import NOT_TOLD

_SHAPES: Final[Mapping[str, str]] = {
    "assigned": "circle",
    "split": "diamond",
    "spilled": "square",
    "rematerialized": "triangle",
    "eliminated": "cross",
    NOT_TOLD: "ring",
}
_SIZE: Final = 12
_LETTER: Final = 6.9
_LINE: Final = 20
STYLE: Final = (
    "text{font:12px system-ui,sans-serif;fill:var(--ink)}"
    ".muted{fill:var(--muted)}.n{stroke:var(--ground);stroke-width:1}.lost{stroke:var(--ink);stroke-width:1.6}"
)
"""Style sheet of the marks: nodes that did not simply get a register have an outline."""


def mark(outcome: str, x: float, y: float, r: float, colour: int | str, *children: str, node: int | None = None) -> str:
    """The shape of an outcome around (x, y), filled with the colour of a class, or in the style of those classes.

    `node`: the number by which a page's script knows it.
    """
    kind = _SHAPES[outcome]
    style = f"{f'c{colour}' if isinstance(colour, int) else colour} {'n' if outcome == 'assigned' else 'lost'}"
    if kind == "circle":
        return element("circle", *children, cx=x, cy=y, r=r, class_=style, data_n=node)
    return element("path", *children, d=_outline(kind, x, y, r), class_=style, fill_rule="evenodd", data_n=node)


def _outline(kind: str, x: float, y: float, r: float) -> str:
    if kind == "ring":
        half = r / 2
        circles = (
            f"M{number(x - s)} {number(y)}a{number(s)} {number(s)} 0 1 0 {number(2 * s)} 0"
            f"a{number(s)} {number(s)} 0 1 0 {number(-2 * s)} 0z"
            for s in (r, half)
        )
        return "".join(circles)
    points = [f"{number(x + r * a)} {number(y + r * b)}" for a, b in _CORNERS[kind]]
    return "M" + "L".join(points) + "z"


_CORNERS: Final[Mapping[str, Sequence[tuple[float, float]]]] = {
    "square": ((-0.95, -0.95), (0.95, -0.95), (0.95, 0.95), (-0.95, 0.95)),
    "diamond": ((0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)),
    "triangle": ((0, -1.2), (1.15, 0.9), (-1.15, 0.9)),
    "cross": (
        *((-1, -0.5), (-0.5, -1), (0, -0.5), (0.5, -1), (1, -0.5), (0.5, 0)),
        *((1, 0.5), (0.5, 1), (0, 0.5), (-0.5, 1), (-1, 0.5), (-0.5, 0)),
    ),
}


def legend(entries: Sequence[tuple[str, str, int]], width: float) -> tuple[str, float]:
    """Marks with words, in lines of `width`, from 0 on; and the height they take.

    An entry is an outcome's name, the words, and the number of the colour.
    """
    x, y, parts = 0.0, _LINE / 2, []
    for outcome, words, colour in entries:
        needed = 22 + len(words) * _LETTER + 14
        if x and x + needed > width:
            x, y = 0.0, y + _LINE
        parts.append(mark(outcome, x + 8, y, 5.5, colour))
        parts.append(element("text", escape(words), x=x + 20, y=y + _SIZE / 3))
        x += needed
    return "".join(parts), (y + _LINE / 2 if entries else 0.0)


def legend_width(entries: Sequence[tuple[str, str, int]]) -> float:
    """What the widest entry needs."""
    return max((36 + len(words) * _LETTER for _, words, _ in entries), default=0.0)
