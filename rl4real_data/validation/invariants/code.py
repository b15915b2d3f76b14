"""Invariants of operands, use points and values."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntFlag
from typing import Final

import numpy as np

from rl4real_data.episodes.column_values import BlockFlag, OperandFlag, UseFlag, ValueFlag
from rl4real_data.episodes.ragged import Flags, Ints, Lists, Nested
from rl4real_data.validation.episode_batch import EpisodeBatch, Spots

Find = Callable[[EpisodeBatch], Spots]

_FROM_OPERANDS: Final = (
    (UseFlag.READ, OperandFlag.READ),
    (UseFlag.WRITE, OperandFlag.WRITE),
    (UseFlag.TIED, OperandFlag.TIED),
    (UseFlag.PARTIAL_WRITE, OperandFlag.PARTIAL_WRITE),
    (UseFlag.EARLY_CLOBBER, OperandFlag.EARLY_CLOBBER),
)
"""What the operands at a use point have, the use point has."""


def spots(column: Lists, wrong: Flags | Ints) -> Spots:
    return Spots(column.owner[wrong], column.place[wrong])


def _nested_spots(column: Nested, wrong: Flags | Ints) -> Spots:
    return Spots(column.row[wrong], column.node[wrong])


def outside(name: str, first: int, limit: Callable[[EpisodeBatch], Ints]) -> Find:
    """Numbers of a list below `first`, or not below the row's limit."""

    def find(batch: EpisodeBatch) -> Spots:
        column = batch.lists(name)
        return spots(column, (column.values < first) | (column.values >= limit(batch)[column.owner]))

    return find


def unknown_bits(name: str, flags: type[IntFlag]) -> Find:
    """Numbers that are no sum of the flags; of a list, or of lists of lists."""
    every = sum(flag.value for flag in flags)

    def find(batch: EpisodeBatch) -> Spots:
        nested = name in ("use_flags", "value_flags")
        column = batch.nested(name).inner if nested else batch.lists(name)
        wrong = (column.values.astype(np.int64) & ~every) != 0
        return _nested_spots(batch.nested(name), wrong) if nested else spots(column, wrong)

    return find


def unsorted(name: str, *, strict: bool) -> Find:
    return lambda batch: spots(batch.lists(name), batch.lists(name).not_ascending(strict=strict))


def nodes_of(batch: EpisodeBatch) -> Ints:
    return batch.nodes


def instructions_of(batch: EpisodeBatch) -> Ints:
    return batch.instructions


def positions_of(batch: EpisodeBatch) -> Ints:
    """One more than the last: a range may end there."""
    return 2 * batch.instructions + 1


def operands_of(batch: EpisodeBatch) -> Ints:
    return batch.lists("operand_inst").lengths


def blocks_of(batch: EpisodeBatch) -> Ints:
    return batch.lists("block_start").lengths


def behind_instructions(batch: EpisodeBatch) -> Ints:
    """One more: the end of the function is a place, too."""
    return batch.instructions + 1


def global_nodes(batch: EpisodeBatch, rows: Ints, nodes: Ints) -> Ints:
    """A number over all nodes of the batch."""
    return batch.lists("node_vreg").starts[rows] + nodes


def keys_of(batch: EpisodeBatch, rows: Ints, nodes: Ints, places: Ints) -> Ints:
    """One number for a node and an instruction of it."""
    return global_nodes(batch, rows, nodes) * (1 << 32) + places


def _operand_keys(batch: EpisodeBatch) -> Ints:
    inst, node = batch.lists("operand_inst"), batch.lists("operand_node")
    return keys_of(batch, inst.owner, node.values.astype(np.int64), inst.values.astype(np.int64))


def _use_keys(batch: EpisodeBatch) -> Ints:
    uses = batch.nested("use_inst")
    return keys_of(batch, uses.row, uses.node, uses.inner.values.astype(np.int64))


def _flags_at(keys: Ints, flags: Ints, wanted: Ints) -> Ints:
    """(wanted,) the flags of all entries with that key, together; 0 where there is none."""
    if not len(keys):
        return np.zeros(len(wanted), np.int64)
    order = np.argsort(keys, kind="stable")
    keys, flags = keys[order], flags[order]
    heads = np.flatnonzero(np.diff(keys, prepend=-1))
    together = np.bitwise_or.reduceat(flags, heads)
    place = np.minimum(np.searchsorted(keys[heads], wanted), len(heads) - 1)
    return np.where(keys[heads][place] == wanted, together[place], 0)


def operand_order(batch: EpisodeBatch) -> Spots:
    """Within an instruction, operands stand by their index."""
    inst, index = batch.lists("operand_inst"), batch.lists("operand_index")
    same = (inst.values[1:] == inst.values[:-1]) & inst.follows
    wrong = np.flatnonzero(same & (index.values[1:] <= index.values[:-1])) + 1
    return spots(index, wrong) + spots(index, index.values < 0)


def idle_operand(batch: EpisodeBatch) -> Spots:
    """Neither reads nor writes, not even what does not matter, or contradicts itself."""
    flags = batch.lists("operand_flags")
    values = flags.values.astype(np.int64)
    reads, writes = values & OperandFlag.READ, values & OperandFlag.WRITE
    only_writes = OperandFlag.PARTIAL_WRITE | OperandFlag.EARLY_CLOBBER | OperandFlag.DEAD
    is_idle = (reads | writes | (values & OperandFlag.UNDEF)) == 0
    return spots(flags, is_idle | ((writes == 0) & ((values & only_writes) != 0)))


