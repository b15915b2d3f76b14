"""An episode as text for a terminal of 80 columns."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

from rl4real_data.core.counted import noun
from rl4real_data.core.shown_text import shown
from rl4real_data.show.allocation_text import allocation_lines, move_lines
from rl4real_data.show.label_text import label_lines
from rl4real_data.show.view import EpisodeView, Node

WIDTH: Final = 80
SHOWN_NODES: Final = 200
_ABSENT: Final = "-"
_BAR: Final = 58


def render_episode_text(view: EpisodeView) -> str:
    """Lines of at most 80 columns, without a line break at the end."""
    best = [] if view.best is None else _allocation(view.best, like=view)
    sections = [
        *(_head(view), label_lines(view.labels, WIDTH), _table(view), _live(view), _allocation(view)),
        [f"{best[0]} of the best label", *best[1:]] if best else [],
        move_lines(view, WIDTH),
    ]
    return "\n\n".join("\n".join(lines) for lines in sections if lines)


def clip(text: str, width: int) -> str:
    """What is too long keeps its beginning."""
    return text if len(text) <= width else text[: width - 1] + "…"


def figure(value: float | None) -> str:
    """A count and what is large as a whole number, anything else with four digits."""
    if value is None:
        return _ABSENT
    if math.isinf(value):
        return "inf"
    whole = isinstance(value, int) or abs(value) >= 1000
    return f"{value:,.0f}" if whole else f"{value:.4g}"


def _many(value: float | None, thing: str) -> str:
    return f"{figure(value)} {noun(value, thing)}"


def _head(view: EpisodeView) -> list[str]:
    facts, costs = view.facts, view.costs
    outcomes = ", ".join(f"{count:,} {name}" for name, count in view.outcomes.items())
    folded = f"{figure(costs['folded_spills'])} and {figure(costs['folded_reloads'])}"
    lines = [
        ("function", str(facts["function"])),
        ("module", f"{facts['corpus']}/{facts['module']} ({view.split}, {facts['license'] or 'licence unknown'})"),
        ("episode_id", str(facts["episode_id"])),
        ("for", view.compiler),
        (
            "size",
            f"{_many(len(view.nodes), 'node')}, {_many(len(view.edges), 'interference')}, "
            f"{_many(view.instructions, 'instruction')}, {_many(len(view.blocks) or None, 'block')}",
        ),
        ("outcomes", outcomes),
        (
            "spilling",
            f"{_many(costs['spills'], 'spill')}, {_many(costs['reloads'], 'reload')}, folded {folded}; "
            f"cost {figure(costs['spill_cost'])}",
        ),
        ("copies", f"{figure(costs['copies'])}; cost {figure(costs['copy_cost'])}"),
        *_kinds(view),
    ]
    return [clip(f"{name:<11} {shown(value)}", WIDTH) for name, value in lines]


def _kinds(view: EpisodeView) -> list[tuple[str, str]]:
    """Costs by kind, those of nothing left out, as many lines as they need; and the score."""
    told = [f"{kind} {figure(cost.cost)}" for kind, cost in view.kinds.items() if cost.count]
    lines = [", ".join(told[i : i + 2]) for i in range(0, len(told), 2)]
    named = [("cost of" if i == 0 else "", line) for i, line in enumerate(lines)]
    return named + ([] if view.score is None else [("score", figure(view.score))])


def _table(view: EpisodeView) -> list[str]:
    header = ("node", "class", "weight", "size", "uses", "degree", "hint", "taken", "outcome", "register")
    rows = [_cells(node) for node in view.nodes[:SHOWN_NODES]]
    lines = _columns(header, rows, (7, 13, 9, 6, 5, 6, 6, 5, 8, 8))
    return lines + _more(view)


def _cells(node: Node) -> tuple[str, ...]:
    return (
        node.name,
        node.class_name,
        figure(node.spill_weight),
        figure(node.size),
        figure(node.use_count),
        str(node.degree),
        _ABSENT if not node.hints else node.hints[0] + ("…" if len(node.hints) > 1 else ""),
        _ABSENT if node.forbidden is None else str(len(node.forbidden)),
        node.outcome,
        node.register or _ABSENT,
    )


def _columns(header: Sequence[str], rows: Iterable[Sequence[str]], widest: Sequence[int]) -> list[str]:
    """Columns as wide as they need to be, at most `widest`; numbers to the right."""
    cells = [[clip(shown(cell), width) for cell, width in zip(row, widest, strict=True)] for row in (header, *rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    to_the_right = {"weight", "size", "uses", "degree", "taken"}
    lines = []
    for row in cells:
        parts = (
            f"{cell:>{width}}" if name in to_the_right else f"{cell:<{width}}"
            for name, cell, width in zip(header, row, widths, strict=True)
        )
        lines.append(" ".join(parts).rstrip())
    return lines


def _more(view: EpisodeView) -> list[str]:
    more = len(view.nodes) - SHOWN_NODES
    return [f"… and {more:,} more (--html and --json show all)"] if more > 0 else []


def _live(view: EpisodeView) -> list[str]:
    """A line a node: `=` where it is live, `o` at use points; above it the blocks with their loop depths."""
    if not view.instructions or any(node.live is None for node in view.nodes):
        return []
    columns = min(_BAR, view.instructions)
    place = _Places(view.instructions, columns)
    every = view.instructions / columns
    title = "live ranges" + (f" (a column is {every:.1f} instructions)" if every > 1 else "")
    nodes = [view.nodes[i] for i in view.in_program_order[:SHOWN_NODES]]
    lines = [title, f"{'loop depth':<16} {_depths(view, place)}"]
    for node in nodes:
        words = clip(shown(f"{node.name} {node.register or node.outcome}"), 16)
        lines.append(f"{words:<16} {_bar(node, place)}".rstrip())
    return lines + _more(view)


def _allocation(view: EpisodeView, *, like: EpisodeView | None = None) -> list[str]:
    nodes = [view.nodes[i] for i in view.in_program_order[:SHOWN_NODES]]
    lines = allocation_lines(view, nodes, min(_BAR, view.instructions or 0), WIDTH, like=like)
    return lines + _more(view) if lines else []


class _Places:
    """From instructions to columns of text."""

    def __init__(self, instructions: int, columns: int) -> None:
        self._instructions = instructions
        self.columns = columns

    def column(self, instruction: int) -> int:
        return min(instruction * self.columns // self._instructions, self.columns - 1)


def _depths(view: EpisodeView, place: _Places) -> str:
    line = [" "] * place.columns
    for block in view.blocks:
        for column in range(place.column(block.first), place.column(max(block.first, block.last - 1)) + 1):
            deepest = max(block.loop_depth, int(line[column]) if line[column].isdigit() else 0)
            line[column] = str(min(deepest, 9)) if deepest else "."
    return "".join(line)


def _bar(node: Node, place: _Places) -> str:
    line = [" "] * place.columns
    for first, last in node.live or ():
        for column in range(place.column(first), place.column(max(first, last - 1)) + 1):
            line[column] = "="
    for instruction in node.uses or ():
        line[place.column(instruction)] = "o"
    return "".join(line)
