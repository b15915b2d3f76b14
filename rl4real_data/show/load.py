"""One episode out of a DATA_DIR, with the names of its registers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from rl4real_data.episodes.index import read_index
from rl4real_data.episodes.schema import EPISODES, REGISTERS
from rl4real_data.episodes.shards import REGISTERS_NAME, iterate_batches, open_parquet
from rl4real_data.reading.dataset import EpisodeDataset
from rl4real_data.show.find import find_episode
from rl4real_data.show.view import EpisodeView, RegisterNames, view_episode


def load_view(data_dir: Path, word: str) -> EpisodeView:
    """The view of the episode that `word` names.

    UsageError unless exactly one episode is meant; DatasetError if there is no dataset, or a file cannot be read.
    """
    match = find_episode(data_dir, word)
    episode = EpisodeDataset(data_dir, split=match.split)[match.row]
    assert episode.episode_id == match.episode_id, "both count rows over the shards in the order of their names"
    row = {name: _plain(getattr(episode, name)) for name in EPISODES.names}
    return view_episode(row, load_names(data_dir, row["target"]), split=match.split)


def _plain(value: Any) -> Any:
    """Arrays, and lists of arrays, as Python's lists."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    return [_plain(one) for one in value] if isinstance(value, list) else value


def load_names(data_dir: Path, target: str) -> RegisterNames:
    """Names of registers and classes from `registers.parquet`; none if the dataset lists no such file."""
    rows: list[dict[str, Any]] = []
    if REGISTERS_NAME in read_index(data_dir).files:
        with open_parquet(data_dir / REGISTERS_NAME, name=REGISTERS_NAME) as file:
            for batch in iterate_batches(file, REGISTERS.names):
                rows += batch.to_pylist()
    return RegisterNames.from_rows(rows, target)
