"""The ranges at which fixed registers are held against a node.

A fixed range that begins with a copy of the node into the very register that is asked for holds the same value, and so
does one out of which the node was copied: LLVM does not count these as interference until one of both is written anew
(`LiveRange::overlaps` with a `CoalescerPair`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class RegisterCopy:
    """A copy between a node and a register at instruction `inst`; `subreg` is the node's index, 0 for all of it."""

    inst: int
    register: int
    subreg: int
    is_into_register: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedRanges:
    """Of one function. `units`, `subregisters`: as in the register table.

    `ranges`: unit -> first and last of each range. `copies`: node -> its copies from and to registers. `begins`: of the
    nodes with such copies, node -> the positions at which a value of it begins, ascending.
    """

    units: Mapping[int, npt.NDArray[np.int16]]
    subregisters: Mapping[int, Mapping[int, int]]
    ranges: Mapping[int, Sequence[Range]]
    copies: Mapping[int, Sequence[RegisterCopy]]
    begins: Mapping[int, npt.NDArray[Any]]

    def held(self, node: int, register: int) -> Iterator[Range]:
        """The ranges of positions at which something fixed keeps the register from the node."""
        copies = [one for one in self.copies.get(node, ()) if self._is_same(one, register)]
        for unit in self.units[register].tolist():
            for first, last in self.ranges.get(unit, ()):
                yield from self._without_copies(node, first, last, copies)

    def _is_same(self, copy: RegisterCopy, register: int) -> bool:
        part = register if not copy.subreg else self.subregisters[register].get(copy.subreg)
        return part == copy.register

    def _without_copies(self, node: int, first: int, last: int, copies: Sequence[RegisterCopy]) -> Iterator[Range]:
        reached = first
        for copy in copies:
            at = 2 * copy.inst + 1
            if not (first == at if copy.is_into_register else first < at < last):
                continue
            later = self.begins[node][np.searchsorted(self.begins[node], at, side="right") :]
            until = min(last, int(later[0])) if len(later) else last
            if reached < at:
                yield reached, at
            reached = max(reached, until)
        if reached < last:
            yield reached, last