def use_without_operand(batch: EpisodeBatch) -> Spots:
    return _nested_spots(batch.nested("use_inst"), ~np.isin(_use_keys(batch), _operand_keys(batch)))


def operand_without_use(batch: EpisodeBatch) -> Spots:
    """An instruction that only reads the node where its value does not matter is no use point."""
    inst, flags = batch.lists("operand_inst"), batch.lists("operand_flags")
    values = flags.values.astype(np.int64)
    counts = ((values & OperandFlag.WRITE) != 0) | ((values & OperandFlag.UNDEF) == 0)
    return spots(inst, counts & ~np.isin(_operand_keys(batch), _use_keys(batch)))


def use_flags_differ(batch: EpisodeBatch) -> Spots:
    """Those that the operands of the use point tell."""
    flags = batch.nested("use_flags")
    found = _flags_at(_operand_keys(batch), batch.lists("operand_flags").values.astype(np.int64), _use_keys(batch))
    wrong = np.zeros(len(flags.inner.values), np.bool_)
    values = flags.inner.values.astype(np.int64)
    for use, operand in _FROM_OPERANDS:
        wrong |= ((values & use) != 0) != ((found & operand) != 0)
    return _nested_spots(flags, wrong)


def value_outside(batch: EpisodeBatch) -> Spots:
    """An instruction, or -1 - b for block b."""
    values = batch.nested("value_def")
    numbers = values.inner.values
    limits = np.where(numbers >= 0, batch.instructions[values.row], blocks_of(batch)[values.row])
    return _nested_spots(values, np.where(numbers >= 0, numbers, -1 - numbers) >= limits)


def _value_places(batch: EpisodeBatch) -> Ints:
    """Positions at which values begin, early ones aside."""
    values, starts = batch.nested("value_def"), batch.lists("block_start")
    numbers = values.inner.values.astype(np.int64)
    blocks = starts.starts[values.row] + np.where(numbers < 0, -1 - numbers, 0)
    at_start = starts.values[np.minimum(blocks, max(len(starts.values) - 1, 0))] if len(starts.values) else 0 * numbers
    return np.where(numbers < 0, 2 * at_start, 2 * numbers + 1)


def value_order(batch: EpisodeBatch) -> Spots:
    values = batch.nested("value_def")
    places = Lists(values.inner.lengths, _value_places(batch), values.inner.holes)
    return _nested_spots(values, places.not_ascending(strict=False))  # empty blocks start where the next one does


def merge_differs(batch: EpisodeBatch) -> Spots:
    """A value that a block's start defines is a merge, and no other one."""
    values, flags = batch.nested("value_def"), batch.nested("value_flags")
    is_merge = (flags.inner.values & int(ValueFlag.MERGE)) != 0
    return _nested_spots(flags, is_merge != (values.inner.values < 0))


def merge_of_one_value(batch: EpisodeBatch) -> Spots:
    """Where values meet, two instructions define the node at least."""
    values = batch.nested("value_def")
    is_merge = values.inner.values < 0
    written = np.bincount(values.inner.owner, weights=~is_merge, minlength=len(values.inner.lengths))
    return _nested_spots(values, is_merge & (written[values.inner.owner] < 2))


def value_without_write(batch: EpisodeBatch) -> Spots:
    values = batch.nested("value_def")
    numbers = values.inner.values.astype(np.int64)
    flags = batch.lists("operand_flags").values.astype(np.int64)
    written = _operand_keys(batch)[(flags & OperandFlag.WRITE) != 0]
    keys = keys_of(batch, values.row, values.node, numbers)
    return _nested_spots(values, (numbers >= 0) & ~np.isin(keys, written))


def write_without_value(batch: EpisodeBatch) -> Spots:
    values, flags = batch.nested("value_def"), batch.lists("operand_flags")
    numbers = values.inner.values.astype(np.int64)
    keys = keys_of(batch, values.row, values.node, numbers)[numbers >= 0]
    is_write = (flags.values & int(OperandFlag.WRITE)) != 0
    return spots(flags, is_write & ~np.isin(_operand_keys(batch), keys))


def probability_wrong(batch: EpisodeBatch) -> Spots:
    """Not between 0 and 1, or those of a block do not add up to 1."""
    column = batch.nested("block_succ_prob")
    values = column.inner.values
    single = _nested_spots(column, ~((values >= 0) & (values <= 1)))
    inner = column.inner
    sums = np.bincount(inner.owner, weights=np.where(np.isfinite(values), values, 0), minlength=len(inner.lengths))
    wrong = np.flatnonzero((inner.lengths > 0) & (np.abs(sums - 1) > 1e-4))
    return single + Spots(column.outer.owner[wrong], column.outer.place[wrong])


def split_place_outside(name: str) -> Find:
    """A place for code outside its block."""

    def find(batch: EpisodeBatch) -> Spots:
        places, starts = batch.lists(name), batch.lists("block_start")
        last = np.append(starts.values[1:], 0)
        is_last = np.append(~starts.follows, True)[: len(starts.values)]
        last = np.where(is_last, batch.instructions[starts.owner], last[: len(starts.values)])
        return spots(places, (places.values < starts.values) | (places.values > last))

    return find


def ending_differs(batch: EpisodeBatch) -> Spots:
    """NO_SUCCESSOR stands where there is none, and RETURN only there."""
    flags, successors = batch.lists("block_flags"), batch.nested("block_succ")
    values = flags.values.astype(np.int64)
    wrong = ((values & BlockFlag.NO_SUCCESSOR) != 0) != (successors.inner.lengths == 0)
    return spots(flags, wrong | (((values & BlockFlag.RETURN) != 0) & ((values & BlockFlag.NO_SUCCESSOR) == 0)))
