"""Splits of a live range behind one of its use points.

What lies behind the point, and can be reached through it alone, is the region: the rest of its block, and the blocks
that this one dominates strictly. The tail is what happens there, the head is the rest. A copy from head to tail lies
behind the point; one from tail to head at the end of each block of the region out of which the value leaves it. Head
and tail fall into pieces where nothing connects their values. The plugin's splitter has the same rule.
"""

from __future__ import annotations

import bisect
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple
from weakref import WeakKeyDictionary

from rl4real_data.allocation.code_graph import CodeGraph
from rl4real_data.allocation.live_pieces import Piece, Use, live_pieces
from rl4real_data.allocation.places import CodePlaces, Places
from rl4real_data.episodes.column_values import UseFlag

COPIED_FROM: Final = int(UseFlag.READ | UseFlag.COPY | UseFlag.FOLDABLE)
COPIED_TO: Final = int(UseFlag.WRITE | UseFlag.COPY | UseFlag.FOLDABLE)


class InsertedCopy(NamedTuple):
    """A copy between pieces of a `Split`, by their index there."""

    place: int
    block: int
    source: int
    target: int


@dataclass(frozen=True, slots=True)
class Split:
    """`pieces`: the head's that begins first, the tail's that begins first, then the other ones of head and tail."""

    pieces: tuple[Piece, ...]
    copies: tuple[InsertedCopy, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitRule:
    """Where the live ranges of one function may be split.

    `pads`: its landing pads and the targets of inline assembly. A block that leads to one is left in its middle, where
    no copy can be placed.
    """

    graph: CodeGraph
    pads: frozenset[int]
    _found: WeakKeyDictionary[Piece, Mapping[int, int]] = field(
        default_factory=WeakKeyDictionary, init=False, repr=False, compare=False
    )

    def points(self, piece: Piece) -> Mapping[int, int]:
        """The use points behind which the piece can be split, each with `most_pieces`; found once for a piece."""
        if piece not in self._found:
            allowed = [point for point, is_allowed in enumerate(self.allowed_points(piece)) if is_allowed]
            self._found[piece] = {point: self.most_pieces(piece, point) for point in allowed}
        return self._found[piece]

    def allowed_points(self, piece: Piece) -> list[bool]:
        """For each use point: whether the piece can be split behind it."""
        uses = piece.uses
        writes_at_end = any(use.flags & UseFlag.TERMINATOR and use.flags & UseFlag.WRITE for use in uses)
        if writes_at_end:
            return [False] * len(uses)
        return [self._is_allowed(piece, point) for point in range(len(uses))]

    def _is_allowed(self, piece: Piece, point: int) -> bool:
        at = piece.uses[point]
        if point + 1 == len(piece.uses) or at.flags & UseFlag.TERMINATOR:
            return False
        if not is_live_at(piece.ranges, at.place + 2):
            return False
        return any(self._is_inside(use, at) for use in piece.uses) and not self._meets_pad(piece, at)

    def _meets_pad(self, piece: Piece, at: Use) -> bool:
        """Whether the value goes on into a landing pad of the point's block, or out of the region through one."""
        graph, live = self.graph, [pad for pad in self.pads if is_live_at(piece.ranges, self.graph.start[pad])]
        if any(pad in graph.successors[at.block] for pad in live):
            return True
        leaving = [pad for pad in live if not graph.strictly_dominates(at.block, pad)]
        exits = self._exits(piece, at) if leaving else ()
        return any(pad in graph.successors[block] for block in exits for pad in leaving)

    def _is_inside(self, use: Use, at: Use) -> bool:
        if use.block == at.block:
            return use.place > at.place
        return self.graph.strictly_dominates(at.block, use.block)

    def most_pieces(self, piece: Piece, point: int) -> int:
        """No split behind the point makes more pieces: each has a value that something gives."""
        return sum(use.gives for use in piece.uses) + 1 + len(self._exits(piece, piece.uses[point]))

    def split(self, piece: Piece, point: int, places: CodePlaces) -> Split:
        """Splits behind a use point that is allowed. ValueError where no copy can be placed any more."""
        at = piece.uses[point]
        sides: tuple[list[Use], list[Use]] = ([], [])
        for use in piece.uses:
            sides[self._is_inside(use, at)].append(use)
        copies = [(places.behind(at.place), at.block, 0)]
        copies += [(places.before(self.graph.exit[block]), block, 1) for block in self._exits(piece, at)]
        for place, block, source in copies:
            sides[source].append(Use(place, block, True, False, False, COPIED_FROM))
            sides[1 - source].append(Use(place, block, False, True, False, COPIED_TO))
        head, tail = (live_pieces(sorted(side), self.graph) for side in sides)
        pieces = (*head[:1], *tail[:1], *head[1:], *tail[1:])
        owner = {(use.place, use.gives): index for index, one in enumerate(pieces) for use in one.uses}
        inserted = (
            InsertedCopy(place, block, owner[(place, False)], owner[(place, True)]) for place, block, _ in copies
        )
        return Split(pieces, tuple(inserted))

    def _exits(self, piece: Piece, at: Use) -> list[int]:
        """The blocks of the region at whose end the value goes on to a block outside of it."""
        ranges, graph = piece.ranges, self.graph
        region = sorted((at.block, *graph.dominated_by(at.block)))
        return [
            block
            for block in region
            if is_live_at(ranges, graph.end[block] - 1)
            and any(
                not graph.strictly_dominates(at.block, after) and is_live_at(ranges, graph.start[after])
                for after in graph.successors[block]
            )
        ]


def is_live_at(ranges: Places, place: int) -> bool:
    """Whether one of the ranges holds the place."""
    row = bisect.bisect_right(ranges[:, 0], place) - 1
    return row >= 0 and place < int(ranges[row, 1])
