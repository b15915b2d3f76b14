"""The picture of an allocation as a file of its own and as a section of an episode's page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rl4real_data.core.counted import counted
from rl4real_data.core.errors import DatasetError
from rl4real_data.show.allocation_chart import STYLE, AllocationChart, draw_allocation
from rl4real_data.show.allocation_key import Entry, allocation_key, register_colours
from rl4real_data.show.chart_frame import HEAD
from rl4real_data.show.markup import element, escape, number
from rl4real_data.show.page import note
from rl4real_data.show.palette import COLOURS
from rl4real_data.show.pressure_chart import DEEPEST
from rl4real_data.show.view import EpisodeView

UPGRADE: Final = "`rl4real-data upgrade DATA_DIR` adds it to a dataset of version 0 that holds MIR text"
_UNTOLD: Final = "The episode does not tell where nodes lie at every position"
_MARGIN: Final = 12
_LINE: Final = 20
_LETTER: Final = 6.4
_NARROWEST: Final = 340.0
_SHADES: Final = "".join(
    f".d{depth}{{fill:var(--depth);fill-opacity:{0.12 * depth:.2f}}}" for depth in range(1, DEEPEST + 1)
)
"""Blocks in loops, as the page has them."""


def allocation_section(view: EpisodeView, *views: EpisodeView) -> tuple[str, ...]:
    """Legend and chart; a sentence where the episode tells no parts. Registers have one colour in all of the views."""
    units = register_colours(view, *views)
    chart = draw_allocation(view, units)
    if chart is None:
        return (note(f"{_UNTOLD}; {UPGRADE}."),)
    if not view.nodes:
        return ()
    swatches = (
        element("span", element("svg", one.sample, width=12, height=12, aria_hidden="true"), escape(one.text))
        for one in allocation_key(view, units)
    )
    inner = element(
        "div",
        element("div", chart.corner, class_="corner"),
        element("div", chart.head, class_="head"),
        element("div", chart.names, class_="names"),
        element("div", chart.chart, class_="drawing"),
        class_="chart",
    )
    label = "Allocation: where each node lies at every position"
    box = element("div", inner, class_="scroll allocation", tabindex="0", role="group", aria_label=label)
    return element("div", *swatches, class_="key"), box, *(note(text) for text in _left_out(chart))


def _left_out(chart: AllocationChart) -> list[str]:
    texts = []
    if chart.left_out:
        texts.append(f"{counted(chart.left_out, 'node that begins later is', 'nodes that begin later are')} left out.")
    if chart.without_node:
        one, many = "inserted instruction belongs to no node and is", "inserted instructions belong to no node and are"
        texts.append(f"{counted(chart.without_node, one, many)} not drawn.")
    return texts


def render_allocation(view: EpisodeView) -> str:
    """The picture alone, with colours for light and dark, ground, names and legend. DatasetError without parts."""
    units = register_colours(view)
    chart = draw_allocation(view, units)
    if chart is None:
        raise DatasetError(f"{view.facts['function']}: the episode tells no parts of live ranges", hint=UPGRADE)
    beside, inner, high = _size(chart.names)[0], *_size(chart.chart)
    width = max(beside + inner + 2 * _MARGIN, _NARROWEST)
    legend, height_of_legend = _legend(allocation_key(view, units), width - 2 * _MARGIN)
    height = _MARGIN + HEAD + high + height_of_legend + 2 * _MARGIN
    placed = (
        (chart.corner, _MARGIN, _MARGIN),
        (chart.head, _MARGIN + beside, _MARGIN),
        (chart.names, _MARGIN, _MARGIN + HEAD),
        (chart.chart, _MARGIN + beside, _MARGIN + HEAD),
        (legend, _MARGIN, _MARGIN + HEAD + high + _MARGIN),
    )
    return element(
        "svg",
        element("style", COLOURS + STYLE + _SHADES),
        element("rect", width=width, height=height, fill="var(--ground)"),
        *(element("g", part, transform=f"translate({number(x)} {number(y)})") for part, x, y in placed),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {number(width)} {number(height)}",
        width=round(width),
        height=round(height),
    )


def _size(drawing: str) -> tuple[float, float]:
    """Width and height of an `<svg …>`, which says them itself."""
    opening = drawing[: drawing.index(">")]
    width, height = (opening.split(f'{name}="')[1].split('"')[0] for name in (" width", " height"))
    return float(width), float(height)


def _legend(entries: Sequence[Entry], width: float) -> tuple[str, float]:
    """Samples with words, in lines of `width`, and the height they take."""
    x, y, parts = 0.0, 0.0, []
    for entry in entries:
        needed = 18 + len(entry.text) * _LETTER + 14
        if x and x + needed > width:
            x, y = 0.0, y + _LINE
        parts.append(element("g", entry.sample, transform=f"translate({number(x)} {number(y)})"))
        parts.append(element("text", escape(entry.text), x=x + 18, y=y + 10, class_="m"))
        x += needed
    return "".join(parts), y + _LINE
