"""Fixed registers and the masks of calls, which are held against a live range anywhere in a function."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from rl4real_data.allocation.live_pieces import Piece
from rl4real_data.allocation.places import ROOM, PlaceMap, Places
from rl4real_data.allocation.register_file import Bools, RegisterFile
from rl4real_data.reading.episode import Episode
from rl4real_data.reading.fixed_ranges import FixedRanges, RegisterCopy


class FixedPlaces:
    """Of one function. A fixed range that holds the same value as a piece, by a copy, is no obstacle to it."""

    def __init__(self, episode: Episode, registers: RegisterFile) -> None:
        self._registers = registers
        self._fixed: Final[FixedRanges] = episode.fixed_ranges(())
        self._copies = episode.register_copies()
        self._map = PlaceMap(episode.block_start, episode.n_instructions)
        units = [(unit, *one) for unit, own in self._fixed.ranges.items() for one in own]
        table = np.array(units, np.int64).reshape(-1, 3)
        is_used = table[:, 0] < registers.units.shape[1]  # no register that may be given out has the other units
        table = table[is_used]
        self._unit = table[:, 0]
        self._first, self._last = self._map.firsts(table[:, 1]), self._map.lasts(table[:, 2])
        masks = list(episode.mask_positions())
        self._mask_place = self._map.firsts(np.array([place for place, _ in masks], np.int64))
        self._clobbers = np.array([~np.isin(registers.reg_ids, kept) for _, kept in masks], np.bool_)

    def copies_of(self, node: int) -> Sequence[RegisterCopy]:
        """The copies between a node and registers."""
        return self._copies.get(node, ())

    def free_for(self, piece: Piece, members: Bools, copies: Sequence[RegisterCopy]) -> Bools:
        """(R,) bool: those of `members` that nothing fixed holds anywhere in the piece's life.

        `copies`: those between the whole node and registers; the piece has the ones at its own use points.
        """
        free: Bools = members & ~self._clobbered(piece.ranges)
        is_hit = _overlaps(self._first, self._last, piece.ranges)
        taken = free & self._registers.units[:, np.unique(self._unit[is_hit])].any(axis=1)
        free &= ~taken
        held_at = {use.place for use in piece.uses}
        own = [copy for copy in copies if copy.inst << ROOM in held_at]
        if own:
            for column in np.flatnonzero(taken).tolist():
                free[column] = not self._is_held(piece, own, int(self._registers.reg_ids[column]))
        return free

    def is_over_call(self, ranges: Places) -> bool:
        """Whether something lives where a mask clobbers registers."""
        return bool(_overlaps(self._mask_place, self._mask_place + 1, ranges).any())

    def _clobbered(self, ranges: Places) -> Bools:
        if not len(self._mask_place):
            return np.zeros(self._registers.size, np.bool_)
        is_hit = _overlaps(self._mask_place, self._mask_place + 1, ranges)
        return np.asarray(self._clobbers[is_hit].any(axis=0), np.bool_)

    def _is_held(self, piece: Piece, copies: Sequence[RegisterCopy], register: int) -> bool:
        begins = {int(first) for first in piece.ranges[:, 0]} | {use.place + 1 for use in piece.uses if use.gives}
        fixed = FixedRanges(
            units=self._fixed.units,
            subregisters=self._fixed.subregisters,
            ranges=self._fixed.ranges,
            copies={0: copies},
            begins={0: np.array(sorted(map(_position_of, begins)), np.int64)},
        )
        held = np.array(list(fixed.held(0, register)), np.int64).reshape(-1, 2)
        return bool(_overlaps(self._map.firsts(held[:, 0]), self._map.lasts(held[:, 1]), piece.ranges).any())


def _position_of(place: int) -> int:
    """The position at which what begins at a place is first seen: behind an inserted copy, in front of what follows."""
    inst, offset = place >> ROOM, place % (1 << ROOM)
    return 2 * inst + min(offset, 2)  # 2: also a border, and a copy, in front of the next instruction


def _overlaps(first: Places, last: Places, ranges: Places) -> Bools:
    """(k,) bool: which of the k ranges [first, last) overlap one of `ranges`."""
    return np.asarray(((first[:, None] < ranges[:, 1]) & (last[:, None] > ranges[:, 0])).any(axis=1), np.bool_)
