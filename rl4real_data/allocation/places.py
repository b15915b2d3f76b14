"""Places in a function's code, with room for copies between any two instructions.

Instruction i lies at place i << ROOM. A register that it reads last ends right behind it (place + 1), one that it
writes begins there, or at the place itself where it is written early, and one that it writes in vain ends at place + 2.
Copies get places halfway between two others, so that what was computed of other registers stays as it is.
"""

from __future__ import annotations

import bisect
from typing import Any, Final

import numpy as np
import numpy.typing as npt

ROOM: Final = 40
_STEP: Final = 4
"""Places are multiples of it: what lies between two is behind the first."""

Places = npt.NDArray[np.int64]


def places_of(firsts: npt.NDArray[Any]) -> Places:
    """The places of positions (see `rl4real_data.episodes.problem_columns`) at which something begins."""
    position = np.asarray(firsts, np.int64)
    found: Places = (position // 2 << ROOM) + position % 2
    return found


def ends_of(lasts: npt.NDArray[Any], block_ends: npt.NDArray[Any]) -> Places:
    """The places of positions at which something ends; `block_ends`: the index behind each block's last instruction.

    An even position is the end of a block, or of what an instruction writes in vain: at a block's last instruction the
    two look the same, and count as the block's end.
    """
    position = np.asarray(lasts, np.int64)
    is_vain = (position % 2 == 0) & ~np.isin(position // 2, block_ends)
    return np.where(is_vain, (position // 2 - 1 << ROOM) + 2, places_of(position))


class CodePlaces:
    """The places of a function's instructions and of the copies that were inserted between them."""

    def __init__(self) -> None:
        self._inserted: Final[list[int]] = []

    def behind(self, place: int) -> int:
        """A new place right behind the instruction at `place`; ValueError if there is no room left."""
        return self._insert(place, self.next(place))

    def before(self, place: int) -> int:
        """A new place right in front of `place`, where an instruction or a block's end is; ValueError likewise."""
        at = bisect.bisect_left(self._inserted, place)
        previous = place - (1 << ROOM)
        return self._insert(max(previous, self._inserted[at - 1]) if at else previous, place)

    def next(self, place: int) -> int:
        """The place of the next instruction."""
        at = bisect.bisect_right(self._inserted, place)
        own = (place >> ROOM) + 1 << ROOM
        return min(own, self._inserted[at]) if at < len(self._inserted) else own

    def _insert(self, low: int, high: int) -> int:
        place = (low + high) // 2 // _STEP * _STEP
        if place <= low:
            raise ValueError("no room for another copy at this place")
        bisect.insort(self._inserted, place)
        return place
