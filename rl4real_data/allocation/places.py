"""Places in a function's code, with room for copies between any two instructions.

Instruction i lies at place i << ROOM, the border in front of a block half a step before its first instruction. A
register that an instruction reads last ends right behind it (place + 1), one that it writes begins there, or at the
place itself where it is written early, and one that it writes in vain ends at place + 2. Copies get places halfway
between two others, so that what was computed of other registers stays as it is.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

ROOM: Final = 40
_STEP: Final = 4
"""Places of instructions are multiples of it: what lies between two is behind the first."""

Places = npt.NDArray[np.int64]


def border_before(inst: int) -> int:
    """The place of the border in front of a block that begins with instruction `inst`."""
    return (inst << ROOM) - (1 << ROOM - 1)


def base_of(place: int) -> int:
    """The place of the instruction, or border, at which something begins or ends."""
    return place // _STEP * _STEP


class PlaceMap:
    """Positions of one function (see `rl4real_data.episodes.problem_columns`) as places.

    `block_start`: the first instruction of each block. An even position is that of a border at the start or end of a
    block. Elsewhere something is written early there, or ends that was written in vain; what the last instruction of a
    block writes in vain looks as if it lived to the block's end, and counts so.
    """

    def __init__(self, block_start: npt.NDArray[Any], n_instructions: int) -> None:
        self._starts: Final = np.asarray(block_start, np.int64)
        self._ends: Final = np.append(self._starts[1:], n_instructions)

    def firsts(self, positions: npt.NDArray[Any]) -> Places:
        """Of positions at which something begins."""
        return self._places(positions, self._starts)

    def lasts(self, positions: npt.NDArray[Any]) -> Places:
        """Of positions at which something ends."""
        position = np.asarray(positions, np.int64)
        is_vain = (position % 2 == 0) & ~np.isin(position // 2, self._ends)
        return np.where(is_vain, (position // 2 - 1 << ROOM) + 2, self._places(position, self._ends))

    @staticmethod
    def _places(positions: npt.NDArray[Any], borders: npt.NDArray[np.int64]) -> Places:
        position = np.asarray(positions, np.int64)
        is_border = (position % 2 == 0) & np.isin(position // 2, borders)
        found: Places = (position // 2 << ROOM) + position % 2 - is_border * (1 << ROOM - 1)
        return found


class CodePlaces:
    """The places of a function's instructions and of the copies that were inserted between them."""

    def __init__(self, borders: Iterable[int]) -> None:
        self._borders: Final = sorted(borders)
        self._inserted: Final[list[int]] = []

    def behind(self, place: int) -> int:
        """A new place right behind the instruction at `place`; ValueError if there is no room left."""
        at = bisect.bisect_right(self._borders, place)
        return self._insert(place, min([self.next(place), *self._borders[at : at + 1]]))

    def before(self, place: int) -> int:
        """A new place right in front of `place`, an instruction or a border; ValueError likewise."""
        low = place - 1 >> ROOM << ROOM
        for known in (self._borders, self._inserted):
            at = bisect.bisect_left(known, place)
            low = max([low, *known[max(0, at - 1) : at]])
        return self._insert(low, place)

    def next(self, place: int) -> int:
        """The place of the next instruction."""
        at = bisect.bisect_right(self._inserted, place)
        own = (place >> ROOM) + 1 << ROOM
        return min([own, *self._inserted[at : at + 1]])

    def _insert(self, low: int, high: int) -> int:
        place = base_of((low + high) // 2)
        if place <= low:
            raise ValueError("no room for another copy at this place")
        bisect.insort(self._inserted, place)
        return place
