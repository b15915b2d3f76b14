"""Episodes for PyTorch.

A stream that several workers of a `DataLoader` share, each episode given out once.
"""

from __future__ import annotations

__all__ = ["TorchEpisodes", "episode_tensors"]

import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from rl4real_data.core.extras import required_by
from rl4real_data.reading.dataset import EpisodeDataset, State
from rl4real_data.reading.episode import Episode
from rl4real_data.reading.episode_columns import NEW_COLUMNS

with required_by("TorchEpisodes", extra="torch"):
    import torch
    from torch.utils.data import IterableDataset, get_worker_info

Transform = Callable[[Episode], Any]
Reader = tuple[int, tuple[int, int] | None]
"""A process, and which worker of how many it is."""
_ARRAYS = ("node_class", "node_spill_weight", "node_size", "node_outcome", "node_assigned", "node_fate")


def episode_tensors(episode: Episode) -> dict[str, Any]:
    """`edges` (n_edges, 2) int64, `node_vectors` (n_nodes, D) float32, and the columns of one number a node.

    A column that the source does not tell is left out. DatasetError for a dataset without vectors.
    """
    found: dict[str, Any] = {
        "episode_id": episode.episode_id,
        "edges": torch.from_numpy(episode.edges.astype(np.int64)),
        "node_vectors": torch.from_numpy(episode.node_vectors()),
    }
    for name in _ARRAYS:
        values = getattr(episode, name) if episode.has_column(name) or name not in NEW_COLUMNS else None
        if values is not None:
            found[name] = torch.from_numpy(values.copy())
    return found


class TorchEpisodes(IterableDataset[Any]):
    """`transform` of each episode, made in the worker; by default `episode_tensors`.

    For `torch.utils.data.DataLoader` with any number of workers: worker w of n reads `dataset.shard(w, n)`. Graphs
    differ in size, so pass `batch_size=None`, a `collate_fn`, or use `to_pyg` with PyG's own loader.

    The position of each worker can be saved and restored, as torchdata's `StatefulDataLoader` does, with the same
    number of workers. A first pass starts at the beginning, wherever `dataset` itself stands.
    Several machines: `TorchEpisodes(dataset.shuffle(seed).shard(rank, world_size))`.
    """

    def __init__(self, dataset: EpisodeDataset, transform: Transform = episode_tensors) -> None:
        self._dataset = dataset
        self._transform = transform
        self._own: tuple[Reader, EpisodeDataset] | None = None
        self._state: State | None = None
        self._has_ended = False

    def __len__(self) -> int:
        return len(self._dataset)

    def _share(self) -> EpisodeDataset:
        """What this process reads, with files of its own: those of the parent must not be read by two processes."""
        worker = get_worker_info()
        reader = (os.getpid(), None) if worker is None else (os.getpid(), (worker.id, worker.num_workers))
        if self._own is None or self._own[0] != reader:  # another process', if the parent has read from it
            own = self._dataset.reopened()
            self._own = reader, own if worker is None else own.shard(worker.id, worker.num_workers)
        return self._own[1]

    def __iter__(self) -> Iterator[Any]:
        share = self._share()
        state, self._state = self._state, None
        if state is not None:
            share.load_state_dict(state)
        self._has_ended = state is not None and bool(state.get("ended"))
        episodes = iter(share)  # at once, not with the first episode: `state_dict` may be asked before that
        return iter(()) if self._has_ended else self._transformed(episodes)

    def _transformed(self, episodes: Iterator[Episode]) -> Iterator[Any]:
        for episode in episodes:
            yield self._transform(episode)
        self._has_ended = True

    def state_dict(self) -> State:
        """The position of this worker's share, and whether the pass has ended."""
        if self._state is not None:
            return dict(self._state)
        return {**self._share().state_dict(), "ended": self._has_ended}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """This worker's next pass starts where `state` was taken: behind the end, nothing is left for it."""
        self._state = dict(state)
