"""Registers for what a model put into groups of like ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

_MOST_STEPS: Final = 20_000
"""Of the search for a colouring; of 490 functions of at most 25 nodes none took 500."""


class Webs:
    """Things of which some are to have one colour: a web is what such ties hold together."""

    def __init__(self, things: Iterable[int], ties: Iterable[tuple[int, int]]) -> None:
        self._root: Final = {thing: thing for thing in sorted(things)}
        for one, other in ties:
            if one in self._root and other in self._root:
                low, high = sorted((self._find(one), self._find(other)))
                self._root[high] = low

    def _find(self, one: int) -> int:
        while self._root[one] != one:
            one = self._root[one]
        return one

    def coloured(self, conflicts: Iterable[tuple[int, int]], room_of: Callable[[int], int]) -> dict[int, int] | None:
        """Thing -> colour, below the room of its web's first thing; things in conflict have others. None: not found."""
        webs = {root: number for number, root in enumerate(sorted({self._find(one) for one in self._root}))}
        own = {one: webs[self._find(one)] for one in self._root}
        pairs = sorted({tuple(sorted((own[one], own[other]))) for one, other in conflicts})
        found = colour(len(webs), pairs, [range(room_of(root)) for root in webs])  # type: ignore[arg-type] # of two
        return None if found is None else {one: found[web] for one, web in own.items()}


def colour(count: int, conflicts: Iterable[tuple[int, int]], colours: Sequence[Sequence[int]]) -> list[int] | None:
    """A colour for each of `count` things, of its own list, no two that conflict the same; None if none was found.

    The one with the fewest colours left comes first, then the one with the most conflicts (Brélaz).
    """
    near: dict[int, set[int]] = defaultdict(set)
    for one, other in conflicts:
        if one == other:
            return None
        near[one].add(other)
        near[other].add(one)
    search = _Search(near, colours)
    return search.found(count)


class _Search:
    def __init__(self, near: Mapping[int, set[int]], colours: Sequence[Sequence[int]]) -> None:
        self._near, self._colours = near, colours
        self._given: dict[int, int] = {}
        self._steps = 0

    def found(self, count: int) -> list[int] | None:
        return [self._given[one] for one in range(count)] if self._go_on(count) else None

    def _left(self, one: int) -> list[int]:
        taken = {self._given[other] for other in self._near.get(one, ()) if other in self._given}
        return [colour for colour in self._colours[one] if colour not in taken]

    def _go_on(self, count: int) -> bool:
        """Depth first, without recursion: a stack of what is coloured and the colours that are still to be tried."""
        stack: list[tuple[int, list[int]]] = []
        while True:
            if len(self._given) == count:
                return True
            open_ones = [one for one in range(count) if one not in self._given]
            left = {one: self._left(one) for one in open_ones}
            best = min(open_ones, key=lambda one: (len(left[one]), -len(self._near.get(one, ())), one))
            stack.append((best, left[best]))
            while stack and not stack[-1][1]:
                one, _ = stack.pop()
                self._given.pop(one, None)
            self._steps += 1
            if not stack or self._steps > _MOST_STEPS:
                return False
            one, rest = stack[-1]
            self._given[one] = rest.pop(0)
