"""The picture of an allocation as SVG.

A row a node, a bar for each part of its life, marks where code was inserted.

Bars have a colour a register, slots are hatched, and where the value is nowhere runs a dashed line. Positions are
halves of instructions: a part that begins right behind instruction i begins in the middle of its column, one in front
of it at the column's edge, which is where inserted instructions stand, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from rl4real_data.show.allocation_view import NOWHERE, Move, Part
from rl4real_data.show.chart_frame import HEAD, Scale, axis, block_lines, block_numbers, scale_of, svg, words
from rl4real_data.show.markup import element, escape, number
from rl4real_data.show.palette import FAMILIES
from rl4real_data.show.view import EpisodeView, Node

DRAWN_NODES: Final = 4000
"""Rows of the chart; the nodes behind them are left out and counted."""
_LETTER: Final = 5.5
STYLE: Final = (
    "text{fill:var(--ink)}.m{font:10px ui-monospace,monospace}"
    ".t{font:10px system-ui,sans-serif;fill:var(--muted)}.b{stroke:var(--muted);stroke-width:.6;fill:none}"
    ".w{font:9px ui-monospace,monospace;paint-order:stroke;stroke:var(--ground);stroke-width:2.2}"
    ".slot{fill:var(--panel);stroke:var(--ink);stroke-width:.8}"
    ".hatch{stroke:var(--ink);stroke-opacity:.75;stroke-dasharray:1.3 2.7;fill:none}"
    ".anew{stroke:var(--ink);stroke-width:1.4;stroke-dasharray:3 2.5;fill:none}"
    ".v{fill:var(--ground);stroke:var(--ink);stroke-width:1.1}.q{fill:var(--ink);stroke:var(--ground);stroke-width:.8}"
    + "".join(f".a{i}{{fill:var(--r{i})}}" for i in range(FAMILIES + 1))
)

MARKS: Final[Mapping[str, tuple[str, str]]] = {
    "copy": ("q", "M{x0} {y}L{x} {y0}L{x1} {y}L{x} {y1}z"),
    "store": ("v", "M{x0} {y0}H{x1}L{x} {y1}z"),
    "reload": ("v", "M{x0} {y1}H{x1}L{x} {y0}z"),
    "rematerialization": ("v", "M{x0} {y0}H{x1}V{y1}H{x0}z"),
    "other": ("q", "M{x0} {y0}H{x1}V{y1}H{x0}z"),
}
"""Kind of an inserted instruction -> class and outline: a diamond, a triangle down into memory, one up out of it."""


@dataclass(frozen=True, slots=True)
class AllocationChart:
    """Four drawings that fit together, as `LiveChart` has them, and what was not drawn."""

    corner: str
    head: str
    names: str
    chart: str
    left_out: int
    without_node: int


def draw_allocation(view: EpisodeView, units: Mapping[int, int]) -> AllocationChart | None:
    """None if the episode tells no parts. `units`: first unit of a register -> number of its colour."""
    if view.instructions is None or any(node.parts is None for node in view.nodes):
        return None
    rows = view.in_program_order[:DRAWN_NODES]
    scale = scale_of(view.instructions, len(rows))
    height, width = scale.row * len(rows) + 6, scale.step * view.instructions + 8
    moves = _moves_of_nodes(view)
    parts = [element("style", STYLE), block_lines(view, scale, height)]
    for place, i in enumerate(rows):
        y = scale.row * (place + 0.5)
        parts.append(_row(view.nodes[i], i, moves[i], y, scale, units))
    title = element("title", escape(f"Allocation of {view.facts['function']}"))
    names, names_width = _names(view, rows, scale, height)
    return AllocationChart(
        svg(names_width, HEAD, words("block", 4, 13), words("instruction", 4, 29)),
        svg(width, HEAD, block_lines(view, scale, HEAD), block_numbers(view, scale), axis(view, scale)),
        names,
        element("svg", title, *parts, width=round(width), height=round(height), role="img", id="allocation"),
        len(view.nodes) - len(rows),
        sum(move.node is None for move in view.moves or ()),
    )


def _moves_of_nodes(view: EpisodeView) -> Mapping[int, list[Move]]:
    found: dict[int, list[Move]] = defaultdict(list)
    for move in view.moves or ():
        if move.node is not None:
            found[move.node].append(move)
    return found


def _names(view: EpisodeView, rows: Sequence[int], scale: Scale, height: float) -> tuple[str, float]:
    """Names of the rows and what happened to each node; the drawing and its width."""
    labels = [" ".join((view.nodes[i].name, *(word[:5] for word in view.nodes[i].fate))) for i in rows]
    width = max(66.0, 10 + 6.1 * max(map(len, labels), default=0))
    drawn = (
        element("text", escape(label), x=4, y=scale.row * (place + 0.5) + 3.5, class_="m")
        for place, label in list(enumerate(labels))[:: scale.every]
    )
    return svg(width, height, *drawn), width


def _row(node: Node, i: int, moves: Sequence[Move], y: float, scale: Scale, units: Mapping[int, int]) -> str:
    thick = scale.row * 0.66
    drawn = []
    reached = -1
    for part in node.parts or ():
        shared = min(part.last, reached)
        if part.first < shared:
            drawn.append(_bar(replace(part, last=shared), y, thick, scale, units, is_half=True))
        if shared < part.last:
            begin = max(part.first, shared)
            drawn.append(_bar(replace(part, first=begin), y, thick, scale, units, is_half=False))
        reached = max(reached, part.last)
    told = element("title", escape(describe_parts(node, moves)))
    return element("g", told, *drawn, *(_mark(move, y, scale) for move in moves), data_n=i)


def _bar(part: Part, y: float, thick: float, scale: Scale, units: Mapping[int, int], *, is_half: bool) -> str:
    """Where it is not alone, it is drawn as the lower half, over the one that began before."""
    x, width = scale.at(part.first), scale.at(part.last) - scale.at(part.first)
    if part.unit is None and not part.is_slot:
        return element("path", d=f"M{number(x)} {number(y)}h{number(width)}", class_="anew")
    style = "slot" if part.unit is None else f"a{units.get(part.unit, FAMILIES)}"
    top = y if is_half else y - thick / 2
    height = thick / 2 if is_half else thick
    bar = element("rect", x=x, y=top, width=max(width, 0.8), height=height, rx=min(2.0, width / 3), class_=style)
    if part.is_slot:
        bar += hatching(x, top + height / 2, width, height - 1.6)
    if not scale.labelled or is_half or width < _LETTER * len(part.place) + 4:
        return bar
    return bar + element("text", escape(part.place), x=x + 3, y=y + 3.2, class_="w")


def hatching(x: float, y: float, width: float, height: float) -> str:
    """Stripes around the line from (x, y): one dashed line as thick as the bar."""
    return element("path", d=f"M{number(x)} {number(y)}h{number(width)}", class_="hatch", stroke_width=height)


def _mark(move: Move, y: float, scale: Scale) -> str:
    style, outline = MARKS[move.kind]
    return element("path", d=outline_at(outline, scale.at(2 * move.at), y, scale.mark), class_=style)


def outline_at(outline: str, x: float, y: float, radius: float) -> str:
    """The outline of a mark around (x, y)."""
    near, far = number(x - radius), number(x + radius)
    return outline.format(x0=near, x1=far, x=number(x), y0=number(y - radius), y1=number(y + radius), y=number(y))


def describe_parts(node: Node, moves: Iterable[Move]) -> str:
    """Lines about a node, for the tip that a browser shows over its row."""
    fate = f" ({', '.join(node.fate)})" if node.fate else ""
    lines = [f"{node.name} {node.class_name}{fate}"]
    lines += [f"{_position(part.first)} to {_position(part.last)}: {part.place}" for part in node.parts or ()]
    lines += [f"in front of {move.at}: {describe_move(move)}" for move in moves]
    return "\n".join(lines)


def describe_move(move: Move) -> str:
    """`copy rbx to r14, 0.5 times an entry`."""
    source = "" if move.source == NOWHERE else f" {move.source}"
    return f"{move.kind}{source} to {move.target}, {move.frequency:.4g} times an entry"


def _position(position: int) -> str:
    return f"behind {position // 2}" if position % 2 else f"before {position // 2}"
