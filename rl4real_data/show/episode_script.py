"""The controls of an episode's page, and the numbers that its scripts read."""

from __future__ import annotations

from typing import Any

from rl4real_data.show.colouring import Colouring
from rl4real_data.show.markup import element, escape
from rl4real_data.show.view import EpisodeView


def draw_toolbar(colouring: Colouring) -> str:
    """The switch of colours, the search for a node, and the line at the window's foot that says what is selected.

    The switch works without a script: its buttons stand before all sections, so that style sheets can ask which one is
    on (`:has` could, too, but makes each change of a large page slow); their labels are what is seen.
    """
    names = list(colouring.keys)
    buttons = (
        element("input", type="radio", name_="by", id=f"by-{name}", class_="by-button", checked=name == "class")
        for name in names
    )
    labels = (element("label", name, for_=f"by-{name}") for name in names)
    find = element("label", "node ", element("input", type="search", id="find", placeholder="%12", size=6), class_="js")
    switch = element("div", element("span", "Colour by", class_="note lead"), *labels, class_="by")
    said = element("div", element("div", id="said-node"), element("div", id="said-at"), class_="said js", role="status")
    return "".join(buttons) + element("div", switch, find, class_="toolbar") + said


def draw_legends(colouring: Colouring) -> str:
    """One for each choice, of which the style sheet shows that which counts."""
    return "".join(
        element(
            "div",
            *(element("span", _swatch(style), escape(words)) for style, words in entries),
            class_=f"key legend of-{name}",
        )
        for name, entries in colouring.keys.items()
    )


def _swatch(style: str) -> str:
    square = element("rect", width=10, height=10, rx=2, class_=style)
    return element("svg", square, width=10, height=10, aria_hidden="true")


def zoom_buttons() -> tuple[str, ...]:
    """For the graph; they need the script."""
    return tuple(
        element("button", sign, type="button", data_zoom=way, aria_label=words, class_="js")
        for sign, way, words in (("+", "in", "larger"), ("−", "out", "smaller"), ("fit", "fit", "as wide as the page"))
    )


def script_data(view: EpisodeView) -> dict[str, Any]:
    """`neighbours`: for each node those after it, each as the distance from the one before (the first from the node).

    `first`: the instruction with which a node's live range begins; `blocks`: first instruction, frequency, loop depth.
    """
    later: list[list[int]] = [[] for _ in view.nodes]
    for u, v in view.edges:
        later[min(u, v)].append(max(u, v))
    gaps = [[b - a for a, b in zip([u, *found], found, strict=False)] for u, found in enumerate(map(sorted, later))]
    return {
        "instructions": view.instructions or 0,
        "nodes": [node.name for node in view.nodes],
        "first": [node.first for node in view.nodes],
        "neighbours": gaps,
        "blocks": [[block.first, round(block.frequency, 3), block.loop_depth] for block in view.blocks],
        "banks": [{"name": bank.names[0], "registers": bank.registers, "live": bank.live} for bank in view.pressure],
    }
