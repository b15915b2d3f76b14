"""The live range of one register, and the pieces into which it falls.

What `live_positions` computes of all nodes at once, for a register that was just made by a split. Values that no
instruction and no block connects are pieces of their own: LLVM gives each a register.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from rl4real_data.allocation.code_graph import CodeGraph
from rl4real_data.allocation.places import Places


class Use(NamedTuple):
    """What one instruction does with a register.

    `needs`: it reads the value before it. `gives`: it writes a new one, at its place if that is `early`. `flags`: the
    bits of `UseFlag`.
    """

    place: int
    block: int
    needs: bool
    gives: bool
    early: bool
    flags: int


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Piece:
    """A register's uses, in the order of the code, and its live ranges: (k, 2) int64 places, [first, last), ascending,
    none touching the next. `segments`: the same, cut where one value ends and another begins.
    """

    uses: tuple[Use, ...]
    ranges: Places
    segments: Places


def live_pieces(uses: Sequence[Use], graph: CodeGraph) -> list[Piece]:
    """The pieces of a register that has these uses, in the order of the code; the first one that begins comes first."""
    values = _Values()
    by_block = _by_block(uses)
    live_in, live_out = _live_at_borders(by_block, graph)
    at_end: dict[int, int] = {}
    at_start = {block: values.new() for block in live_in}
    segments: list[tuple[int, int, int]] = []
    owner: dict[int, int] = {}
    for block in sorted(live_in | set(by_block)):
        segments += _segments(block, by_block.get(block, ()), graph, values, at_start, at_end, live_out, owner)
    same = _same_values(at_start, at_end, graph)
    for block, value in at_start.items():
        for before in graph.predecessors[block]:
            if before in at_end:
                values.join(value, at_end[before])
    return _pieces(uses, segments, owner, values, same)


def _same_values(at_start: dict[int, int], at_end: dict[int, int], graph: CodeGraph) -> dict[int, int]:
    """Which value is at the start of a block: that of the blocks in front of it, or its own where they differ."""
    same = {value: value for value in (*at_start.values(), *at_end.values())}

    def origin(value: int) -> int:
        while same[value] != value:
            value = same[value]
        return value

    is_changed = True
    while is_changed:
        is_changed = False
        for block, value in at_start.items():
            if same[value] == value:
                coming = {origin(at_end[one]) for one in graph.predecessors[block] if one in at_end} - {value}
                if len(coming) == 1:
                    same[value], is_changed = coming.pop(), True
    return {value: origin(value) for value in same}


def _by_block(uses: Sequence[Use]) -> dict[int, list[Use]]:
    found: dict[int, list[Use]] = defaultdict(list)
    for use in uses:
        found[use.block].append(use)
    return dict(found)


def _live_at_borders(by_block: dict[int, list[Use]], graph: CodeGraph) -> tuple[set[int], set[int]]:
    """Blocks into which, and out of which, the register is live: somebody reads it behind, a definition reaches it."""
    gives = {block for block, uses in by_block.items() if any(use.gives for use in uses)}
    wanted: set[int] = set()
    stack = [block for block, uses in by_block.items() if _is_exposed(uses)]
    while stack:
        block = stack.pop()
        if block not in wanted:
            wanted.add(block)
            stack += [before for before in graph.predecessors[block] if before not in gives]
    reached: set[int] = set()
    stack = [after for block in gives for after in graph.successors[block] if after in wanted]
    while stack:
        block = stack.pop()
        if block not in reached:
            reached.add(block)
            stack += [after for after in graph.successors[block] if after in wanted]
    out = {before for block in reached for before in graph.predecessors[block] if before in gives or before in reached}
    return reached, out


def _is_exposed(uses: Sequence[Use]) -> bool:
    for use in uses:
        if use.needs:
            return True
        if use.gives:
            return False
    return False


class _Values:
    """Values of a register, joined where one flows into another."""

    def __init__(self) -> None:
        self._parent: list[int] = []

    def new(self) -> int:
        self._parent.append(len(self._parent))
        return self._parent[-1]

    def root(self, value: int) -> int:
        while self._parent[value] != value:
            value = self._parent[value]
        return value

    def join(self, one: int, other: int) -> None:
        low, high = sorted((self.root(one), self.root(other)))
        self._parent[high] = low


def _segments(
    block: int,
    uses: Sequence[Use],
    graph: CodeGraph,
    values: _Values,
    at_start: dict[int, int],
    at_end: dict[int, int],
    live_out: set[int],
    owner: dict[int, int],
) -> list[tuple[int, int, int]]:
    """(value, first, last) of what one block holds; `owner` gets the value of each use."""
    found: list[tuple[int, int, int]] = []
    value, begin = at_start.get(block), graph.start[block]
    for use in uses:
        if use.needs and value is not None:
            found.append((value, begin, use.place + 1))
            owner[use.place] = value
        if use.gives:
            new = values.new()
            if use.needs and value is not None:
                values.join(value, new)
            value, begin = new, use.place + (not use.early)
            found.append((value, begin, use.place + 2))
            owner[use.place] = value
    if block in live_out and value is not None:
        found.append((value, begin, graph.end[block]))
        at_end[block] = value
    return found


def _pieces(
    uses: Sequence[Use],
    segments: list[tuple[int, int, int]],
    owner: dict[int, int],
    values: _Values,
    same: dict[int, int],
) -> list[Piece]:
    ranges: dict[int, list[list[int]]] = {}
    cut: dict[int, dict[int, list[list[int]]]] = {}
    for value, first, last in sorted(segments, key=lambda one: one[1:]):
        root = values.root(value)
        _extend(ranges.setdefault(root, []), first, last)
        _extend(cut.setdefault(root, {}).setdefault(same.get(value, value), []), first, last)
    if not ranges:  # only read, as undef
        return [Piece(tuple(uses), np.empty((0, 2), np.int64), np.empty((0, 2), np.int64))]
    roots = list(ranges)  # in the order in which each begins
    held: dict[int, list[Use]] = {root: [] for root in roots}
    for use in uses:
        root = values.root(owner[use.place]) if use.place in owner else roots[0]
        held[root].append(use)
    return [
        Piece(
            tuple(held[root]),
            np.array(ranges[root], np.int64),
            np.array(sorted(row for own in cut[root].values() for row in own), np.int64),
        )
        for root in roots
    ]


def _extend(ranges: list[list[int]], first: int, last: int) -> None:
    if ranges and first <= ranges[-1][1]:
        ranges[-1][1] = max(ranges[-1][1], last)
    else:
        ranges.append([first, last])
