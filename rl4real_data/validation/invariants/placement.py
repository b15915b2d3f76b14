"""Invariants of where nodes lie: their life, their parts, and that nothing lies on anything else."""

from __future__ import annotations

import numpy as np

from rl4real_data.episodes.column_values import BlockFlag, Fate, Outcome
from rl4real_data.episodes.live_positions import live_instructions
from rl4real_data.episodes.ragged import Flags, Ints
from rl4real_data.validation.episode_batch import EpisodeBatch, Spots
from rl4real_data.validation.invariants.code import spots
from rl4real_data.validation.invariants.pieces import (
    Pieces,
    all_parts,
    expanded,
    fixed,
    lives,
    merged_cover,
    overlapping,
    parts,
    row_of_node,
    stride_of,
)

_BIT_OF: dict[int, Fate] = {
    Outcome.SPLIT: Fate.SPLIT,
    Outcome.SPILLED: Fate.SPILLED,
    Outcome.REMATERIALIZED: Fate.REMATERIALIZED,
    Outcome.ELIMINATED: Fate.ELIMINATED,
}


def _nodes(batch: EpisodeBatch, wrong: Ints) -> Spots:
    return Spots(*row_of_node(batch, np.asarray(wrong, np.int64)))


def liveness_differs(batch: EpisodeBatch) -> Spots:
    """Operands and blocks tell another live range than `node_live`."""
    found = lives(batch)
    values = np.empty(2 * len(found.node), np.int32)
    values[0::2], values[1::2] = found.first, found.last
    total = len(batch.lists("node_vreg").values)
    ends = np.concatenate(([0], np.cumsum(2 * np.bincount(found.node, minlength=total))))
    own, own_ends = live_instructions(values, ends.astype(np.int32))
    live = batch.nested("node_live").inner
    told = _joined_ranges(live.values.astype(np.int64), np.repeat(np.arange(total), live.lengths // 2), total)
    return _nodes(batch, _differing_lists(own.astype(np.int64), np.diff(own_ends), *told))


def _joined_ranges(values: Ints, node: Ints, total: int) -> tuple[Ints, Ints]:
    """The same ranges with those joined that touch: a new value begins where another one ends."""
    stride = int(values.max(initial=0)) + 2
    zeros = np.zeros(len(node), np.int64)
    found, first, last = merged_cover(Pieces(zeros, node, values[0::2], values[1::2], zeros), stride)
    joined = np.empty(2 * len(found), np.int64)
    joined[0::2], joined[1::2] = first, last
    return joined, 2 * np.bincount(found, minlength=total)


def _differing_lists(one: Ints, one_lengths: Ints, other: Ints, other_lengths: Ints) -> Ints:
    """Numbers of the lists that are not the same."""
    same = one_lengths == other_lengths
    left, right = one[np.repeat(same, one_lengths)], other[np.repeat(same, other_lengths)]
    owner = np.repeat(np.flatnonzero(same), one_lengths[same])
    return np.union1d(np.flatnonzero(~same), owner[left != right])


def fate_differs(batch: EpisodeBatch) -> Spots:
    """The fate has the bit of the outcome, and none without an outcome."""
    fates, outcomes = batch.lists("node_fate"), batch.lists("node_outcome").values
    bits = np.zeros(max(Outcome) + 1, np.int64)
    for outcome, bit in _BIT_OF.items():
        bits[outcome] = bit
    wanted = bits[outcomes]
    values = fates.values.astype(np.int64)
    return spots(fates, ((values == 0) != (wanted == 0)) | ((values & wanted) != wanted))


def part_order(batch: EpisodeBatch) -> Spots:
    """By node, begin and place."""
    node = batch.lists("part_node")
    columns = [batch.lists(f"part_{name}").values for name in ("node", "first", "place")]
    less = np.zeros(max(len(node.values) - 1, 0), np.bool_)
    same = ~less
    for column in columns:
        less |= same & (column[1:] < column[:-1])
        same &= column[1:] == column[:-1]
    return spots(node, np.flatnonzero((less | same) & node.follows) + 1)


def part_empty(batch: EpisodeBatch) -> Spots:
    first, last = batch.lists("part_first"), batch.lists("part_last")
    return spots(first, last.values <= first.values)


def part_of_whole(batch: EpisodeBatch) -> Spots:
    """A node that has one register has no row."""
    node, pieces = batch.lists("part_node"), parts(batch)
    return spots(node, batch.lists("node_fate").values[pieces.node] == 0)


def part_place_unknown(batch: EpisodeBatch) -> Spots:
    place, registers = batch.lists("part_place"), batch.facts.registers
    if registers is None:
        return Spots.none()
    return spots(place, (place.values > 0) & ~registers.has_register(place.values))


def cover_differs(batch: EpisodeBatch) -> Spots:
    """Parts of an edited node cover exactly its life."""
    stride = stride_of(batch)
    fates = batch.lists("node_fate").values
    whole = lives(batch)
    wanted = merged_cover(whole.chosen(fates[whole.node] != 0), stride)
    found = merged_cover(parts(batch), stride)
    one, other = (node * stride * stride + first * stride + last for node, first, last in (wanted, found))
    return _nodes(batch, np.unique(np.setxor1d(one, other) // (stride * stride)))


def parts_overlap(batch: EpisodeBatch) -> Spots:
    """At one position a node lies in one place, or in several registers."""
    found = parts(batch)
    order = np.lexsort((found.last, found.first, found.node))
    pieces = found.chosen(order)
    meets = (pieces.node[1:] == pieces.node[:-1]) & (pieces.first[1:] < pieces.last[:-1])
    both = (pieces.place[1:] > 0) & (pieces.place[:-1] > 0)
    return _nodes(batch, pieces.node[1:][meets & ~both])


def _units(batch: EpisodeBatch, pieces: Pieces) -> Pieces:
    """Each piece in a register once for each of its units; `place` is the unit."""
    registers = batch.facts.registers
    assert registers is not None
    kept = pieces.chosen((pieces.place > 0) & (pieces.place < registers.size))
    counts = registers.holds.sum(axis=1)
    units = np.nonzero(registers.holds)[1]
    starts = np.cumsum(counts) - counts
    which, repetition = expanded(counts[kept.place])
    out = kept.chosen(which)
    return Pieces(out.row, out.node, out.first, out.last, units[starts[out.place] + repetition])


def _collisions(pieces: Pieces, stride: int, units: int) -> Ints:
    """Numbers of pieces that overlap an earlier one of another node in the same row and unit."""
    group = (pieces.row * (units + 1) + pieces.place) * stride
    order = np.lexsort((pieces.last, group + pieces.first))
    begin, end, node = (group + pieces.first)[order], (group + pieces.last)[order], pieces.node[order]
    reach = np.maximum.accumulate(end)
    holder = np.maximum.accumulate(np.where(end == reach, np.arange(len(end)), 0))
    wrong = np.flatnonzero((begin[1:] < reach[:-1]) & (node[1:] != node[holder[:-1]])) + 1
    return order[wrong]


def shared_unit(batch: EpisodeBatch) -> Spots:
    """Two nodes in one register at once."""
    registers = batch.facts.registers
    if registers is None:
        return Spots.none()
    pieces = _units(batch, all_parts(batch))
    return _nodes(batch, pieces.node[_collisions(pieces, stride_of(batch), len(registers.units))])


def on_fixed_range(batch: EpisodeBatch) -> Spots:
    """A node where the register is taken before allocation; at a copy from or to it both may hold the value."""
    if batch.facts.registers is None:
        return Spots.none()
    pieces, taken = _units(batch, all_parts(batch)), fixed(batch)
    mine, its = overlapping(pieces, taken, stride_of(batch), len(batch.facts.registers.units))
    excused = _is_copied(batch, pieces.chosen(mine), taken.chosen(its))
    return _nodes(batch, np.unique(pieces.node[mine[~excused]]))


def _is_copied(batch: EpisodeBatch, mine: Pieces, taken: Pieces) -> Flags:
    """True where the taken range begins with a copy of the node, or of a part of it."""
    inst, source = batch.lists("copy_inst"), batch.lists("copy_from")
    starts = batch.lists("node_vreg").starts
    is_node = source.values < 0
    nodes = starts[inst.owner[is_node]] - 1 - source.values[is_node]
    keys = nodes * (1 << 32) + inst.values[is_node]
    found: Flags = np.isin(mine.node * (1 << 32) + taken.first // 2, keys)
    return found


def on_mask(batch: EpisodeBatch) -> Spots:
    """A node in a register that a call there does not preserve."""
    masks = preserved_registers(batch)
    if masks is None:
        return Spots.none()
    pieces = all_parts(batch)
    pieces = pieces.chosen(pieces.place > 0)
    which, mask = crossings(batch, pieces)
    kept = masks[batch.lists("mask_inst").starts[pieces.row[which]] + mask, pieces.place[which]]
    return _nodes(batch, np.unique(pieces.node[which[~kept]]))


def preserved_registers(batch: EpisodeBatch) -> Flags | None:
    """(masks of all rows, registers); None where a mask is not told."""
    registers, table = batch.facts.registers, batch.facts.masks
    ids = batch.lists("mask_id")
    if registers is None or (table is None and np.any(ids.values >= 0)):
        return None
    own = batch.nested("mask_preserved")
    own_matrix = np.zeros((len(own.inner.lengths), registers.size), np.bool_)
    own_matrix[own.inner.owner, own.inner.values] = True
    found = np.ones((len(ids.values), registers.size), np.bool_)
    is_own = ids.values < 0
    found[is_own] = own_matrix[own.outer.starts[ids.owner[is_own]] - 1 - ids.values[is_own]]
    if table is not None:
        found[~is_own] = table.preserved[np.searchsorted(table.ids, ids.values[~is_own])]
    return found


def mask_positions(batch: EpisodeBatch) -> Ints:
    """2 i + 1; 2 i for the first instruction of a landing pad, whose mask is that of its entry."""
    inst, starts, flags = batch.lists("mask_inst"), batch.lists("block_start"), batch.lists("block_flags")
    pads = (flags.values & int(BlockFlag.LANDING_PAD)) != 0
    width = 1 << 32
    pad_keys = starts.owner[pads] * width + starts.values[pads]
    at_entry = np.isin(inst.owner * width + inst.values, pad_keys)
    return 2 * inst.values.astype(np.int64) + 1 - at_entry


def crossings(batch: EpisodeBatch, pieces: Pieces) -> tuple[Ints, Ints]:
    """Number of the piece and of the row's mask, for each mask within a piece."""
    inst = batch.lists("mask_inst")
    stride = stride_of(batch)
    keys = inst.owner * stride + mask_positions(batch)
    low = np.searchsorted(keys, pieces.row * stride + pieces.first, side="left")
    high = np.searchsorted(keys, pieces.row * stride + pieces.last, side="left")
    which, repetition = expanded(high - low)
    return which, low[which] + repetition - inst.starts[pieces.row[which]]


def on_reserved(batch: EpisodeBatch) -> Spots:
    if batch.facts.registers is None:
        return Spots.none()
    pieces = all_parts(batch)
    pieces = pieces.chosen((pieces.place > 0) & (pieces.place < batch.reserved.shape[1]))
    return _nodes(batch, np.unique(pieces.node[batch.reserved[pieces.row, pieces.place]]))
