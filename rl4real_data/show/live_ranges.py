"""Live ranges over the instructions as SVG.

A row a node, in the order in which they begin.

A node's range [first, last) holds the instructions right behind which it has a value, so its bar goes from the
middle of instruction `first`, where the value is made, to the middle of `last`, where it is read for the last time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rl4real_data.show.graph import describe
from rl4real_data.show.markup import element, escape
from rl4real_data.show.palette import colours_of_classes
from rl4real_data.show.shapes import STYLE, mark
from rl4real_data.show.view import EpisodeView, Node

DRAWN_NODES: Final = 1000
"""Rows of the chart; the nodes behind them are left out and counted."""
LABELLED_NODES: Final = 400
DEEPEST: Final = 4
"""Loops deeper than this are shaded like this."""
_TOP: Final = 34
_STYLE: Final = (
    STYLE
    + ".u{fill:var(--ink)}.s{fill:var(--ground);stroke:var(--ink);stroke-width:1.2}"
    + ".b{stroke:var(--muted);stroke-width:.6}"
    + ".m{font:10px ui-monospace,monospace}.t{font-size:10px;fill:var(--muted)}"
    + ".d{fill:var(--depth)}"
)


@dataclass(frozen=True, slots=True)
class _Scale:
    """Pixels an instruction, pixels a row, and whether rows have names."""

    step: float
    row: float
    labelled: bool

    def middle(self, instruction: int) -> float:
        return (instruction + 0.5) * self.step


@dataclass(frozen=True, slots=True)
class LiveChart:
    """Two drawings of one height: the rows' names, which stay, and the chart, which may be scrolled under them."""

    names: str
    chart: str
    left_out: int


def draw_live_ranges(view: EpisodeView) -> LiveChart | None:
    """None if the source of the episode tells no live ranges."""
    if view.instructions is None or any(node.live is None for node in view.nodes):
        return None
    rows = [view.nodes[i] for i in view.in_program_order[:DRAWN_NODES]]
    labelled = len(rows) <= LABELLED_NODES
    step = max(2.5, min(18.0, 1080 / max(view.instructions, 1)))
    scale = _Scale(step, 15.0 if labelled else 4.0, labelled)
    height = _TOP + scale.row * len(rows) + 6
    width = scale.step * view.instructions + 8
    colours = colours_of_classes(node.class_name for node in view.nodes)
    parts = [element("style", _STYLE), _blocks(view, scale, height), _axis(view, scale)]
    for place, node in enumerate(rows):
        parts.append(_row(node, _TOP + scale.row * (place + 0.5), scale, colours[node.class_name]))
    left_out = len(view.nodes) - len(rows)
    title = f"Live ranges of {view.facts['function']}"
    return LiveChart(_names(rows, scale, height, colours), _svg(title, width, height, parts), left_out)


def _svg(title: str, width: float, height: float, parts: list[str]) -> str:
    told = element("title", escape(title))
    return element("svg", told, *parts, width=round(width), height=round(height), role="img")


def _names(rows: list[Node], scale: _Scale, height: float, colours: dict[str, int]) -> str:
    parts = [element("text", "block", x=4, y=13, class_="t"), element("text", "instruction", x=4, y=29, class_="t")]
    width = 66.0
    if scale.labelled:
        widest = max((len(node.name) + len(node.register or "") + 1 for node in rows), default=0)
        width = max(width, 22 + 6.1 * widest)
        for place, node in enumerate(rows):
            y = _TOP + scale.row * (place + 0.5)
            words = f"{node.name} {node.register or ''}".strip()
            parts.append(mark(node.outcome, 9.0, y, 4.0, colours[node.class_name]))
            parts.append(element("text", escape(words), x=18, y=y + 3.5, class_="m"))
    return _svg("Nodes, in the order of the chart's rows", width, height, parts)


def _blocks(view: EpisodeView, scale: _Scale, height: float) -> str:
    parts = []
    free = 0.0
    for i, block in enumerate(view.blocks):
        x, width = block.first * scale.step, (block.last - block.first) * scale.step
        told = element(
            "title",
            escape(
                f"block {i}: instructions {block.first} to {block.last - 1}, {block.frequency:.4g} times an entry, "
                f"loop depth {block.loop_depth}, goes to {', '.join(map(str, block.successors)) or 'nowhere'}"
            ),
        )
        shade = 0.12 * min(block.loop_depth, DEEPEST)
        parts.append(
            element("rect", told, x=x, y=0, width=width, height=height, class_="d", fill_opacity=f"{shade:.2f}")
        )
        parts.append(element("path", d=f"M{x:.1f} 0V{height:.0f}", class_="b"))
        if x >= free:
            parts.append(element("text", str(i), x=x + 3, y=13, class_="t"))
            free = x + 10 + 7 * len(str(i))
    return "".join(parts)


def _axis(view: EpisodeView, scale: _Scale) -> str:
    """A number about every 60 pixels, at round instructions."""
    every = next(step for step in (5, 10, 20, 50, 100, 10**9) if step * scale.step >= 60 or step > 50)
    ticks = range(0, view.instructions or 0, every)
    return "".join(
        element("text", str(i), x=scale.middle(i), y=29, class_="t", text_anchor="middle" if i else "start")
        for i in ticks
    )


def _row(node: Node, y: float, scale: _Scale, colour: int) -> str:
    thick = scale.row * 0.5
    dot = 2.4 if scale.labelled and scale.step > 4 else min(1.6, scale.row / 3)
    parts = [element("title", escape(describe(node)))]
    for first, last in node.live or ():
        x, width = scale.middle(first), (last - first) * scale.step
        parts.append(
            element(
                "rect", x=x, y=y - thick / 2, width=width, height=thick, rx=min(2.0, thick / 2), class_=f"c{colour}"
            )
        )
    for place, instruction in enumerate(node.uses or ()):
        style = "s" if place in node.split_points else "u"
        parts.append(element("circle", cx=scale.middle(instruction), cy=y, r=dot, class_=style))
    return element("g", *parts)
