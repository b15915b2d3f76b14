"""Episodes for PyTorch: a stream that several workers of a `DataLoader` share, each episode given out once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch.utils.data import IterableDataset, get_worker_info

from rl4real_data.reading.dataset import EpisodeDataset, State
from rl4real_data.reading.episode import Episode

Transform = Callable[[Episode], Any]
_ARRAYS = ("node_class", "node_spill_weight", "node_size", "node_outcome", "node_assigned")


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
        values = getattr(episode, name)
        if values is not None:
            found[name] = torch.from_numpy(values.copy())
    return found


class TorchEpisodes(IterableDataset[Any]):
    """`transform` of each episode, made in the worker; by default `episode_tensors`.

    For `torch.utils.data.DataLoader` with any number of workers: worker w of n reads `dataset.shard(w, n)`. Graphs
    differ in size, so pass `batch_size=None`, a `collate_fn`, or use `to_pyg` with PyG's own loader.

    The position of each worker can be saved and restored (`state_dict`, as torchdata's `StatefulDataLoader` does).
    Several machines: `TorchEpisodes(dataset.shuffle(seed).shard(rank, world_size))`.
    """

    def __init__(self, dataset: EpisodeDataset, transform: Transform = episode_tensors) -> None:
        self._dataset = dataset
        self._transform = transform
        self._own: EpisodeDataset | None = None
        self._state: Mapping[str, Any] | None = None

    def __len__(self) -> int:
        return len(self._dataset)

    def _share(self) -> EpisodeDataset:
        """What this process reads, with files of its own: those of the parent must not be read by two processes."""
        if self._own is None:
            worker = get_worker_info()
            own = self._dataset.reopened()
            self._own = own if worker is None else own.shard(worker.id, worker.num_workers)
        return self._own

    def __iter__(self) -> Iterator[Any]:
        share = self._share()
        if self._state is not None:
            share.load_state_dict(self._state)
            self._state = None
        for episode in share:
            yield self._transform(episode)

    def state_dict(self) -> State:
        """The position of this worker's share."""
        return self._share().state_dict()

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """This worker's next iteration starts where `state` was taken."""
        self._state = state
