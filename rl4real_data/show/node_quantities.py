"""Degree and allowed registers of nodes, and the pressure of episodes, for a batch of episodes at once.

Columns that do not fit together are a ValueError.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rl4real_data.episodes.ragged import Flags, Ints, flatten_lists, flatten_nested, list_lengths
from rl4real_data.show.pressure import ClassFile

COLUMNS = ("node_vreg", "edge_u", "edge_v", "node_class", "node_forbidden", "reserved", "node_live", "inst")


def degrees(batch: pa.RecordBatch) -> Ints:
    """(nodes of all episodes,) int64: how many interferences a node has."""
    nodes = list_lengths(batch["node_vreg"])
    starts = np.cumsum(nodes) - nodes
    found = np.zeros(int(nodes.sum()), np.int64)
    for name in ("edge_u", "edge_v"):
        ends = flatten_lists(batch[name])
        _check((ends.values >= 0) & (ends.values < nodes[ends.owner]), "an edge ends at a node that is none")
        found += np.bincount(starts[ends.owner] + ends.values, minlength=len(found))
    return found


def peaks(batch: pa.RecordBatch) -> Ints:
    """(episodes that tell live ranges,) int64: the largest number of nodes, of all classes, that are live at once.

    A node is live right behind instruction i if first <= i < last for one of its ranges in `node_live`.
    """
    told = batch.filter(pc.and_(pc.is_valid(batch["node_live"]), pc.is_valid(batch["inst"])))
    live = flatten_nested(told["node_live"])
    size = list_lengths(told["inst"]) + 1  # one more, behind the last, where ranges may end
    values, row = live.inner.values.astype(np.int64), live.row
    _check((values >= 0) & (values < size[row]), "a live range leaves the function")
    _check(live.inner.lengths % 2 == 0, "a live range has no end")
    sign = 1 - 2 * (live.inner.place % 2)
    starts = np.cumsum(size) - size
    change = np.bincount(starts[row] + values, weights=sign, minlength=int(size.sum()))
    count = np.cumsum(change).astype(np.int64)  # each episode's own ends at 0
    return np.maximum.reduceat(count, starts) if len(starts) else np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowedRegisters:
    """`size` (classes,) int64, registers of a class; `holds` (classes, registers) whether it has one."""

    size: Ints
    holds: Flags

    @classmethod
    def of(cls, file: ClassFile) -> AllowedRegisters:
        shape = (max(file.members, default=-1) + 1, max(file.units, default=-1) + 1)
        holds = np.zeros(shape, np.bool_)
        for class_id, members in file.members.items():
            holds[class_id, list(members)] = True
        return cls(size=holds.sum(axis=1), holds=holds)

    def count(self, batch: pa.RecordBatch) -> Ints:
        """(nodes of the episodes that tell,) int64: registers of the class, without reserved and forbidden ones."""
        if not len(self.size):  # the dataset lists no registers
            return np.zeros(0, np.int64)
        told = batch.filter(pc.and_(pc.is_valid(batch["node_class"]), pc.is_valid(batch["node_forbidden"])))
        classes, forbidden = flatten_lists(told["node_class"]), flatten_nested(told["node_forbidden"])
        if len(forbidden.inner.lengths) != len(classes.values):
            raise ValueError("node_class and node_forbidden are of different lengths")
        known = (classes.values >= 0) & (classes.values < len(self.size)) & ~classes.holes
        if not known.any():
            return np.zeros(0, np.int64)
        own = np.where(known, classes.values, 0)
        reserved = self._reserved(told["reserved"])
        registers, node = forbidden.inner.values, forbidden.inner.owner
        self._check_registers(registers, "forbidden")
        is_taken = self.holds[own[node], registers] & ~reserved[forbidden.row, registers]
        taken = np.bincount(node[is_taken], minlength=len(own))
        counted: Ints = (self._unreserved(reserved)[classes.owner, own] - taken)[known]
        return counted

    def _reserved(self, column: pa.Array) -> Flags:
        """(episodes, registers) bool."""
        found = flatten_lists(column)
        self._check_registers(found.values, "reserved")
        rows = np.zeros((len(column), self.holds.shape[1]), np.bool_)
        rows[found.owner, found.values] = True
        return rows

    def _unreserved(self, reserved: Flags) -> Ints:
        """(episodes, classes) int64: how many registers of a class an episode does not reserve."""
        different, place = np.unique(reserved, axis=0, return_inverse=True)  # few: most functions reserve the same
        taken: Ints = different.astype(np.int64) @ self.holds.T.astype(np.int64)
        return (self.size - taken)[place.reshape(-1)]

    def _check_registers(self, registers: Ints, what: str) -> None:
        _check((registers >= 0) & (registers < self.holds.shape[1]), f"a {what} register is none")


def _check(fits: Flags, message: str) -> None:
    if not fits.all():
        raise ValueError(message)
