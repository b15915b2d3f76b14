"""Invariants of what the expert inserted and changed, and of what that costs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from rl4real_data.episodes.column_values import BlockFlag, ChangeFlag, Fate, MoveKind, OperandFlag
from rl4real_data.episodes.ragged import Flags, Ints, Values
from rl4real_data.validation.episode_batch import EpisodeBatch, Spots
from rl4real_data.validation.invariants.code import global_nodes, spots
from rl4real_data.validation.invariants.pieces import Pieces, overlapping, parts, stride_of

Find = Callable[[EpisodeBatch], Spots]
Floats = npt.NDArray[np.float64]

SCORE_WEIGHTS: Final = np.array([0.2, 4.0, 1.0, 5.0, 0.2, 1.0])
"""Of copies, loads, stores, loads with a store, cheap and dear rematerialisable instructions: RegAllocScore.cpp."""
_TOLERANCE: Final = 1e-4
"""Relative: the plugin adds double frequencies, a dataset holds floats."""
_SLOT: Final = ChangeFlag.READS_SLOT | ChangeFlag.WRITES_SLOT
_ACCESSES: Final = {"spills": ("move_to", ChangeFlag.WRITES_SLOT), "reloads": ("move_from", ChangeFlag.READS_SLOT)}
COUNTS: Final = ("cheap_remats", "dear_remats")
COSTS: Final = (
    *("spills_cost", "reloads_cost", "folded_spills_cost", "folded_reloads_cost"),
    *("cheap_remats_cost", "dear_remats_cost", "callee_saved_cost", "score"),
)


def _differ(one: Values, other: Values) -> Flags:
    wrong: Flags = ~(np.abs(one - other) <= _TOLERANCE * np.maximum(np.abs(one), np.abs(other)) + 1e-9)
    return wrong


def kinds_of(batch: EpisodeBatch) -> Ints:
    """One more than the last kind of a move."""
    return np.full(batch.rows, max(MoveKind) + 1)


def choice_unfounded(batch: EpisodeBatch) -> Spots:
    """An operand's register in which no part of its node lies at that instruction."""
    choice, place = batch.lists("choice_operand"), batch.lists("choice_place")
    inst, node = batch.lists("operand_inst"), batch.lists("operand_node")
    operand = inst.starts[choice.owner] + choice.values
    numbers = global_nodes(batch, choice.owner, node.values[operand].astype(np.int64))
    at = 2 * inst.values[operand].astype(np.int64)
    wanted = Pieces(choice.owner, numbers, at, at + 2, place.values.astype(np.int64))
    found = parts(batch)
    found = found.chosen(found.place > 0)
    mine, its = overlapping(wanted, found, stride_of(batch), 1 << 15)
    wrong = np.ones(len(numbers), np.bool_)
    wrong[mine[wanted.node[mine] == found.node[its]]] = False
    return spots(choice, wrong | (place.values <= 0))


def move_order(batch: EpisodeBatch) -> Spots:
    """In the order of the code, each in its block."""
    inst, block, starts = batch.lists("move_inst"), batch.lists("move_block"), batch.lists("block_start")
    key = block.values.astype(np.int64) * (1 << 32) + inst.values
    wrong = np.flatnonzero((key[1:] < key[:-1]) & inst.follows) + 1
    place = starts.starts[block.owner] + block.values
    is_last = block.values + 1 == starts.lengths[block.owner]
    behind = starts.values[np.minimum(place + 1, max(len(starts.values) - 1, 0))]
    end = np.where(is_last, batch.instructions[block.owner], behind)
    outside = (inst.values < starts.values[place]) | (inst.values > end)
    return spots(inst, wrong) + spots(inst, outside)


def move_ends_wrong(batch: EpisodeBatch) -> Spots:
    """A store goes from a register to a slot, a load back, a copy between registers, a rematerialisation anywhere."""
    kind = batch.lists("move_kind")
    source, to = (batch.lists(f"move_{name}").values for name in ("from", "to"))
    good = {
        MoveKind.COPY: (source > 0) & (to > 0),
        MoveKind.STORE: (source > 0) & (to < 0),
        MoveKind.RELOAD: (source < 0) & (to > 0),
        MoveKind.REMATERIALIZATION: (source == 0) & (to != 0),
    }
    wrong = np.zeros(len(kind.values), np.bool_)
    for which, is_good in good.items():
        wrong |= (kind.values == which) & ~is_good
    registers = batch.facts.registers
    if registers is not None:
        for ends in (source, to):
            wrong |= (ends > 0) & ~registers.has_register(ends)
    return spots(kind, wrong)


