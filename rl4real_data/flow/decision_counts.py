"""The number of decisions that a split's episodes were made with, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow.compute as pc

from rl4real_data.core.split import Split
from rl4real_data.episodes.index import DatasetIndex
from rl4real_data.episodes.shards import iterate_batches, open_table
from rl4real_data.flow.splits import shards_of

_COLUMNS: Final = (
    "decider",
    "decisions_made",
    "decisions_illegal",
    "decisions_kept",
    "decisions_moved",
    "decisions_lost",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionCounts:
    """`episodes`: those about which somebody was asked. `assigned` = `kept` + moved + lost."""

    episodes: int
    made: int
    illegal: int
    kept: int
    assigned: int


def count_decisions(data_dir: Path, index: DatasetIndex, split: Split) -> DecisionCounts:
    """Over all episodes of a split."""
    sums = dict.fromkeys(_COLUMNS, 0)
    for name in shards_of(index, split):
        with open_table(data_dir, index, name) as file:
            for batch in iterate_batches(file, _COLUMNS):
                sums["decider"] += sum(bool(decider) for decider in batch["decider"].to_pylist())
                for column in _COLUMNS[1:]:
                    sums[column] += pc.sum(batch[column]).as_py() or 0
    return DecisionCounts(
        episodes=sums["decider"],
        made=sums["decisions_made"],
        illegal=sums["decisions_illegal"],
        kept=sums["decisions_kept"],
        assigned=sums["decisions_kept"] + sums["decisions_moved"] + sums["decisions_lost"],
    )
