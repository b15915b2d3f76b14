"""The allocation problem at every position: which registers are free where, and what copies would save.

`AllocationProblem` says which registers a node may have over its whole life, which is what colouring asks; who splits
live ranges asks it of a piece. Datasets have it since version 1 of the format.
"""

from __future__ import annotations

__all__ = ["POINT_COLUMNS", "ProblemPoints", "points_of"]

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rl4real_data.allocation.register_file import Bools, RegisterFile
from rl4real_data.reading.episode import Episode

POINT_COLUMNS: Final = (
    *("function", "node_vreg", "node_class", "reserved", "inst"),
    *("block_start", "block_freq", "block_succ", "block_flags"),
    *("operand_inst", "operand_node", "operand_flags", "copy_inst", "copy_to", "copy_from"),
    *("fixed_unit", "fixed_live", "mask_inst", "mask_id", "mask_preserved"),
)
"""The columns of an episode that `points_of` reads."""

Ints = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemPoints:
    """n nodes and the R columns of a `RegisterFile`. None of the arrays may be written to.

    `live`, `live_offsets`: `Episode.live_positions()`. `members` (n, R) bool: the node's class without `reserved`.
    `taken`: for each of the R columns the ranges of positions, (k, 2) int32, at which something fixed holds it, or a
    register that shares a unit with it; a call's mask is a range of one position. `copies` (c, 2) int32: the nodes that
    each copy reads and writes; `copy_frequency` (c,) float32: its expected executions relative to the entry block.
    `register_copies` (n, R) float32: expected executions of copies between node and register, which the node saves if
    it gets this register.
    """

    live: Ints
    live_offsets: Ints
    members: Bools
    taken: tuple[Ints, ...]
    copies: Ints
    copy_frequency: npt.NDArray[np.float32]
    register_copies: npt.NDArray[np.float32]

    def free_between(self, node: int, first: int, last: int) -> Bools:
        """(R,) bool: the registers of the node's class that nothing fixed holds at the positions [first, last)."""
        free: Bools = self.members[node].copy()
        for column in np.flatnonzero(free).tolist():
            ranges = self.taken[column]
            free[column] = not ((ranges[:, 0] < last) & (ranges[:, 1] > first)).any()
        return free


def points_of(episode: Episode, registers: RegisterFile) -> ProblemPoints:
    """The problem of an episode at every position. DatasetError if its source does not tell (version 0)."""
    live, offsets = episode.live_positions()
    members: Bools = registers.class_members[episode.node_class]
    if episode.reserved is not None:
        reserved = registers.column_of[episode.reserved]
        members[:, reserved[reserved >= 0]] = False
    copies, frequency, of_registers = _copies(episode, registers)
    return ProblemPoints(
        live=live,
        live_offsets=offsets,
        members=members,
        taken=_taken(episode, registers),
        copies=copies,
        copy_frequency=frequency,
        register_copies=of_registers,
    )


def _taken(episode: Episode, registers: RegisterFile) -> tuple[Ints, ...]:
    """The ranges of each column, sorted."""
    fixed = dict(zip(episode.known_together("fixed_unit")[0].tolist(), episode.lists("fixed_live"), strict=True))
    reg_ids, units = registers.reg_ids.tolist(), episode.register_table.units
    found = [[fixed[unit] for unit in units[reg_id].tolist() if unit in fixed] for reg_id in reg_ids]
    for position, preserved in episode.mask_positions():
        once = np.array([position, position + 1], np.int32)
        for column in np.flatnonzero(~np.isin(registers.reg_ids, preserved)).tolist():
            found[column].append(once)
    return tuple(_joined(ranges) for ranges in found)


def _joined(ranges: list[npt.NDArray[Any]]) -> Ints:
    if not ranges:
        return np.zeros((0, 2), np.int32)
    pairs = np.concatenate(ranges).reshape(-1, 2)
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))].astype(np.int32)


def _copies(episode: Episode, registers: RegisterFile) -> tuple[Ints, npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Copies between two nodes with their frequency, and the frequencies of those between a node and a register."""
    target, source = episode.known_together("copy_to", "copy_from")
    frequency = episode.copy_frequencies()
    is_between = (target < 0) & (source < 0)
    copies = np.stack((-1 - source[is_between], -1 - target[is_between]), axis=1).astype(np.int32)
    of_registers = np.zeros((episode.n_nodes, registers.size), np.float32)
    for ends, others in ((target, source), (source, target)):
        kept = (ends < 0) & (others >= 0)
        columns = registers.column_of[others[kept]]
        known = columns >= 0
        np.add.at(of_registers, (-1 - ends[kept][known], columns[known]), frequency[kept][known])
    return copies, frequency[is_between], of_registers