def move_value_wrong(batch: EpisodeBatch) -> Spots:
    """A rematerialisation names the instruction that it repeats, and nothing else does."""
    kind, value = batch.lists("move_kind"), batch.lists("move_value")
    is_remat = kind.values == MoveKind.REMATERIALIZATION
    inside = value.values < batch.instructions[value.owner]
    return spots(value, np.where(is_remat, ~inside | (value.values < -1), value.values != -1))


def move_of_whole_node(batch: EpisodeBatch) -> Spots:
    """Only of an edited node a value is moved."""
    node = batch.lists("move_node")
    named = node.values >= 0
    numbers = global_nodes(batch, node.owner, np.where(named, node.values, 0).astype(np.int64))
    fates = batch.lists("node_fate").values
    wrong = named.copy()
    wrong[named] = fates[numbers[named]] == 0
    return spots(node, wrong)


def _moves(batch: EpisodeBatch, which: Flags) -> tuple[Ints, Floats]:
    """(rows,): how many of these inserted instructions, and their expected executions."""
    block, frequencies = batch.lists("move_block"), batch.lists("block_freq")
    rows = block.owner[which]
    return _sums(batch, rows, frequencies.values[frequencies.starts[rows] + block.values[which]])


def _changed(batch: EpisodeBatch, flag: ChangeFlag) -> tuple[Ints, Floats]:
    """(rows,): how many instructions of the problem access a slot now just so, and their expected executions."""
    inst, flags = batch.lists("changed_inst"), batch.lists("changed_flags")
    starts, frequencies = batch.lists("block_start"), batch.lists("block_freq")
    which = (flags.values & _SLOT) == int(flag)
    width = 1 << 32
    keys = (inst.owner * width + inst.values)[which]
    block = np.searchsorted(starts.owner * width + starts.values, keys, side="right") - 1
    return _sums(batch, inst.owner[which], frequencies.values[block])


def _sums(batch: EpisodeBatch, rows: Ints, weights: Values) -> tuple[Ints, Floats]:
    """(rows of the batch,): how many there are of each row, and the sums of their weights."""
    count = np.bincount(rows, minlength=batch.rows).astype(np.int64)
    return count, np.bincount(rows, weights=weights.astype(np.float64), minlength=batch.rows).astype(np.float64)


def accesses_differ(name: str) -> Find:
    """Accesses of slots, plain and folded: those of inserted instructions, and those that instructions became.

    Of inserted ones that are no moves nobody says what they access; one that reads a slot and writes it counts once.
    """
    end, flag = _ACCESSES[name]

    def find(batch: EpisodeBatch) -> Spots:
        moves = _moves(batch, batch.lists(end).values < 0)
        changed = _changed(batch, flag)
        others = _moves(batch, batch.lists("move_kind").values == MoveKind.OTHER)[0] + _changed(batch, _SLOT)[0]
        count = batch.numbers(name) + batch.numbers(f"folded_{name}")
        cost = batch.numbers(f"{name}_cost") + batch.numbers(f"folded_{name}_cost")
        least = moves[0] + changed[0]
        wrong = (count < least) | (count > least + others)
        return Spots.of_rows(wrong | ((others == 0) & _differ(cost, moves[1] + changed[1])))

    return find


def fewer_than_moves(name: str, kind: MoveKind) -> Find:
    """What was inserted to store or load is plain, not folded."""

    def find(batch: EpisodeBatch) -> Spots:
        count, cost = _moves(batch, batch.lists("move_kind").values == kind)
        found = batch.numbers(f"{name}_cost")
        return Spots.of_rows((batch.numbers(name) < count) | ((found < cost) & _differ(found, cost)))

    return find


def remats_differ(batch: EpisodeBatch) -> Spots:
    """Cheap and dear ones together are those that were inserted and write a register."""
    is_remat = batch.lists("move_kind").values == MoveKind.REMATERIALIZATION
    count, cost = _moves(batch, is_remat & (batch.lists("move_to").values > 0))
    numbers = batch.numbers("cheap_remats") + batch.numbers("dear_remats")
    costs = batch.numbers("cheap_remats_cost") + batch.numbers("dear_remats_cost")
    return Spots.of_rows((numbers != count) | _differ(costs, cost))


def sum_differs(batch: EpisodeBatch) -> Spots:
    names = ("spills", "reloads", "folded_spills", "folded_reloads")
    return Spots.of_rows(_differ(batch.numbers("spill_cost"), sum(batch.numbers(f"{name}_cost") for name in names)))


def cost_without_count(name: str) -> Find:
    """A count of 0 costs nothing, and what is there is executed."""
    return lambda batch: Spots.of_rows((batch.numbers(name) == 0) != (batch.numbers(f"{name}_cost") == 0))


