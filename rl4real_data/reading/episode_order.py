"""The order of a view's episodes.

Which row of which shard comes when, block by block, after the filter.
"""

from __future__ import annotations

import hashlib
import json
from functools import cached_property

import numpy as np
import numpy.typing as npt

from rl4real_data.reading.epoch_order import Plan, Segment
from rl4real_data.reading.shard_files import ShardFiles
from rl4real_data.reading.view import Shuffle, View


class EpisodeOrder:
    """Of the episodes of `split`, whose shards are `files`, as `view` asks for them."""

    def __init__(self, files: ShardFiles, split: str, view: View) -> None:
        self._files = files
        self._split = split
        self._view = view

    @cached_property
    def plan(self) -> Plan:
        """Which rows come when, before the filter."""
        rows = [entry.rows for entry in self._files.entries]
        plan = Plan(tuple(Segment(shard, 0, count) for shard, count in enumerate(rows) if count))
        for step in self._view.steps:
            if isinstance(step, Shuffle):
                plan = plan.shuffled(step.seed, step.mixed, self._files.row_group_starts)
            else:
                plan = plan.part(step.rank, step.world_size)
        return plan

    @cached_property
    def starts(self) -> npt.NDArray[np.int64]:
        """(blocks + 1,) int64: episodes before each block, after the filter."""
        if self._view.condition is None:
            return self.plan.block_starts
        kept = [len(self.rows_of(block)[0]) for block in range(self.plan.blocks)]
        return np.concatenate(([0], np.cumsum(kept, dtype=np.int64))).astype(np.int64)

    def rows_of(self, block: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Shard and row of each episode of the block, in reading order, after the filter."""
        for segment in self.plan.segments_of(block):
            self._files.row_group_starts(segment.shard)  # whether it has the rows that the index tells of
        shards, rows = self.plan.rows_of(block)
        if self._view.condition is None:
            return shards, rows
        kept = np.zeros(len(rows), np.bool_)
        files = self._files
        for shard in np.unique(shards).tolist():
            own = shards == shard
            starts = files.row_group_starts(shard)
            numbers = np.searchsorted(starts, rows[own], side="right") - 1
            kept_here = np.zeros(len(numbers), np.bool_)
            for number in np.unique(numbers).tolist():
                inside = numbers == number
                mask = files.kept(shard, number, self._view.condition)
                kept_here[inside] = mask[rows[own][inside] - starts[number]]
            kept[own] = kept_here
        return shards[kept], rows[kept]

    def key(self) -> str:
        """Hash of all that decides which episode comes when; the selected columns do not."""
        digests = [entry.sha256 for entry in self._files.entries]
        steps = [repr(step) for step in self._view.steps]
        parts = (self._split, digests, steps, None if self._view.condition is None else str(self._view.condition))
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
