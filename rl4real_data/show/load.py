"""One episode out of a DATA_DIR, with the names of its registers."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from rl4real_data.episodes.file_names import REGISTERS_NAME
from rl4real_data.episodes.index import read_index
from rl4real_data.episodes.schema import EPISODES, REGISTERS
from rl4real_data.episodes.shards import iterate_batches, malformed_tables, open_table
from rl4real_data.reading.dataset import EpisodeDataset
from rl4real_data.show.best_answer import CarryOut, with_best
from rl4real_data.show.find import find_episode
from rl4real_data.show.view import EpisodeView, RegisterNames, view_episode


def load_view(data_dir: Path, word: str, *, carry_out: CarryOut | None = None) -> EpisodeView:
    """The view of the episode that `word` names; with `carry_out` also that of its best label.

    UsageError unless exactly one episode is meant; DatasetError if there is no dataset, or a file cannot be read, or
    the episode has no label with an answer.
    """
    with drawn_from(data_dir):
        match = find_episode(data_dir, word)
        dataset = EpisodeDataset(data_dir, split=match.split)
        target = dataset[match.row].target
        names = load_names(data_dir, target)
        return view_row(dataset, match.row, match.episode_id, names, split=match.split, carry_out=carry_out)


def view_row(
    dataset: EpisodeDataset,
    row: int,
    episode_id: str,
    names: RegisterNames,
    *,
    split: str,
    carry_out: CarryOut | None = None,
) -> EpisodeView:
    """The view of one episode of a split. ValueError if it is not the one that was found there before."""
    episode = dataset[row]
    if episode.episode_id != episode_id:  # both count rows over the shards in the order of their names
        raise ValueError("another episode came into its place meanwhile")
    columns = {name: _plain(getattr(episode, name)) for name in EPISODES.names}
    view = replace(view_episode(columns, names, split=split), labels=episode.labels)
    if carry_out is None:
        return view
    best = with_best(columns, episode.best, carry_out)
    return replace(view, best=view_episode(best, names, split=split))


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
