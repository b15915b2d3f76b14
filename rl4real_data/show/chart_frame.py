"""The frame of charts over the instructions.

Scale, blocks with loops, axis.

Live ranges and allocation share it, so that what stands one below the other fits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rl4real_data.show.markup import element
from rl4real_data.show.pressure_chart import DEEPEST
from rl4real_data.show.view import EpisodeView

LABELLED_NODES: Final = 400
HEAD: Final = 34
_NARROW: Final = 620
"""Pixels across which a short function is drawn."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Pixels an instruction, pixels a row, and whether each row has a name beside it."""

    step: float
    row: float
    labelled: bool

    def middle(self, instruction: int) -> float:
        """The middle of an instruction's column."""
        return (instruction + 0.5) * self.step

    def at(self, position: int) -> float:
        """Of a doubled position: 2 i is the edge of the column of instruction i, 2 i + 1 its middle."""
        return position * self.step / 2

    @property
    def every(self) -> int:
        """Of low rows every second one is named, which says where one is."""
        return 1 if self.labelled else 2

    @property
    def dot(self) -> float:
        """Radius of a use point."""
        return 2.4 if self.labelled and self.step > 4 else min(1.5, self.row / 3)

    @property
    def mark(self) -> float:
        """Radius of the mark of an inserted instruction."""
        return 3.6 if self.labelled and self.step > 4 else min(2.4, self.row / 3)


def scale_of(instructions: int, rows: int) -> Scale:
    """A short function fills some width; a long one is as wide as it must be."""
    labelled = rows <= LABELLED_NODES
    return Scale(max(2.5, min(18.0, _NARROW / max(instructions, 1))), 15.0 if labelled else 6.0, labelled)


def svg(width: float, height: float, *parts: str) -> str:
    """What a screen reader is told elsewhere."""
    return element("svg", *parts, width=round(width), height=round(height), aria_hidden="true")


def words(text: str, x: float, y: float, **attributes: object) -> str:
    """Small print in a drawing."""
    return element("text", text, x=x, y=y, class_="t", **attributes)


def block_lines(view: EpisodeView, scale: Scale, height: float) -> str:
    """A line where each block begins, a shade where there are loops."""
    parts = []
    for block in view.blocks:
        x, width = block.first * scale.step, (block.last - block.first) * scale.step
        depth = min(block.loop_depth, DEEPEST)
        if depth and width:
            parts.append(element("rect", x=x, y=0, width=width, height=height, class_=f"d{depth}"))
        parts.append(element("path", d=f"M{x:.1f} 0V{height:.0f}", class_="b"))
    return "".join(parts)


def block_numbers(view: EpisodeView, scale: Scale) -> str:
    """As many as have room."""
    parts = []
    free = 0.0
    for i, block in enumerate(view.blocks):
        x = block.first * scale.step
        if x >= free:
            parts.append(words(str(i), x + 3, 13))
            free = x + 10 + 7 * len(str(i))
    return "".join(parts)


def axis(view: EpisodeView, scale: Scale) -> str:
    """A number about every 60 pixels, at round instructions."""
    every = next(step for step in (5, 10, 20, 50, 100, 10**9) if step * scale.step >= 60 or step > 50)
    ticks = range(0, view.instructions or 0, every)
    return "".join(words(str(i), scale.middle(i), 29, text_anchor="middle" if i else "start") for i in ticks)
