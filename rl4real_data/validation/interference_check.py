"""The edges of an episode against its live ranges, found once more and another way than in the plugin.

The plugin walks the segments by their start and keeps those that are alive. Here the ranges of all episodes
of a batch are sorted by their start, so that the ranges which overlap one of them are its neighbours up to a
binary search. Every pair that is looked at overlaps: the work is that of the answer.

Live ranges count instructions, LLVM's segments count slots of instructions. Two registers that are live at
once at some instruction always have an edge. The reverse has one exception: a definition that is made early,
before the instruction reads (early-clobber), overlaps what ends at this very instruction. Such an edge
touches: one node starts where the other ends, or where the other is used (a register that is read last at the
first instruction of a block ends where its range in that block begins, and an empty range is not recorded).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rl4real_data.episodes.ragged import Flags, Ints
from rl4real_data.validation.episode_batch import EpisodeBatch, Spots

_CHUNK = 1 << 21
"""Pairs that are looked at in one go: 50 MB of index arrays."""


@dataclass(frozen=True, slots=True)
class Interference:
    """`missing`: nodes that overlap and have no edge. `unfounded`: edges whose nodes do not even touch."""

    missing: Spots
    unfounded: Spots


@dataclass(frozen=True, slots=True)
class _Ranges:
    """Live ranges of all nodes of a batch, sorted by `first`; positions of different rows never meet."""

    node: Ints
    first: Ints
    last: Ints


def compare_edges(batch: EpisodeBatch) -> Interference:
    """Needs live ranges that are not empty, and edges that are in range and sorted."""
    told = batch.known("node_live", "edge_u", "edge_v")
    starts = batch.lists("node_vreg").starts
    total = int(starts[-1]) + 1
    edge_u, edge_v = batch.lists("edge_u"), batch.lists("edge_v")
    edges = (starts[edge_u.owner] + edge_u.values) * total + starts[edge_v.owner] + edge_v.values
    stride = _stride(batch)
    ranges = _sorted_ranges(batch, stride)
    overlapping, missing = _sweep(ranges, edges, total)
    open_edges = np.flatnonzero(~overlapping & told[edge_u.owner])
    left, right = edges[open_edges] // total, edges[open_edges] % total
    bad = open_edges[~_touch(batch, ranges, stride, left, right)]
    row = np.searchsorted(starts, missing // total, side="right") - 1
    known = told[row]
    return Interference(
        missing=Spots(row[known], (missing // total - starts[row])[known]),
        unfounded=Spots(edge_u.owner[bad], edge_u.place[bad]),
    )


def _stride(batch: EpisodeBatch) -> int:
    live, uses = batch.nested("node_live").inner.values, batch.nested("use_inst").inner.values
    return int(max(live.max(initial=0), uses.max(initial=0))) + 2


def _sorted_ranges(batch: EpisodeBatch, stride: int) -> _Ranges:
    live = batch.nested("node_live")
    ends = live.inner.values.astype(np.int64) + live.row * stride
    node = batch.lists("node_vreg").starts[live.row] + live.node
    order = np.argsort(ends[0::2], kind="stable")
    return _Ranges(node=node[0::2][order], first=ends[0::2][order], last=ends[1::2][order])


def _sweep(ranges: _Ranges, edges: Ints, total: int) -> tuple[Flags, Ints]:
    """(edges,) True where the nodes overlap; and the overlapping pairs, formed like `edges`, without one."""
    overlapping = np.zeros(len(edges), np.bool_)
    missing = [np.empty(0, np.int64)]
    behind = np.searchsorted(ranges.first, ranges.last, side="left")
    counts = behind - np.arange(len(behind)) - 1
    full = np.arange(_CHUNK, counts.sum() + _CHUNK, _CHUNK)
    ends = np.minimum(np.searchsorted(np.cumsum(counts), full, side="left") + 1, len(counts))
    begin = 0
    for end in ends:
        left, in_run = _expand(counts[begin:end])
        one, other = ranges.node[begin + left], ranges.node[begin + left + 1 + in_run]
        pairs = (np.minimum(one, other) * total + np.maximum(one, other))[one != other]
        where = np.searchsorted(edges, pairs)
        found = where < len(edges)
        found[found] = edges[where[found]] == pairs[found]
        overlapping[where[found]] = True
        missing.append(np.unique(pairs[~found]))
        begin = int(end)
    return overlapping, np.unique(np.concatenate(missing))


def _expand(counts: Ints) -> tuple[Ints, Ints]:
    """Each index i as often as counts[i] says, and which repetition it is: [2, 1] gives 0 0 1 and 0 1 0."""
    which = np.repeat(np.arange(len(counts)), counts)
    return which, np.arange(len(which)) - (np.cumsum(counts) - counts)[which]


def _touch(batch: EpisodeBatch, ranges: _Ranges, stride: int, left: Ints, right: Ints) -> Flags:
    """(pairs,) True where one node starts at an instruction at which the other ends or is used."""
    uses = batch.nested("use_inst")
    use_node = batch.lists("node_vreg").starts[uses.row] + uses.node
    wide = stride * (batch.rows + 1)
    use_ends = use_node * wide + uses.row * stride + uses.inner.values
    ends = np.concatenate((ranges.node * wide + ranges.last, use_ends))
    by_node = np.argsort(ranges.node, kind="stable")
    node, first = ranges.node[by_node], ranges.first[by_node]
    touching = np.zeros(len(left), np.bool_)
    for one, other in ((left, right), (right, left)):
        begin, end = np.searchsorted(node, one, side="left"), np.searchsorted(node, one, side="right")
        pair, in_run = _expand(end - begin)
        wanted = other[pair] * wide + first[begin[pair] + in_run]
        touching[pair[np.isin(wanted, ends)]] = True
    return touching
