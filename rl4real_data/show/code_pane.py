"""The machine IR of an episode beside its live ranges.

A line an instruction, with its number; virtual registers that are nodes can be pointed at.
"""

from __future__ import annotations

from itertools import groupby

from rl4real_data.show.machine_ir import BodyLine, body_lines, split_registers
from rl4real_data.show.markup import element, escape
from rl4real_data.show.pressure_chart import DEEPEST
from rl4real_data.show.view import EpisodeView

LINE_PIXELS = 18
"""Height of a line, which the style sheet gives it: a browser may then leave out blocks that are not in sight."""


def draw_code(view: EpisodeView) -> str | None:
    """The blocks of the function; None if the episode holds no text, or one that is not of these instructions."""
    lines = body_lines(view.mir, view.blocks)
    if not lines:
        return None
    nodes = {node.vreg: i for i, node in enumerate(view.nodes)}
    blocks = (_block(block, list(own), view, nodes) for block, own in groupby(lines, key=lambda line: line.block))
    return element("div", *blocks, id="code", class_="code mono", tabindex="0", role="group", aria_label="Machine IR")


def _block(place: int, lines: list[BodyLine], view: EpisodeView, nodes: dict[int, int]) -> str:
    block = view.blocks[place]
    depth = f", loop depth {block.loop_depth}" if block.loop_depth else ""
    often = element("span", escape(f"; {block.frequency:,.4g} times an entry{depth}"), class_="note")
    head = element("div", escape(lines[0].text), " ", often, class_="h")
    shade = min(block.loop_depth, DEEPEST)
    drawn = (_line(line, nodes) for line in lines[1:])
    height = f"contain-intrinsic-size:auto {LINE_PIXELS * len(lines)}px"
    return element("div", head, *drawn, class_=f"block b{shade}", style=height)


def _line(line: BodyLine, nodes: dict[int, int]) -> str:
    pieces = (
        escape(text) if number is None or number not in nodes else element("b", escape(text), data_n=nodes[number])
        for text, number in split_registers(line.text)
    )
    return element("div", *pieces, class_=None if line.instruction is not None else "f", data_i=line.instruction)
