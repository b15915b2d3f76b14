"""The interference graph as SVG.

Nodes coloured by register class and shaped by outcome, with a legend.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from rl4real_data.core.counted import counted
from rl4real_data.show.layout import SPRING_NODES, Positions, place_nodes
from rl4real_data.show.markup import element, escape, number
from rl4real_data.show.palette import COLOURS, OTHER, colours_of_classes
from rl4real_data.show.shapes import STYLE, legend, legend_width, mark
from rl4real_data.show.view import EpisodeView, Node

LABELLED_NODES: Final = SPRING_NODES
DRAWN_EDGES: Final = 20_000
"""A browser draws so many lines at once; of more, so many, evenly chosen. A page's script draws all of one node."""
_MARGIN: Final = 24
_NARROWEST: Final = 340.0


@dataclass(frozen=True, slots=True)
class GraphPicture:
    """A `<svg>` and its natural width in pixels."""

    svg: str
    width: int


def draw_graph(view: EpisodeView, styles: Sequence[str] | None = None) -> GraphPicture:
    """The graph: as part of a page that has those CSS classes for its nodes.

    Without `styles` it is a file of its own, with colours for light and dark, ground and legend.
    """
    alone = styles is None
    labelled = len(view.nodes) <= LABELLED_NODES
    unit, radius = (50.0, 9.0) if labelled else (24.0, 5.0) if len(view.nodes) <= 1500 else (16.0, 3.6)
    places = place_nodes(len(view.nodes), view.edges) * unit + _MARGIN
    right, bottom = places.max(axis=0) + _MARGIN if len(places) else (0.0, 0.0)
    key = legend_entries(view) if alone else []
    width = max(float(right), legend_width(key) + 2 * _MARGIN, _NARROWEST)
    places = places + ((width - float(right)) / 2, 0.0)
    words, height_of_legend = legend(key, width - _MARGIN)
    height = float(bottom) + (height_of_legend + 30 if alone else 0.0)
    note = element("text", escape(count_drawn(view)), x=_MARGIN // 2, y=height - 10, class_="muted")
    inner = (
        _style(alone),
        element("rect", width=width, height=height, fill="var(--ground)") if alone else "",
        _edges(view, places),
        _nodes(view, places, radius, labelled, styles),
        element("g", words, transform=f"translate({_MARGIN // 2} {number(float(bottom))})"),
        note if alone else "",
    )
    svg = element(
        "svg",
        element("title", escape(f"Interference graph of {view.facts['function']}")),
        *inner,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {number(width)} {number(height)}",
        width=round(width),
        height=round(height),
        role="img",
        id=None if alone else "graph",
        data_radius=None if alone else radius,
    )
    return GraphPicture(svg, round(width))


def _style(alone: bool) -> str:
    own = STYLE + (
        ".e{stroke:var(--edge);fill:none}"
        ".l{font:9px ui-monospace,monospace;text-anchor:middle;"
        "paint-order:stroke;stroke:var(--ground);stroke-width:2.5}"
    )
    return element("style", (COLOURS if alone else "") + own)


def legend_entries(view: EpisodeView) -> list[tuple[str, str, int]]:
    """For each class and each outcome that occurs: an outcome's mark, words, number of the colour."""
    colours = colours_of_classes(node.class_name for node in view.nodes)
    counts = Counter(node.class_name for node in view.nodes)
    shown = [name for name, colour in colours.items() if colour < OTHER]
    entries = [("assigned", f"{name} ({counts[name]:,})", colours[name]) for name in shown]
    others = [name for name, colour in colours.items() if colour == OTHER]
    if others:
        entries.append(("assigned", f"{len(others)} other classes ({sum(counts[n] for n in others):,})", OTHER))
    return entries + [(outcome, f"{outcome} ({count:,})", OTHER) for outcome, count in view.outcomes.items()]


def count_drawn(view: EpisodeView) -> str:
    """How much the picture shows."""
    count = len(view.edges)
    shown = f", {DRAWN_EDGES:,} of them drawn" if count > DRAWN_EDGES else ""
    return f"{counted(len(view.nodes), 'node')}, {counted(count, 'interference')}{shown}"


def _edges(view: EpisodeView, places: Positions) -> str:
    """One path for all: a browser draws it faster than as many lines."""
    count = len(view.edges)
    if not count:
        return ""
    chosen = np.array(view.edges)
    if count > DRAWN_EDGES:
        chosen = chosen[np.linspace(0, count - 1, DRAWN_EDGES).astype(np.int64)]
    ends = places.round().astype(np.int64)
    lines = (f"M{x1} {y1}L{x2} {y2}" for (x1, y1), (x2, y2) in zip(ends[chosen[:, 0]], ends[chosen[:, 1]], strict=True))
    opacity = max(0.05, min(0.55, 9 / np.sqrt(count)))
    return element("path", d="".join(lines), class_="e", stroke_opacity=f"{opacity:.2f}")


def _nodes(view: EpisodeView, places: Positions, radius: float, labelled: bool, styles: Sequence[str] | None) -> str:
    colours = colours_of_classes(node.class_name for node in view.nodes)
    marks, labels = [], []
    for i, (node, (x, y)) in enumerate(zip(view.nodes, places.tolist(), strict=True)):
        told = element("title", escape(describe(node)))
        if styles is None:
            marks.append(mark(node.outcome, x, y, radius, colours[node.class_name], told))
        else:
            marks.append(mark(node.outcome, x, y, radius, styles[i], told, node=i))
        if labelled:
            labels.append(element("text", escape(node.name), x=x, y=y + radius + 10, class_="l"))
    return element("g", *marks, class_="marks") + element("g", *labels, class_="labels")


def describe(node: Node) -> str:
    """A line about a node, for the tip that a browser shows over it."""
    weight = "" if node.spill_weight is None else f", spill weight {node.spill_weight:.3g}"
    if node.spill_weight is not None and math.isinf(node.spill_weight):
        weight = ", cannot be spilled"
    where = f" to {node.register}" if node.register else ""
    return f"{node.name} {node.class_name}: {node.outcome}{where}, {counted(node.degree, 'interference')}{weight}"
