"""Invariants of values that an episode tells by itself.

What is in range, in order and of the right sign.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from rl4real_data.episodes.ragged import Flags, Ints, Lists, Nested, Values
from rl4real_data.episodes.schema import Outcome
from rl4real_data.validation.episode_batch import EpisodeBatch, Spots
from rl4real_data.validation.invariants.shape import NESTED

Find = Callable[[EpisodeBatch], Spots]

COUNTS: Final = ("spills", "reloads", "folded_spills", "folded_reloads", "copies")
COSTS: Final = ("spill_cost", "copy_cost")


def _in_list(column: Lists, wrong: Flags | Ints) -> Spots:
    return Spots(column.owner[wrong], column.place[wrong])


def _in_nested(column: Nested, wrong: Flags | Ints) -> Spots:
    return Spots(column.row[wrong], column.node[wrong])


def unsorted(name: str, *, strict: bool = True) -> Find:
    """Lists of a column of lists whose values do not ascend."""
    assert name in NESTED
    return lambda batch: _in_nested(batch.nested(name), batch.nested(name).inner.not_ascending(strict=strict))


def negative(name: str) -> Find:
    return lambda batch: _in_list(batch.lists(name), batch.lists(name).values < 0)


def count_negative(name: str) -> Find:
    return lambda batch: Spots.of_rows(batch.numbers(name) < 0)


def cost_invalid(name: str) -> Find:
    """Negative, not a number, or infinite."""

    def find(batch: EpisodeBatch) -> Spots:
        costs = batch.numbers(name)
        return Spots.of_rows(~(np.isfinite(costs) & (costs >= 0)))

    return find


def unsorted_registers(batch: EpisodeBatch) -> Spots:
    registers = batch.lists("node_vreg")
    return _in_list(registers, registers.not_ascending()) + _in_list(registers, registers.values < 0)


def weight_not_positive(batch: EpisodeBatch) -> Spots:
    """NaN, negative or 0; +inf is the weight of what cannot be spilled."""
    weights = batch.lists("node_spill_weight")
    return _in_list(weights, _not_positive(batch, weights.values, weights.owner))


def use_weight_not_positive(batch: EpisodeBatch) -> Spots:
    weights = batch.nested("use_spill_weight")
    return _in_nested(weights, _not_positive(batch, weights.inner.values, weights.row))


def _not_positive(batch: EpisodeBatch, weights: Values, rows: Ints) -> Flags:
    """The fork's graphs, which have no instructions, print six decimals: there a small weight has become 0."""
    rounded = (weights == 0) & ~batch.known("inst")[rows]
    wrong: Flags = ~(weights > 0) & ~rounded
    return wrong


def empty_live_range(batch: EpisodeBatch) -> Spots:
    """A node may have no range at all (it is only read where it is undefined), but none of length 0."""
    live = batch.nested("node_live")
    ends = live.inner.values
    return _in_nested(live, np.flatnonzero(ends[1::2] <= ends[0::2]) * 2)


def unsorted_live_ranges(batch: EpisodeBatch) -> Spots:
    """A range may begin where the one before it ends: there the register gets a new value."""
    live = batch.nested("node_live")
    wrong = live.inner.not_ascending(strict=False)
    return _in_nested(live, wrong[live.inner.place[wrong] % 2 == 0])


def live_range_outside(batch: EpisodeBatch) -> Spots:
    live = batch.nested("node_live")
    return _in_nested(live, (live.inner.values < 0) | (live.inner.values > batch.instructions[live.row]))


def use_outside(batch: EpisodeBatch) -> Spots:
    uses = batch.nested("use_inst")
    return _in_nested(uses, (uses.inner.values < 0) | (uses.inner.values >= batch.instructions[uses.row]))


def distance_start(batch: EpisodeBatch) -> Spots:
    distances = batch.nested("use_distance")
    _, heads = distances.inner.heads()
    return _in_nested(distances, heads[distances.inner.values[heads] != 0])


def _use_counts(batch: EpisodeBatch) -> Nested:
    """The column that tells the use points of most episodes; all columns agree where they tell."""
    columns = (batch.nested(name) for name in ("use_inst", "use_distance"))
    return max(columns, key=lambda column: len(column.inner.lengths))


