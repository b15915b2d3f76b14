"""The pieces of all nodes of a batch: where each lies at which positions, by the answer and by the problem."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Literal

import numpy as np

from rl4real_data.episodes.live_positions import NodeCode, live_positions
from rl4real_data.episodes.ragged import Flags, Ints, Lists
from rl4real_data.validation.episode_batch import EpisodeBatch


@dataclass(frozen=True, slots=True)
class Pieces:
    """Half-open ranges of positions, each of one node of the whole batch, of one row; `place` as `part_place`."""

    row: Ints
    node: Ints
    first: Ints
    last: Ints
    place: Ints

    def chosen(self, which: Flags | Ints) -> Pieces:
        return Pieces(self.row[which], self.node[which], self.first[which], self.last[which], self.place[which])

    def __add__(self, other: Pieces) -> Pieces:
        return Pieces(
            np.concatenate((self.row, other.row)),
            np.concatenate((self.node, other.node)),
            np.concatenate((self.first, other.first)),
            np.concatenate((self.last, other.last)),
            np.concatenate((self.place, other.place)),
        )


def lives(batch: EpisodeBatch) -> Pieces:
    """All positions at which each node lives, from operands and blocks alone; `place` is `node_assigned`."""
    found: Pieces = batch.once("lives", _lives)
    return found


def _lives(batch: EpisodeBatch) -> Pieces:
    """All episodes of the batch are one function with as many entries: no node and no block of two is the same."""
    nodes, starts, inst = batch.lists("node_vreg"), batch.lists("block_start"), batch.lists("operand_inst")
    counts = batch.lists("inst").lengths
    first_inst = np.cumsum(counts) - counts
    values, offsets = live_positions(
        NodeCode(
            n_nodes=len(nodes.values),
            n_instructions=int(counts.sum()),
            block_start=starts.values + first_inst[starts.owner],
            successors=_successors(batch),
            operand_inst=inst.values + first_inst[inst.owner],
            operand_node=batch.lists("operand_node").values + nodes.starts[inst.owner],
            operand_flags=batch.lists("operand_flags").values,
            first_node=nodes.starts[:-1],
            first_block=starts.starts[:-1],
        )
    )
    node = np.repeat(np.arange(len(nodes.values)), np.diff(offsets) // 2)
    row = nodes.owner[node]
    shift = 2 * first_inst[row]
    assigned = batch.lists("node_assigned").values.astype(np.int64)
    return Pieces(row, node, values[0::2] - shift, values[1::2] - shift, assigned[node])


def _successors(batch: EpisodeBatch) -> list[list[int]]:
    column, starts = batch.nested("block_succ"), batch.lists("block_start")
    values = (column.inner.values + starts.starts[column.row]).tolist()
    ends = column.inner.starts.tolist()
    return [values[first:last] for first, last in itertools.pairwise(ends)]


def parts(batch: EpisodeBatch) -> Pieces:
    """What the rows of parts say."""
    node = batch.lists("part_node")
    numbers = batch.lists("node_vreg").starts[node.owner] + node.values
    first, last, place = (batch.lists(f"part_{name}").values.astype(np.int64) for name in ("first", "last", "place"))
    return Pieces(node.owner, numbers, first, last, place)


def all_parts(batch: EpisodeBatch) -> Pieces:
    """Those of all nodes, where what was not edited is one part in its register."""
    found: Pieces = batch.once("all parts", _all_parts)
    return found


def _all_parts(batch: EpisodeBatch) -> Pieces:
    whole = lives(batch)
    fates = batch.lists("node_fate").values
    return parts(batch) + whole.chosen(fates[whole.node] == 0)


def fixed(batch: EpisodeBatch) -> Pieces:
    """Where units are taken; `place` is the place of the unit in the dataset's units. Needs registers."""
    registers = batch.facts.registers
    assert registers is not None
    column, units = batch.nested("fixed_live"), batch.lists("fixed_unit")
    ends = column.inner.values.astype(np.int64)
    unit = units.values[units.starts[column.row] + column.node][0::2]
    none = np.full(len(unit), -1)
    return Pieces(column.row[0::2], none, ends[0::2], ends[1::2], np.searchsorted(registers.units, unit))


def merged_cover(pieces: Pieces, stride: int) -> tuple[Ints, Ints, Ints]:
    """(node, first, last) of what the pieces cover together, touching ones joined, sorted."""
    begin = pieces.node * stride + pieces.first
    order = np.argsort(begin, kind="stable")
    begin, end = begin[order], (pieces.node * stride + pieces.last)[order]
    if not len(begin):
        return begin, begin, end
    reach = np.maximum.accumulate(end)
    is_new = np.append(True, begin[1:] > reach[:-1])
    heads = np.flatnonzero(is_new)
    last = reach[np.append(heads[1:], len(begin)) - 1]
    node = begin[heads] // stride
    return node, begin[heads] - node * stride, last - node * stride


def expanded(counts: Ints) -> tuple[Ints, Ints]:
    """Each index i as often as counts[i] says, and which repetition it is."""
    which = np.repeat(np.arange(len(counts)), counts)
    return which, np.arange(len(which)) - (np.cumsum(counts) - counts)[which]


def overlapping(one: Pieces, other: Pieces, stride: int, groups: int) -> tuple[Ints, Ints]:
    """All pairs that overlap in one row and place (of `groups`): numbers in `one`, numbers in `other`."""
    started, starting = _started_within(one, other, stride, groups, side="left")
    second, first = _started_within(other, one, stride, groups, side="right")
    return np.concatenate((started, first)), np.concatenate((starting, second))


def _started_within(
    whole: Pieces, others: Pieces, stride: int, groups: int, *, side: Literal["left", "right"]
) -> tuple[Ints, Ints]:
    """Pairs of which the second begins within the first; with `side` "right", not where that begins itself."""
    own, key = ((each.row * (groups + 1) + each.place) * stride for each in (whole, others))
    begin = key + others.first
    order = np.argsort(begin, kind="stable")
    low = np.searchsorted(begin[order], own + whole.first, side=side)
    high = np.searchsorted(begin[order], own + whole.last, side="left")
    which, repetition = expanded(np.maximum(high - low, 0))
    return which, order[low[which] + repetition]


def stride_of(batch: EpisodeBatch) -> int:
    """More than any position."""
    return int(2 * batch.lists("inst").lengths.max(initial=0)) + 3


def row_of_node(batch: EpisodeBatch, node: Ints) -> tuple[Ints, Ints]:
    """Row of each node of the batch, and its number there."""
    nodes: Lists = batch.lists("node_vreg")
    return nodes.owner[node], nodes.place[node]
