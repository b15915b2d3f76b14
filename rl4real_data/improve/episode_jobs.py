"""The episodes of a dataset that are searched, and what is known of each.

Asked for are functions that greedy split or spilled: in the others a search finds a tenth as much.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from rl4real_data.episodes.column_values import Fate, Outcome
from rl4real_data.episodes.index import DatasetIndex
from rl4real_data.improve.choices import Known
from rl4real_data.reading.dataset import EpisodeDataset
from rl4real_data.reading.episode import Episode
from rl4real_data.reading.register_table import RegisterTable

_CHOICE: Final = ("episode_id", "node_outcome", "node_fate")
_COLUMNS: Final = ("episode_id", "mir", "node_vreg", "node_assigned", "callee_saved")
_EDITED: Final = int(Fate.SPLIT | Fate.SPILLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchJob:
    """One episode to be searched. `mir`: None where the episode has none."""

    episode_id: str
    mir: str | None
    known: Known


def chosen_episodes(data_dir: Path, index: DatasetIndex, *, take_all: bool, limit: int | None) -> tuple[str, ...]:
    """The ids of those that greedy split or spilled, or of all, in the shards' order; `limit` of them spread evenly."""
    found = [
        episode.episode_id
        for split in index.splits
        for episode in EpisodeDataset(data_dir, split).select(_CHOICE)
        if take_all or is_edited(episode)
    ]
    wanted = len(found) if limit is None else min(limit, len(found))
    return tuple(found[number * len(found) // wanted] for number in range(wanted))


def is_edited(episode: Episode) -> bool:
    """Whether greedy split or spilled a register of it."""
    if episode.node_fate is not None:
        return bool(np.any(episode.node_fate & _EDITED))
    outcome = episode.node_outcome
    return outcome is not None and bool(np.isin(outcome, (Outcome.SPLIT, Outcome.SPILLED)).any())


def jobs_of(data_dir: Path, index: DatasetIndex, episodes: Sequence[str]) -> Iterator[SearchJob]:
    """Those of these episodes, in the shards' order, one row group of text in memory."""
    wanted = frozenset(episodes)
    for split in index.splits:
        dataset = EpisodeDataset(data_dir, split).select(_COLUMNS)
        for episode in dataset:
            if episode.episode_id in wanted:
                yield SearchJob(episode_id=episode.episode_id, mir=episode.mir, known=known(episode, dataset.registers))


def known(episode: Episode, registers: RegisterTable) -> Known:
    """The registers that the function must save, with those that share one, and where greedy put its nodes."""
    names = registers.names
    saved = [] if episode.callee_saved is None else [int(reg_id) for reg_id in episode.callee_saved]
    assigned = episode.node_assigned
    places = [] if assigned is None else zip(episode.node_vreg.tolist(), assigned.tolist(), strict=True)
    return Known(
        callee_saved={names[alias] for one in saved for alias in (one, *registers.aliases[one].tolist())},
        greedy={vreg: names[reg_id] for vreg, reg_id in places if reg_id},
    )
