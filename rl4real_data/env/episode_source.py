"""The order of an environment's episodes.

All of a dataset in turn, shuffled or not, those that are too large left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rl4real_data.allocation.problem import COLUMNS
from rl4real_data.core.errors import DatasetError
from rl4real_data.reading.dataset import EpisodeDataset
from rl4real_data.reading.episode import Episode


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The room of an observation. RL4ReAl's own: 600 nodes, 30,000 edges with each counted from both its ends."""

    nodes: int
    edges: int

    def hold(self, episode: Episode) -> bool:
        """Whether the episode has a node, and not more nodes and edges than there is room for."""
        return 0 < episode.n_nodes <= self.nodes and episode.n_edges <= self.edges


class EpisodeSource:
    """An endless run over the episodes that fit; `restart` begins it anew with a seed. `columns`: more than usual."""

    def __init__(self, dataset: EpisodeDataset, limits: Limits, *, shuffle: bool, columns: Sequence[str] = ()) -> None:
        self._dataset = dataset.select((*COLUMNS, *columns))
        self._limits = limits
        self._shuffle = shuffle
        self._episodes: Iterator[Episode] = iter(())

    def restart(self, seed: int) -> None:
        """From the start again, in the order that belongs to the seed."""
        self._episodes = iter(self._dataset.shuffle(seed) if self._shuffle else self._dataset)

    def next(self, seed: int) -> Episode:
        """The next episode that fits; at the end, `restart` with `seed`. DatasetError if none fits."""
        for _ in range(2):
            for episode in self._episodes:
                if self._limits.hold(episode):
                    return episode
            self.restart(seed)
        raise DatasetError(
            f"no episode has 1 to {self._limits.nodes} nodes and at most {self._limits.edges} edges",
            hint="raise max_nodes and max_edges",
        )

    def at(self, number: int) -> Episode:
        """Episode `number` of the dataset as it was given. DatasetError if there is none, or it does not fit."""
        try:
            episode = self._dataset[number]
        except IndexError as error:
            raise DatasetError(str(error), hint="episodes count from 0") from error
        if not self._limits.hold(episode):
            raise DatasetError(
                f"episode {number} has {episode.n_nodes} nodes and {episode.n_edges} edges, there is room for "
                f"{self._limits.nodes} and {self._limits.edges}",
                hint="raise max_nodes and max_edges",
            )
        return episode
