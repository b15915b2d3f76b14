"""The order in which the rows of a split are read.

They are shuffled and shared out between processes without touching them.

A plan is a list of segments (rows of one shard that follow each other), cut into blocks of a few segments. Without
shuffling, a block is one segment and is read in order. Shuffling cuts segments at row groups, permutes them, and then
permutes the rows of each block among each other, so that only a block's row groups are in memory at once. Sharing
out gives each process an equal stretch of the segments.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Starts = Callable[[int], Ints]
"""Shard -> first row of each of its row groups, and its row count; reads a footer."""


@dataclass(frozen=True, slots=True)
class Segment:
    """The rows [first, last) of a shard."""

    shard: int
    first: int
    last: int

    def __len__(self) -> int:
        return self.last - self.first


@dataclass(frozen=True)
class Plan:
    """`segments` in reading order; `seed` is None for reading in order, else the rows of `mixed` segments are mixed."""

    segments: tuple[Segment, ...]
    seed: int | None = None
    mixed: int = 1

    @cached_property
    def block_starts(self) -> Ints:
        """(blocks + 1,) int64: how many rows come before each block; the last entry counts all."""
        lengths = [sum(map(len, self.segments_of(block))) for block in range(self.blocks)]
        return np.concatenate(([0], np.cumsum(lengths, dtype=np.int64))).astype(np.int64)

    @property
    def blocks(self) -> int:
        return -(-len(self.segments) // self.mixed)

    @property
    def rows(self) -> int:
        return sum(map(len, self.segments))

    def segments_of(self, block: int) -> Sequence[Segment]:
        return self.segments[block * self.mixed : (block + 1) * self.mixed]

    def rows_of(self, block: int) -> tuple[Ints, Ints]:
        """Shard and row in the shard of each row of the block, in reading order."""
        segments = self.segments_of(block)
        shards = np.repeat([s.shard for s in segments], [len(s) for s in segments]).astype(np.int64)
        rows = np.concatenate([np.arange(s.first, s.last, dtype=np.int64) for s in segments])
        if self.seed is None:
            return shards, rows
        order = np.random.default_rng((self.seed, block)).permutation(len(rows))
        return shards[order], rows[order]

    def shuffled(self, seed: int, mixed: int, starts: Starts) -> Plan:
        """The same rows in another order, of which `mixed` row groups are in memory at once."""
        pieces = [piece for segment in self.segments for piece in cut_at_row_groups(segment, starts(segment.shard))]
        order = np.random.default_rng(seed).permutation(len(pieces))
        return Plan(tuple(pieces[place] for place in order), seed=seed, mixed=mixed)

    def part(self, rank: int, world_size: int) -> Plan:
        """The rows of process `rank`: all parts together are the whole, and their sizes differ by at most one row."""
        total = self.rows
        return replace(
            self, segments=_stretch(self.segments, total * rank // world_size, total * (rank + 1) // world_size)
        )


def _stretch(segments: Iterable[Segment], first: int, last: int) -> tuple[Segment, ...]:
    """The rows [first, last) of the segments, counted through."""
    found, before = [], 0
    for segment in segments:
        lower, upper = max(first - before, 0), min(last - before, len(segment))
        if lower < upper:
            found.append(Segment(segment.shard, segment.first + lower, segment.first + upper))
        before += len(segment)
    return tuple(found)


def cut_at_row_groups(segment: Segment, starts: Ints) -> list[Segment]:
    """The segment in pieces that lie in one row group each."""
    inside = starts[(starts > segment.first) & (starts < segment.last)].tolist()
    bounds = [segment.first, *inside, segment.last]
    return [Segment(segment.shard, first, last) for first, last in itertools.pairwise(bounds)]