def split_point_outside(batch: EpisodeBatch) -> Spots:
    points, uses = batch.nested("split_points"), _use_counts(batch)
    counts = uses.inner.lengths
    node = np.minimum(uses.outer.starts[points.row] + points.node, max(len(counts) - 1, 0))
    limit = counts[node] if len(counts) else np.zeros(len(points.row), np.int64)
    told = uses.outer.lengths[points.row] > 0
    return _in_nested(points, told & ((points.inner.values < 0) | (points.inner.values >= limit)))


def edge_outside(batch: EpisodeBatch) -> Spots:
    left, right = batch.lists("edge_u"), batch.lists("edge_v")
    sound = (left.values >= 0) & (left.values < right.values) & (right.values < batch.nodes[right.owner])
    return _in_list(left, ~sound)


def unsorted_edges(batch: EpisodeBatch) -> Spots:
    left, right = batch.lists("edge_u"), batch.lists("edge_v")
    same_u = left.values[1:] == left.values[:-1]
    wrong = (left.values[1:] < left.values[:-1]) | (same_u & (right.values[1:] <= right.values[:-1]))
    return _in_list(left, np.flatnonzero(wrong & left.follows) + 1)


def block_start_order(batch: EpisodeBatch) -> Spots:
    """Blocks without an instruction start where the next one does."""
    starts = batch.lists("block_start")
    filled, heads = starts.heads()
    no_block = (starts.lengths == 0) & batch.known("block_start")
    not_zero = filled[starts.values[heads] != 0]
    wrong_head = Spots(not_zero, np.zeros(len(not_zero), np.int64))
    return Spots.of_rows(no_block) + wrong_head + _in_list(starts, starts.not_ascending(strict=False))


def block_start_outside(batch: EpisodeBatch) -> Spots:
    starts = batch.lists("block_start")
    return _in_list(starts, starts.values > batch.instructions[starts.owner])


def entry_frequency(batch: EpisodeBatch) -> Spots:
    frequencies = batch.lists("block_freq")
    _, heads = frequencies.heads()
    return _in_list(frequencies, heads[np.abs(frequencies.values[heads] - 1) > 1e-5])


def block_frequency(batch: EpisodeBatch) -> Spots:
    frequencies = batch.lists("block_freq")
    wrong = ~(np.isfinite(frequencies.values) & (frequencies.values > 0))
    return _in_list(frequencies, wrong & (frequencies.place > 0))


def successor_outside(batch: EpisodeBatch) -> Spots:
    successors = batch.nested("block_succ")
    blocks = batch.lists("block_start").lengths[successors.row]
    return _in_nested(successors, (successors.inner.values < 0) | (successors.inner.values >= blocks))


def outcome_unknown(batch: EpisodeBatch) -> Spots:
    outcomes = batch.lists("node_outcome")
    return _in_list(outcomes, (outcomes.values < 0) | (outcomes.values > max(Outcome)))


def assigned_mismatch(batch: EpisodeBatch) -> Spots:
    """A register stands exactly where the outcome is `assigned`."""
    outcomes, assigned = batch.lists("node_outcome"), batch.lists("node_assigned")
    return _in_list(assigned, (assigned.values != 0) != (outcomes.values == Outcome.ASSIGNED))


def spills_mismatch(batch: EpisodeBatch) -> Spots:
    """A spilled node leaves at least one access of its slot, and only a spilled one does."""
    outcomes = batch.lists("node_outcome")
    spilled = np.zeros(batch.rows, np.bool_)
    spilled[outcomes.owner[outcomes.values == Outcome.SPILLED]] = True
    accesses = sum(batch.numbers(name) for name in ("spills", "reloads", "folded_spills", "folded_reloads"))
    return Spots.of_rows(spilled != (accesses > 0))


def too_many_nodes(batch: EpisodeBatch) -> Spots:
    if batch.facts.split != "train" or batch.facts.max_nodes is None:
        return Spots.none()
    return Spots.of_rows(batch.nodes > batch.facts.max_nodes)


def too_many_uses(batch: EpisodeBatch) -> Spots:
    if batch.facts.split != "train" or batch.facts.max_uses is None:
        return Spots.none()
    uses = _use_counts(batch)
    return _in_list(uses.outer, uses.inner.lengths > batch.facts.max_uses)
