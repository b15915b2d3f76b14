"""The gathering of trials over a dataset's functions, from which the network learns.

Functions that greedy split or spilled come first in number, since decisions gain most there; others are among them,
because nobody tells the network which are which. What was tried lies in part files of so many functions each, and a
killed run goes on behind the last one that is whole.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import joblib

from rl4real_data.advice.function_trials import FunctionTrials, trials_of_episode
from rl4real_data.advice.menu import MENU_VERSION
from rl4real_data.advice.trial_parts import read_part, write_part
from rl4real_data.core import interruption
from rl4real_data.core.allocators import AllocatorName
from rl4real_data.core.errors import DatasetError
from rl4real_data.episodes.index import DatasetIndex, read_index
from rl4real_data.improve.episode_jobs import is_edited, jobs_of
from rl4real_data.live.trial import CompilerTool
from rl4real_data.reading.dataset import EpisodeDataset

Progress = Callable[[int, int], object]

FUNCTIONS_A_PART: Final = 64
"""Functions a part file: half a minute of work that a killed run does again."""
_COLUMNS: Final = ("episode_id", "node_outcome", "node_fate")


@dataclass(frozen=True, slots=True, kw_only=True)
class GatherSettings:
    """How many functions are tried: of those that greedy split or spilled, and of all others."""

    edited: int = 10_000
    others: int = 1600


def gather_trials(
    data_dir: Path,
    folder: Path,
    find_tool: Callable[[DatasetIndex], CompilerTool],
    settings: GatherSettings,
    *,
    jobs: int = 1,
    progress: Progress = lambda _done, _total: None,
) -> list[FunctionTrials]:
    """Tries the menu in functions of the dataset and writes part files into `folder`; those there are kept.

    Any number of `jobs` gives the same files. DatasetError for a dataset whose allocator is not greedy.
    """
    index = read_index(data_dir)
    if index.model != AllocatorName.MLRA:
        raise DatasetError(
            f"{data_dir}: its episodes are of the allocator {index.model}; decisions are made in front of greedy",
            hint=f"make it with `rl4real-data flow {index.target} train {AllocatorName.MLRA}`",
        )
    asked = _chosen(data_dir, index, settings)
    parts = [asked[start : start + FUNCTIONS_A_PART] for start in range(0, len(asked), FUNCTIONS_A_PART)]
    tool: CompilerTool | None = None
    found: list[FunctionTrials] = []
    for number, part in enumerate(parts):
        path = folder / f"trials-{number:05}.parquet"
        key = _key(index, part)
        own = read_part(path, key)
        if own is None:
            tool = tool or find_tool(index)
            own = _tried(data_dir, index, tool, part, jobs)
            write_part(path, key, own)
        found += own
        progress(min((number + 1) * FUNCTIONS_A_PART, len(asked)), len(asked))
    return found


def _chosen(data_dir: Path, index: DatasetIndex, settings: GatherSettings) -> list[str]:
    """By a hash of the id: evenly spread over the dataset, and the first ones of many are those of few."""
    found = [
        (hashlib.sha256(episode.episode_id.encode()).digest(), episode.episode_id, is_edited(episode))
        for split in index.splits
        for episode in EpisodeDataset(data_dir, split).select(_COLUMNS)
    ]
    found.sort()
    edited = [one for _, one, was_edited in found if was_edited][: settings.edited]
    others = [one for _, one, was_edited in found if not was_edited][: settings.others]
    chosen = [(place / max(len(own), 1), one) for own in (edited, others) for place, one in enumerate(own)]
    return [one for _, one in sorted(chosen)]


def _key(index: DatasetIndex, part: Sequence[str]) -> str:
    """Equal for what is tried in the same way in the same functions."""
    return hashlib.sha256(json.dumps([MENU_VERSION, index.fingerprint, list(part)]).encode()).hexdigest()


def _tried(
    data_dir: Path, index: DatasetIndex, tool: CompilerTool, part: Sequence[str], jobs: int
) -> list[FunctionTrials]:
    """In the order of the part, whoever is done first."""
    todo = (joblib.delayed(trials_of_episode)(tool, job) for job in jobs_of(data_dir, index, list(part)))
    # Threads: the work is the compiler's.
    found: dict[str, FunctionTrials] = {}
    for one in joblib.Parallel(n_jobs=jobs, prefer="threads", return_as="generator_unordered")(todo):
        interruption.check()
        found[one.episode_id] = one
    return [found[one] for one in part]
