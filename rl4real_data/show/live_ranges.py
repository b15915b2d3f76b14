"""Live ranges over the instructions as SVG.

A row a node, in the order in which they begin.

A node's range [first, last) holds the instructions right behind which it has a value, so its bar goes from the
middle of instruction `first`, where the value is made, to the middle of `last`, where it is read for the last time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from rl4real_data.show.chart_frame import HEAD, Scale, axis, block_lines, block_numbers, scale_of, svg, words
from rl4real_data.show.markup import element, escape, number
from rl4real_data.show.shapes import STYLE, mark
from rl4real_data.show.view import EpisodeView, Node

DRAWN_NODES: Final = 4000
"""Rows of the chart; the nodes behind them are left out and counted."""
_STYLE: Final = (
    STYLE
    + ".u,.s,.s2{fill:none;stroke-linecap:round}.u,.s{stroke:var(--ink)}.s2{stroke:var(--ground)}"
    + ".b{stroke:var(--muted);stroke-width:.6;fill:none}"
    + ".m{font:10px ui-monospace,monospace}.t{font-size:10px;fill:var(--muted)}"
)


@dataclass(frozen=True, slots=True)
class LiveChart:
    """Four drawings that fit together: the chart, which may be scrolled, and beside and above it what stays in sight.

    `names`: of the rows, as high as the chart; `head`: blocks and instructions, as wide; `corner`: what `head` says.
    """

    corner: str
    head: str
    names: str
    chart: str
    left_out: int


def draw_live_ranges(view: EpisodeView, styles: Sequence[str]) -> LiveChart | None:
    """None if the source of the episode tells no live ranges. `styles`: CSS classes of each node."""
    if view.instructions is None or any(node.live is None for node in view.nodes):
        return None
    rows = view.in_program_order[:DRAWN_NODES]
    scale = scale_of(view.instructions, len(rows))
    height = scale.row * len(rows) + 6
    width = scale.step * view.instructions + 8
    parts = [element("style", _STYLE), block_lines(view, scale, height)]
    for place, i in enumerate(rows):
        parts.append(_row(view.nodes[i], i, scale.row * (place + 0.5), scale, styles[i]))
    title = element("title", escape(f"Live ranges of {view.facts['function']}"))
    chart = element(
        "svg",
        title,
        *parts,
        width=round(width),
        height=round(height),
        role="img",
        id="live",
        data_step=f"{scale.step:.4f}",
        data_row=scale.row,
    )
    names, names_width = _names(view, rows, scale, height, styles)
    return LiveChart(
        svg(names_width, HEAD, element("text", "block", x=4, y=13, class_="t"), words("instruction", 4, 29)),
        svg(width, HEAD, block_lines(view, scale, HEAD), block_numbers(view, scale), axis(view, scale)),
        names,
        chart,
        len(view.nodes) - len(rows),
    )


def _names(
    view: EpisodeView, rows: Sequence[int], scale: Scale, height: float, styles: Sequence[str]
) -> tuple[str, float]:
    """The drawing and its width."""
    parts = []
    labels = [f"{view.nodes[i].name} {view.nodes[i].register or ''}".strip() for i in rows]
    for place, i in list(enumerate(rows))[:: scale.every]:
        y = scale.row * (place + 0.5)
        symbol = mark(view.nodes[i].outcome, 9.0, y, 4.0, styles[i])
        label = element("text", escape(labels[place]), x=18, y=y + 3.5, class_="m")
        parts.append(element("g", symbol, label, data_n=i))
    width = max(66.0, 22 + 6.1 * max(map(len, labels), default=0))
    return svg(width, height, *parts), width


def _row(node: Node, i: int, y: float, scale: Scale, style: str) -> str:
    thick = scale.row * 0.5
    bars = "".join(
        f"M{number(scale.middle(first))} {number(y - thick / 2)}h{number((last - first) * scale.step)}"
        f"v{number(thick)}h{number((first - last) * scale.step)}z"
        for first, last in node.live or ()
    )
    uses = [(place in node.split_points, scale.middle(at)) for place, at in enumerate(node.uses or ())]
    dots = _dots((x for is_split, x in uses if not is_split), y, "u", 2 * scale.dot)
    ringed = [x for is_split, x in uses if is_split]
    rings = _dots(ringed, y, "s", 2 * scale.dot + 1.2) + _dots(ringed, y, "s2", 2 * scale.dot - 1.2)
    return element("g", element("path", d=bars) if bars else "", dots, rings, class_=style, data_n=i)


def _dots(xs: Iterable[float], y: float, style: str, width: float) -> str:
    """Lines without length, whose round ends are dots: one element for all."""
    drawn = "".join(f"M{number(x)} {number(y)}h0" for x in xs)
    return element("path", d=drawn, class_=style, stroke_width=width) if drawn else ""