def slots_differ(batch: EpisodeBatch) -> Spots:
    """A spilled node lies in a slot somewhere, and no other one does.

    Where a register holds it all the time that it is in the slot, only its stores and loads tell.
    """
    place, found = batch.lists("part_place"), parts(batch)
    fates = batch.lists("node_fate")
    in_slot = np.zeros(len(fates.values), np.bool_)
    in_slot[found.node[place.values < 0]] = True
    node, kind = batch.lists("move_node"), batch.lists("move_kind").values
    is_access = ((kind == MoveKind.STORE) | (kind == MoveKind.RELOAD)) & (node.values >= 0)
    in_slot[global_nodes(batch, node.owner[is_access], node.values[is_access].astype(np.int64))] = True
    return spots(fates, in_slot != ((fates.values & int(Fate.SPILLED)) != 0))


def slot_access_unfounded(batch: EpisodeBatch) -> Spots:
    """An instruction reads or writes a slot in which none of its nodes lies there."""
    inst, flags = batch.lists("changed_inst"), batch.lists("changed_flags").values
    wrong = np.zeros(len(inst.values), np.bool_)
    for change, use, behind in (
        (ChangeFlag.READS_SLOT, OperandFlag.READ, 0),
        (ChangeFlag.WRITES_SLOT, OperandFlag.WRITE, 1),
    ):
        accesses = (flags & int(change)) != 0
        wrong |= accesses & ~_in_slot(batch, use, behind)
    return spots(inst, wrong)


def _in_slot(batch: EpisodeBatch, use: OperandFlag, behind: int) -> Flags:
    """(changed instructions,): whether a node that it uses so lies in a slot right in front of it, or behind it."""
    inst, node, flags = (batch.lists(f"operand_{name}") for name in ("inst", "node", "flags"))
    changed = batch.lists("changed_inst")
    width = 1 << 32
    keys, wanted = inst.owner * width + inst.values, changed.owner * width + changed.values
    named = np.flatnonzero(((flags.values & int(use)) != 0) & np.isin(keys, wanted))
    rows = inst.owner[named]
    numbers = global_nodes(batch, rows, node.values[named].astype(np.int64))
    at = 2 * inst.values[named].astype(np.int64) + behind
    places = parts(batch)
    slots = places.chosen(places.place < 0)
    zeros = np.zeros(len(slots.node), np.int64)
    mine, _ = overlapping(
        Pieces(np.zeros(len(named), np.int64), numbers, at, at + 1, numbers),
        Pieces(zeros, slots.node, slots.first, slots.last, slots.node),
        stride_of(batch),
        len(batch.lists("node_vreg").values),
    )
    return np.isin(wanted, keys[named[mine]])


def saved_outside(batch: EpisodeBatch) -> Spots:
    """Those of `callee_saved`, in their order."""
    used, every = batch.lists("callee_saved_used"), batch.lists("callee_saved")
    width = 1 << 16
    keys = every.owner * width + every.values
    order = np.argsort(keys, kind="stable")
    wanted = used.owner * width + used.values
    place = np.minimum(np.searchsorted(keys[order], wanted), max(len(keys) - 1, 0))
    if not len(keys):
        return spots(used, np.ones(len(wanted), np.bool_))
    found = every.place[order[place]]
    wrong = keys[order[place]] != wanted
    wrong[1:] |= (found[1:] <= found[:-1]) & used.follows
    return spots(used, wrong)


def saving_differs(batch: EpisodeBatch) -> Spots:
    """Each register is stored once at the entry and loaded at each return."""
    flags, frequencies = batch.lists("block_flags"), batch.lists("block_freq")
    is_return = (flags.values & int(BlockFlag.RETURN)) != 0
    _, returns = _sums(batch, flags.owner[is_return], frequencies.values[is_return])
    wanted = batch.lists("callee_saved_used").lengths * (1 + returns)
    return Spots.of_rows(_differ(batch.numbers("callee_saved_cost"), wanted))


def score_counts_wrong(batch: EpisodeBatch) -> Spots:
    """Six sums, none negative."""
    counts = batch.lists("score_counts")
    return Spots.of_rows(counts.lengths != len(SCORE_WEIGHTS)) + spots(
        counts, ~(np.isfinite(counts.values) & (counts.values >= 0))
    )


def score_differs(batch: EpisodeBatch) -> Spots:
    counts = batch.lists("score_counts").values.reshape(batch.rows, len(SCORE_WEIGHTS))
    return Spots.of_rows(_differ(batch.numbers("score"), counts @ SCORE_WEIGHTS))
