"""Registers that something fixed holds, position by position.

Fixed ranges and the masks of calls. A range that holds the same value as a node, by a copy, is no obstacle to it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from rl4real_data.reading.episode import Episode

Bools = npt.NDArray[np.bool_]


class Obstacles:
    """Of one function, for the registers that its nodes may have."""

    def __init__(self, episode: Episode, registers: frozenset[int]) -> None:
        self._size: Final = 2 * episode.n_instructions + 2
        self._fixed: Final = episode.fixed_ranges()
        self._clobbered: Final = self._masks(episode, registers)
        self._taken: Final = {register: self._held(-1, register) for register in sorted(registers)}
        self._of_copies: dict[tuple[int, int], Bools] = {}

    def taken(self, register: int) -> Bools:
        """(positions,) bool: where it is taken whatever the node."""
        return self._taken[register]

    def taken_from(self, node: int, register: int) -> Bools:
        """(positions,) bool: where the node may not have it."""
        if node not in self._fixed.copies:
            return self._taken[register]
        if (node, register) not in self._of_copies:
            self._of_copies[node, register] = self._held(node, register)
        return self._of_copies[node, register]

    def _masks(self, episode: Episode, registers: frozenset[int]) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {register: [] for register in registers}
        for position, preserved in episode.mask_positions():
            for register in registers - set(preserved.tolist()):
                found[register].append(position)
        return found

    def _held(self, node: int, register: int) -> Bools:
        taken = np.zeros(self._size, np.bool_)
        for first, last in self._fixed.held(node, register):
            taken[first:last] = True
        taken[self._clobbered[register]] = True
        return taken
