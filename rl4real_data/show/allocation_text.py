"""The picture of an allocation as text.

A letter a register, in the columns of the live ranges.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from string import ascii_letters
from typing import Final

from rl4real_data.core.counted import counted
from rl4real_data.core.shown_text import shown
from rl4real_data.show.allocation_chart import describe_move
from rl4real_data.show.allocation_view import Part
from rl4real_data.show.view import EpisodeView, Node

_SLOT: Final = "#"
_ANEW: Final = "~"
_OTHER: Final = "?"
SHOWN_MOVES: Final = 40


def allocation_lines(
    view: EpisodeView, rows: Iterable[Node], columns: int, width: int, *, like: EpisodeView | None = None
) -> list[str]:
    """A line a node: a register's letter where it lies in one; nothing where the episode tells no parts.

    Registers have the letters that they have in the picture of `like`.
    """
    if not view.instructions or any(node.parts is None for node in view.nodes):
        return []
    letters = _letters(view if like is None else like, view)
    instructions = view.instructions

    def column(position: int) -> int:
        return min(position // 2 * columns // instructions, columns - 1)

    lines = ["allocation", *_key(letters, view, width)]
    for node in rows:
        words = shown(" ".join((node.name, "+".join(word[:5] for word in node.fate))).strip())
        lines.append(f"{words[:16]:<16} {_bar(node, letters, column, columns)}".rstrip())
    return lines


def move_lines(view: EpisodeView, width: int) -> list[str]:
    """A line for each instruction that the allocator inserted."""
    moves = view.moves or ()
    if not moves:
        return []
    lines = [f"{counted(len(moves), 'inserted instruction')}, in front of"]
    for move in moves[:SHOWN_MOVES]:
        node = "" if move.node is None else view.nodes[move.node].name
        lines.append(shown(f"{move.at:>6} {node:<7} {describe_move(move)}")[:width])
    more = len(moves) - SHOWN_MOVES
    return lines + ([f"… and {more:,} more (--json lists all)"] if more > 0 else [])


def _letters(*views: EpisodeView) -> Mapping[str, str]:
    nodes = [node for view in views for node in view.nodes]
    places = dict.fromkeys(part.place for node in nodes for part in node.parts or () if part.unit is not None)
    return {place: ascii_letters[i] if i < len(ascii_letters) else _OTHER for i, place in enumerate(places)}


def _key(letters: Mapping[str, str], view: EpisodeView, width: int) -> list[str]:
    parts = [part for node in view.nodes for part in node.parts or ()]
    own = {part.place: letters[part.place] for part in parts if part.unit is not None}
    entries = [f"{letter} {place}" for place, letter in letters.items() if letter != _OTHER and place in own]
    entries += [f"{_OTHER} another register"] * (_OTHER in own.values())
    entries += [f"{_SLOT} spill slot"] * any(part.is_slot for part in parts)
    entries += [f"{_ANEW} computed anew"] * any(part.unit is None and not part.is_slot for part in parts)
    lines, line = [], ""
    for entry in map(shown, entries):
        if line and len(line) + 2 + len(entry) > width:
            lines.append(line)
            line = ""
        line = f"{line}  {entry}" if line else entry
    return lines + ([line] if line else [])


def _bar(node: Node, letters: Mapping[str, str], column: Callable[[int], int], columns: int) -> str:
    """The place with most of a column is hard to tell in halves: a register goes before a slot, that before nowhere."""
    line = [" "] * columns
    for part in sorted(node.parts or (), key=lambda part: (part.unit is not None, part.is_slot)):
        for place in range(column(part.first), column(max(part.first, part.last - 1)) + 1):
            line[place] = _letter(part, letters)
    return "".join(line)


def _letter(part: Part, letters: Mapping[str, str]) -> str:
    return _SLOT if part.is_slot else _ANEW if part.unit is None else letters[part.place]
