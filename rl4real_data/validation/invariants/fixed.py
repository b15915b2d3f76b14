"""Invariants of what is taken before allocation: copies, fixed ranges, masks and callee-saved registers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rl4real_data.episodes.column_values import UseFlag
from rl4real_data.episodes.ragged import Flags, Ints
from rl4real_data.validation.episode_batch import EpisodeBatch, Spots
from rl4real_data.validation.invariants.code import keys_of, spots

Find = Callable[[EpisodeBatch], Spots]


def unknown_registers(name: str, *, strict: bool = False) -> Find:
    """Numbers of a list that are no register, or do not ascend."""

    def find(batch: EpisodeBatch) -> Spots:
        column, registers = batch.lists(name), batch.facts.registers
        found = spots(column, column.not_ascending()) if strict else Spots.none()
        return found if registers is None else found + spots(column, ~registers.has_register(column.values))

    return find


def register_or_node(batch: EpisodeBatch, rows: Ints, numbers: Ints) -> Flags:
    """Whether each is a reg_id, or -1 - i for a node i."""
    registers = batch.facts.registers
    is_register = (numbers > 0) if registers is None else registers.has_register(numbers) & (numbers > 0)
    is_node = (numbers < 0) & (numbers >= -batch.nodes[rows])
    found: Flags = is_register | is_node
    return found


def unknown_end(name: str) -> Find:
    def find(batch: EpisodeBatch) -> Spots:
        ends = batch.lists(name)
        return spots(ends, ~register_or_node(batch, ends.owner, ends.values))

    return find


def copy_without_node(batch: EpisodeBatch) -> Spots:
    to, source = batch.lists("copy_to"), batch.lists("copy_from")
    return spots(to, (to.values > 0) & (source.values > 0))


def copy_differs(batch: EpisodeBatch) -> Spots:
    """A use point of an end says that it is a copy, and no other use point does."""
    uses, flags = batch.nested("use_inst"), batch.nested("use_flags")
    use_keys = keys_of(batch, uses.row, uses.node, uses.inner.values.astype(np.int64))
    inst = batch.lists("copy_inst")
    keys = []
    for name in ("copy_to", "copy_from"):
        ends = batch.lists(name)
        is_node = ends.values < 0
        nodes = (-1 - ends.values[is_node]).astype(np.int64)
        keys.append(keys_of(batch, ends.owner[is_node], nodes, inst.values[is_node].astype(np.int64)))
    is_copy = (flags.inner.values & int(UseFlag.COPY)) != 0
    wrong = is_copy != np.isin(use_keys, np.concatenate(keys))
    return Spots(flags.row[wrong], flags.node[wrong])


def odd_fixed_range(batch: EpisodeBatch) -> Spots:
    column = batch.nested("fixed_live")
    wrong = column.inner.lengths % 2 == 1
    return Spots(column.outer.owner[wrong], column.outer.place[wrong])


def fixed_range_wrong(batch: EpisodeBatch) -> Spots:
    """Empty, not ascending, or outside the function."""
    column = batch.nested("fixed_live")
    ends = column.inner.values
    limit = 2 * batch.instructions[column.row]
    wrong = (ends < 0) | (ends > limit)
    wrong[0::2] |= ends[1::2] <= ends[0::2]
    wrong[column.inner.not_ascending(strict=False)] = True
    return Spots(column.row[wrong], column.node[wrong])


def unknown_unit(batch: EpisodeBatch) -> Spots:
    column, registers = batch.lists("fixed_unit"), batch.facts.registers
    found = spots(column, column.not_ascending())
    return found if registers is None else found + spots(column, ~np.isin(column.values, registers.units))


def unknown_mask(batch: EpisodeBatch) -> Spots:
    """A row of register_masks.parquet, or -1 - k for one of the function's own."""
    column, masks = batch.lists("mask_id"), batch.facts.masks
    own = batch.nested("mask_preserved").outer.lengths[column.owner]
    numbers = column.values
    wrong = (numbers < 0) & (-1 - numbers >= own)
    if masks is not None:
        wrong |= (numbers >= 0) & ~np.isin(numbers, masks.ids)
    return spots(column, wrong)


def own_mask_wrong(batch: EpisodeBatch) -> Spots:
    """Registers that do not ascend, or that the target does not have."""
    column, registers = batch.nested("mask_preserved"), batch.facts.registers
    wrong = np.zeros(len(column.inner.values), np.bool_)
    wrong[column.inner.not_ascending()] = True
    if registers is not None:
        wrong |= ~registers.has_register(column.inner.values)
    return Spots(column.row[wrong], column.node[wrong])
