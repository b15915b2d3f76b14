"""The use points of a node that is spilled.

LLVM's spiller computes a value anew where it is read, if its instruction can be repeated there: it is marked as
rematerializable, and what it reads has the same values there as where it was. What is left is read out of the slot, and
stored where it is written. A value that nobody needs any more is not written at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from rl4real_data.allocation.allocation import SPILLED
from rl4real_data.allocation.live_pieces import Use
from rl4real_data.allocation.node_values import Value
from rl4real_data.allocation.split_allocation import SPLIT, SplitAllocation
from rl4real_data.allocation.splitting import is_live_at
from rl4real_data.episodes.column_values import UseFlag, ValueFlag


@dataclass(frozen=True, slots=True)
class SpilledUses:
    """`anew`: place of a read -> kind of cost. `stored`: places of writes that go to the slot. `gone`: places of
    instructions whose only result nobody needs any more. `reloads`: blocks in which an instruction that was repeated
    reads the slot of a node that is spilled later.
    """

    anew: Mapping[int, str]
    stored: frozenset[int]
    gone: frozenset[int]
    reloads: tuple[int, ...]


@dataclass(slots=True)
class Spills:
    """The spilled nodes of an allocation, each looked at once. Nodes are spilled in their order, as the plugin does."""

    allocation: Final[SplitAllocation]
    _known: dict[int, SpilledUses] = field(default_factory=dict)
    _holders: dict[tuple[int, int], int] = field(default_factory=dict)

    def uses_of(self, node: int) -> SpilledUses:
        if node not in self._known:
            self._known[node] = self._look_at(node)
        return self._known[node]

    def is_in_slot(self, origin: int, place: int, block: int) -> bool:
        """Whether the value that is found at a place was stored where it was written."""
        value = self.allocation.problem.values.before(origin, place, block)
        holder = None if value is None else self._holder(origin, value.place)
        if value is None or holder is None or self.allocation.choice[holder] != SPILLED:
            return False
        return value.place in self.uses_of(holder).stored

    def _look_at(self, node: int) -> SpilledUses:
        live, values = self.allocation.nodes[node], self.allocation.problem.values
        anew: dict[int, str] = {}
        kept: list[Value] = []
        reloads: list[int] = []
        for use in live.piece.uses:
            value = values.before(live.origin, use.place, use.block) if use.needs else None
            if value is not None and self._can_be_repeated(node, value, use):
                anew[use.place] = "cheap_remats" if value.flags & ValueFlag.CHEAP else "dear_remats"
                reloads += [use.block] * sum(self._is_spilled(read, value.place) for read in value.reads)
            elif value is not None:
                kept.append(value)
        needed: set[Value] = set()
        while kept:
            value = kept.pop()
            if value not in needed:
                needed.add(value)
                kept += values.merged_into(live.origin, value)
        writes = [use for use in live.piece.uses if use.gives]
        stored = frozenset(use.place for use in writes if self._is_stored(live.origin, use, needed))
        gone = frozenset(use.place for use in writes if self._is_gone(live.origin, use, needed))
        return SpilledUses(anew, stored, gone, tuple(reloads))

    def _is_stored(self, origin: int, use: Use, needed: set[Value]) -> bool:
        values = self.allocation.problem.values
        written = values.written_at(origin, use.place, use.block)
        if written is None:  # the copy of a split
            return values.before(origin, use.place, use.block) in needed
        if (origin, use.place) in values.in_vain or written.flags & ValueFlag.IMPLICIT_DEF:
            return False
        return written in needed or not written.flags & ValueFlag.REMATERIALIZABLE

    def _is_gone(self, origin: int, use: Use, needed: set[Value]) -> bool:
        written = self.allocation.problem.values.written_at(origin, use.place, use.block)
        return written is not None and bool(written.flags & ValueFlag.REMATERIALIZABLE) and written not in needed

    def _is_spilled(self, origin: int, place: int) -> bool:
        holder = self._holder(origin, place)
        return holder is not None and bool(self.allocation.choice[holder] == SPILLED)

    def _can_be_repeated(self, node: int, value: Value, use: Use) -> bool:
        is_kept = use.gives and use.flags & (UseFlag.TIED | UseFlag.PARTIAL_WRITE)  # it is changed in its place
        if is_kept or not value.flags & ValueFlag.REMATERIALIZABLE:
            return False
        return all(self._is_there(node, read, value, use) for read in value.reads)

    def _is_there(self, node: int, read: int, value: Value, use: Use) -> bool:
        """Whether a node that the value's instruction reads has the same value, in the same register, at the use."""
        values = self.allocation.problem.values
        holder = self._holder(read, value.place)
        if holder is None or (self.allocation.choice[holder] == SPILLED and holder < node):
            return False
        if not is_live_at(self.allocation.nodes[holder].piece.ranges, use.place):
            return False
        return values.before(read, value.place, value.block) == values.before(read, use.place, use.block)

    def _holder(self, origin: int, place: int) -> int | None:
        """The node, or the piece of it, that an instruction touches."""
        if not self._holders:
            nodes, choice = self.allocation.nodes, self.allocation.choice
            whole = ((index, node) for index, node in enumerate(nodes) if choice[index] != SPLIT)
            self._holders.update(((node.origin, use.place), index) for index, node in whole for use in node.piece.uses)
        return self._holders.get((origin, place))
