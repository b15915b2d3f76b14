"""One episode out of a DATA_DIR, with the names of its registers."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import numpy as np

from rl4real_data.episodes.file_names import REGISTERS_NAME
from rl4real_data.episodes.index import read_index
from rl4real_data.episodes.schema import EPISODES, REGISTERS
from rl4real_data.episodes.shards import iterate_batches, malformed_tables, open_table
from rl4real_data.reading.dataset import EpisodeDataset
from rl4real_data.show.find import find_episode
from rl4real_data.show.view import EpisodeView, RegisterNames, view_episode


def load_view(data_dir: Path, word: str) -> EpisodeView:
    """The view of the episode that `word` names.

    UsageError unless exactly one episode is meant; DatasetError if there is no dataset, or a file cannot be read.
    """
    with drawn_from(data_dir):
        match = find_episode(data_dir, word)
        dataset = EpisodeDataset(data_dir, split=match.split)
        target = dataset[match.row].target
        return view_row(dataset, match.row, match.episode_id, load_names(data_dir, target), split=match.split)


def view_row(dataset: EpisodeDataset, row: int, episode_id: str, names: RegisterNames, *, split: str) -> EpisodeView:
    """The view of one episode of a split. ValueError if it is not the one that was found there before."""
    episode = dataset[row]
    if episode.episode_id != episode_id:  # both count rows over the shards in the order of their names
        raise ValueError("another episode came into its place meanwhile")
    columns = {name: _plain(getattr(episode, name)) for name in EPISODES.names}
    return view_episode(columns, names, split=split)


def drawn_from(data_dir: Path) -> contextlib.AbstractContextManager[None]:
    """Around the drawing of what was loaded: where it does not fit together, that is a DatasetError."""
    return malformed_tables(data_dir)


def _plain(value: Any) -> Any:
    """Arrays, and lists of arrays, as Python's lists."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    return [_plain(one) for one in value] if isinstance(value, list) else value


def load_names(data_dir: Path, target: str) -> RegisterNames:
    """Names of registers and classes from `registers.parquet`; none if the dataset lists no such file."""
    rows: list[dict[str, Any]] = []
    index = read_index(data_dir)
    if REGISTERS_NAME in index.files:
        with open_table(data_dir, index, REGISTERS_NAME) as file:
            for batch in iterate_batches(file, REGISTERS.names):
                rows += batch.to_pylist()
    return RegisterNames.from_rows(rows, target)
