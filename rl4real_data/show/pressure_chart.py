"""Register pressure over the instructions as charts, a bank each, one below the other.

A chart is as wide as the page, whatever that is: the curve is drawn in units of instructions and registers and
stretched, while its labels are text of the page at percentages.
"""

from __future__ import annotations

from itertools import groupby
from typing import Final

import numpy as np

from rl4real_data.core.counted import counted
from rl4real_data.show.markup import element, escape
from rl4real_data.show.page import note
from rl4real_data.show.pressure import BankPressure
from rl4real_data.show.view import Block, EpisodeView

STEPS: Final = 1600
"""A curve of more instructions shows the highest of several at each step: more than a screen has pixels."""
DEEPEST: Final = 4
"""Loops deeper than this are shaded like this."""
_NEAR: Final = 16.0
_TICKS: Final = 8


def draw_pressure(view: EpisodeView) -> tuple[str, ...]:
    """Captions, charts and the axis that they share; a sentence where there is nothing to draw."""
    if view.instructions is None or any(node.live is None for node in view.nodes):
        return (note("The source of this episode does not tell live ranges, so there is no pressure to show."),)
    if not view.pressure or not view.instructions:
        return (note("The function has no virtual registers."),)
    charts = (_figure(i, bank, view) for i, bank in enumerate(view.pressure))
    box = element(
        "div",
        *charts,
        _axis(view.instructions),
        class_="pressure",
        tabindex="0",
        role="group",
        aria_label="Register pressure; left and right arrow move over the instructions",
    )
    return note(_explain(view.instructions)), _key(view), box


def _explain(instructions: int) -> str:
    every = -(-instructions // STEPS)
    steps = f" Each step of a curve is the highest of {every} instructions." if every > 1 else ""
    return (
        "Registers that live values need right behind each instruction, before anything is spilled. What calls and "
        "fixed operands take away is not counted." + steps
    )


def _key(view: EpisodeView) -> str:
    entries = [("p0", "live values")]
    if any(bank.instructions_over for bank in view.pressure):
        entries.append(("p1", "more than there are registers"))
    deepest = min(max((block.loop_depth for block in view.blocks), default=0), DEEPEST)
    entries += [(f"d{depth}", f"loop depth {depth}{'+' * (depth == DEEPEST)}") for depth in range(1, deepest + 1)]
    swatches = (element("span", element("i", class_=f"swatch {style}"), escape(words)) for style, words in entries)
    return element("div", *swatches, class_="key")


def _figure(place: int, bank: BankPressure, view: EpisodeView) -> str:
    top = _top(bank)
    height = round(min(150.0, max(46.0, 7.5 * top)))
    instructions = len(bank.live)
    drawing = element(
        "svg",
        element("title", escape(f"{bank.names[0]}: {_told(bank)}")),
        _loops(view.blocks, top),
        _curve(bank, top),
        viewBox=f"0 0 {instructions} {top}",
        preserveAspectRatio="none",
        role="img",
    )
    cursor = element("i", class_="cursor")
    style = f"height:{height}px"
    plot = element("div", drawing, *_levels(bank, top, height), cursor, class_="plot", style=style, data_bank=place)
    return element("figure", element("figcaption", _caption(bank)), plot)


def _top(bank: BankPressure) -> int:
    """The scale's end: room for the number of registers unless the function comes nowhere near it."""
    registers = bank.registers or 0
    highest = max(bank.peak, registers if 3 * bank.peak >= registers else 0)
    return highest + max(1, highest // 12)


def _told(bank: BankPressure) -> str:
    words = f"at most {bank.peak:,} live"
    if bank.registers is not None:
        words += f", {counted(bank.registers, 'register')}"
    if over := bank.instructions_over:
        words += f": too few at {over:,} of {counted(len(bank.live), 'instruction')}"
    return words


def _caption(bank: BankPressure) -> str:
    others = bank.names[1:]
    named = f" with {', '.join(others[:3])}" if others else ""
    more = f" and {len(others) - 3} more" if len(others) > 3 else ""
    return (
        element("b", escape(bank.names[0]), class_="mono")
        + element("span", escape(named + more), class_="note")
        + element("span", escape(_told(bank)), class_="lost over" if bank.instructions_over else "note")
    )


def _loops(blocks: tuple[Block, ...], top: int) -> str:
    """A shade where there are loops, deeper ones darker; neighbours of one depth are one."""
    shades = []
    filled = [block for block in blocks if block.last > block.first]
    for depth, run in groupby(filled, key=lambda block: min(block.loop_depth, DEEPEST)):
        own = list(run)
        if depth:
            width = own[-1].last - own[0].first
            shades.append(element("rect", x=own[0].first, y=0, width=width, height=top, class_=f"d{depth}"))
    return "".join(shades)


def _curve(bank: BankPressure, top: int) -> str:
    starts, highest = _steps(bank.live)
    limit = bank.peak if bank.registers is None else bank.registers
    below = _area(starts, np.zeros_like(highest), np.minimum(highest, limit), top)
    parts = [element("path", d=below, class_="p0")]
    if bank.instructions_over:
        above = _area(starts, np.full_like(highest, limit), np.maximum(highest, limit), top)
        parts.append(element("path", d=above, class_="p1"))
    return "".join(parts)


def _steps(live: tuple[int, ...]) -> tuple[list[int], np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """(steps + 1) borders of the steps, and (steps,) int64 the highest pressure in each."""
    every = -(-len(live) // STEPS)
    starts = list(range(0, len(live), every))
    return [*starts, len(live)], np.maximum.reduceat(np.array(live, np.int64), starts)


def _area(
    starts: list[int],
    floor: np.ndarray[tuple[int], np.dtype[np.int64]],
    ceiling: np.ndarray[tuple[int], np.dtype[np.int64]],
    top: int,
) -> str:
    """A path around what lies between two stairs, those without a height left out."""
    parts = []
    ends = starts[1:]
    for is_filled, run in groupby(range(len(ends)), key=lambda i: bool(ceiling[i] > floor[i])):
        own = list(run)
        if is_filled:
            there = "".join(f"V{top - ceiling[i]}H{ends[i]}" for i in own)
            back = f"V{top - floor[own[0]]}" if len(set(floor[own].tolist())) == 1 else ""
            parts.append(f"M{starts[own[0]]} {top - floor[own[0]]}{there}{back}z")
    return "".join(parts)


def _levels(bank: BankPressure, top: int, height: int) -> list[str]:
    """Labelled lines at the number of registers and at the peak, none so near another that the labels touch."""
    drawn: list[int] = []
    lines = []
    for level, style in ((bank.registers, "y limit"), (bank.peak, "y"), (0, "y zero")):
        if level is None or level > top or any(abs(level - other) / top * height < _NEAR for other in drawn):
            continue
        drawn.append(level)
        place = f"top:{100 * (top - level) / top:.2f}%"
        lines.append(element("span", element("span", f"{level:,}"), class_=style, style=place))
    return lines


def _axis(instructions: int) -> str:
    """Round numbers of instructions; every other one is left out on a narrow screen."""
    scales = (factor * 10**power for power in range(9) for factor in (1, 2, 5))
    every = next(step for step in scales if instructions / step <= _TICKS)
    ticks = (
        element(
            "span",
            f"{i:,}",
            style=f"left:{100 * (i + 0.5) / instructions:.2f}%",
            class_="wide" if place % 2 else "first" if not i else None,
        )
        for place, i in enumerate(range(0, instructions, every))
    )
    return element("div", *ticks, class_="axis") + element("p", "instruction", class_="note axis-name")
