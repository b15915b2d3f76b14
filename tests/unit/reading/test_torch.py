"""Episodes in PyTorch and PyTorch Geometric, with their own loaders."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pytest
import torch
from episode_builder import (
    make_episode,
    make_fork_episode,
    make_instructions,
    make_vector_instructions,
    write_dataset,
)
from reading_dataset import write_episodes
from torch.utils.data import DataLoader
from torchdata.stateful_dataloader import StatefulDataLoader

from rl4real_data import EpisodeDataset
from rl4real_data.core.errors import DatasetError
from rl4real_data.reading.torch_episodes import TorchEpisodes, episode_tensors

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # PyG 2.8 calls torch.jit.script when it is imported
    from torch_geometric.loader import DataLoader as GraphLoader
    from torch_geometric.utils import is_undirected, to_networkx

    from rl4real_data.reading.pyg import PYG_COLUMNS, to_pyg

ALL = list(range(1, 18))
pytestmark = pytest.mark.filterwarnings("ignore:'set_vital' is deprecated:UserWarning")  # torchdata 0.11 calls it


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dataset")
    write_episodes(folder, [7, 1, 9])
    return folder


def number_of(episode: Any) -> int:
    return int(episode.function_id)


@pytest.mark.filterwarnings("ignore:This DataLoader will create:UserWarning")  # more workers than cores
@pytest.mark.parametrize("workers", [0, 1, 2, 3])
def test_workers_share_the_episodes(data_dir: Path, workers: int) -> None:
    dataset = EpisodeDataset(data_dir).shuffle(1)
    dataset[0]  # what the parent has open must not disturb the workers
    loader = DataLoader(TorchEpisodes(dataset, number_of), batch_size=None, num_workers=workers)

    assert sorted(loader) == ALL
    assert sorted(loader) == ALL  # the next epoch
    assert len(loader) == 17


def test_spawned_workers_and_whole_episodes(data_dir: Path) -> None:
    """Episodes travel themselves, and the dataset to interpreters that share nothing with this one."""
    loader = DataLoader(
        TorchEpisodes(EpisodeDataset(data_dir), transform=_itself),
        batch_size=None,
        num_workers=2,
        multiprocessing_context="forkserver",
    )

    assert sorted(episode.function_id for episode in loader) == ALL


def _itself(episode: Any) -> Any:
    return episode


def test_machines_and_workers(data_dir: Path) -> None:
    dataset = EpisodeDataset(data_dir).shuffle(2)
    found: list[int] = []
    for rank in range(2):
        found += DataLoader(TorchEpisodes(dataset.shard(rank, 2), number_of), batch_size=None, num_workers=2)

    assert sorted(found) == ALL


def test_the_position_is_saved_and_restored(data_dir: Path) -> None:
    stream = TorchEpisodes(EpisodeDataset(data_dir).shuffle(1), number_of)
    whole, iterator = list(stream), iter(stream)
    taken = [next(iterator) for _ in range(6)]
    again = TorchEpisodes(EpisodeDataset(data_dir).shuffle(1), number_of)
    again.load_state_dict(stream.state_dict())

    assert taken + list(again) == whole


def test_a_pass_that_has_ended(data_dir: Path) -> None:
    stream = TorchEpisodes(EpisodeDataset(data_dir), number_of)
    list(stream)
    again = TorchEpisodes(EpisodeDataset(data_dir), number_of)
    again.load_state_dict(stream.state_dict())

    assert again.state_dict() == stream.state_dict()
    assert list(again) == []
    assert list(again) == ALL


def stateful(dataset: EpisodeDataset, state: Any = None, *, workers: int = 2, **options: Any) -> Any:
    """The workers take turns."""
    loader = StatefulDataLoader(TorchEpisodes(dataset, number_of), batch_size=None, num_workers=workers, **options)
    if state is not None:
        loader.load_state_dict(state)
    return loader


@pytest.mark.parametrize(("workers", "persistent"), [(0, False), (2, False), (2, True)])
@pytest.mark.parametrize("count", [0, 1, 8, 16, 17])
def test_an_epoch_of_two_runs(data_dir: Path, count: int, workers: int, persistent: bool) -> None:
    options = {"workers": workers, "persistent_workers": persistent}
    dataset = EpisodeDataset(data_dir).shuffle(1)
    whole = list(stateful(dataset, workers=workers))
    first = stateful(dataset, **options)
    iterator = iter(first)
    taken = [next(iterator) for _ in range(count)]
    second = stateful(EpisodeDataset(data_dir).shuffle(1), first.state_dict(), **options)

    assert sorted(whole) == ALL
    assert taken + list(second) == whole
    assert list(second) == whole  # the next epoch


def test_a_worker_that_has_ended_before_the_other(data_dir: Path) -> None:
    """Its share has one of the episodes that the filter leaves, the other worker's has five."""
    dataset = EpisodeDataset(data_dir).filter(pc.field("function_id").isin([1, 2, 3, 4, 5, 9]))
    first = stateful(dataset)
    iterator = iter(first)
    taken = [next(iterator) for _ in range(4)]

    assert taken == [1, 9, 2, 3]
    assert list(stateful(dataset, first.state_dict())) == [4, 5]


def test_a_run_that_is_continued_twice(data_dir: Path) -> None:
    """The second one stops before each worker has given out an episode."""
    dataset = EpisodeDataset(data_dir).shuffle(1)
    taken, state = [], None
    for count in (7, 0, 1):
        loader = stateful(dataset, state)
        iterator = iter(loader)
        taken += [next(iterator) for _ in range(count)]
        state = loader.state_dict()

    assert taken + list(stateful(dataset, state)) == list(stateful(dataset))


@pytest.mark.parametrize("workers", [0, 2])
def test_an_epoch_that_is_over(data_dir: Path, workers: int) -> None:
    dataset = EpisodeDataset(data_dir).shuffle(1)
    first = stateful(dataset, workers=workers)
    whole = list(first)

    assert list(stateful(dataset, first.state_dict(), workers=workers)) == whole


def test_the_position_of_another_order(data_dir: Path) -> None:
    """Without workers: torchdata waits 5 s for each that cannot start."""
    state = stateful(EpisodeDataset(data_dir).shuffle(1), workers=0).state_dict()

    with pytest.raises(DatasetError, match="saved position belongs to another"):
        list(stateful(EpisodeDataset(data_dir).shuffle(2), state, workers=0))


@pytest.mark.parametrize("workers", [0, 2])
def test_what_was_looked_at_before(data_dir: Path, workers: int) -> None:
    """The first episode, of the dataset and of the stream, as people do to see what is in them."""
    dataset = EpisodeDataset(data_dir)
    next(iter(dataset))
    stream = TorchEpisodes(dataset, number_of)
    assert next(iter(stream)) == 1

    assert sorted(DataLoader(stream, batch_size=None, num_workers=workers)) == ALL
    assert sorted(DataLoader(stream, batch_size=None, num_workers=workers)) == ALL


def test_tensors(data_dir: Path) -> None:
    tensors = episode_tensors(EpisodeDataset(data_dir)[1])

    assert tensors["edges"].tolist() == [[0, 1], [0, 2]]
    assert tensors["edges"].dtype == torch.int64
    assert tensors["node_vectors"].tolist() == [[0.25, 0.5, 0.25], [0, 1, 0], [0.5, 0, 0.5]]
    assert tensors["node_assigned"].tolist() == [1, 2, 2]
    assert tensors["node_fate"].tolist() == [0, 0, 0]


def test_tensors_need_no_column_of_version_1(data_dir: Path) -> None:
    old = ("episode_id", "edge_u", "edge_v", "inst", "node_live", "node_class", "node_spill_weight", "node_size")
    tensors = episode_tensors(EpisodeDataset(data_dir).select((*old, "node_outcome", "node_assigned"))[1])

    assert "node_fate" not in tensors


def test_graph(data_dir: Path) -> None:
    """Colours: r1 1, r2 2, r3 3, r1r2 5; r4 is reserved."""
    episode = EpisodeDataset(data_dir).select(PYG_COLUMNS)[4]  # node 1 was spilled
    data = to_pyg(episode)
    data.validate()

    assert data.x.tolist() == [[0.25, 0.5, 0.25], [0, 1, 0], [0.5, 0, 0.5]]
    assert is_undirected(data.edge_index)
    assert sorted(to_networkx(data, to_undirected=True).edges) == [(0, 1), (0, 2)]
    assert data.y.tolist() == [1, 0, 2]
    assert data.outcome.tolist() == [0, 2, 0]
    assert data.assigned_mask.tolist() == [True, False, True]
    assert data.spill_weight.tolist() == [0.25, 0.5, float("inf")]
    assert data.action_mask.int().tolist() == [[1, 1, 1, 1, 0, 0], [1, 0, 1, 0, 0, 0], [0, 1, 1, 0, 0, 0]]


def test_the_action_mask_says_what_allowed_registers_says(data_dir: Path) -> None:
    episode = EpisodeDataset(data_dir)[0]
    mask, colour = to_pyg(episode).action_mask, episode.register_table.colour

    for node in range(episode.n_nodes):
        allowed = sorted(colour[episode.allowed_registers(node)].tolist())
        assert mask[node, 1:].nonzero().flatten().add(1).tolist() == allowed


def test_a_function_may_reserve_a_register(tmp_path: Path) -> None:
    """r3, which others may have, is reserved in this function."""
    shapes = [{**shape, "embedding": [0.0] * 3} for shape in make_instructions()]
    write_dataset(tmp_path, {"train": [[make_episode(reserved=[3, 4])]]}, instructions=shapes)

    mask = to_pyg(EpisodeDataset(tmp_path)[0]).action_mask
    assert mask.int().tolist() == [[1, 1, 1, 0, 0, 0], [1, 0, 1, 0, 0, 0], [0, 1, 1, 0, 0, 0]]


def test_graph_of_the_fork(tmp_path: Path) -> None:
    """It tells neither outcomes nor reserved registers: r4, which has no colour, is in the class and counts as free."""
    episode = make_fork_episode(1, node_inst=[[0, 1, 1, 0], [], [2]], node_forbidden=[[], [1, 3], [3]])
    shapes = make_vector_instructions([1.0, 0.0, 0.5], [0.0, 1.0, 0.5], [-2.0, 0.0, 0.5])
    write_dataset(tmp_path, {"train": [[episode]]}, instructions=shapes)
    read = EpisodeDataset(tmp_path).select(PYG_COLUMNS)[0]
    data = to_pyg(read)
    data.validate()

    assert data.x.tolist() == [[0.5, 0.5, 0.5], [0, 0, 0], [-2.0, 0, 0.5]]
    assert data.edge_index.tolist() == [[0, 0, 1, 2], [1, 2, 0, 0]]
    assert data.action_mask.int().tolist() == [[1, 1, 1, 1, 0, 0], [1, 0, 1, 0, 0, 0], [0, 1, 1, 0, 0, 0]]
    assert read.allowed_registers(1).tolist() == [2, 4]
    assert not {"y", "outcome", "assigned_mask", "size"} & set(data.keys())


@pytest.mark.parametrize("workers", [0, 2])
def test_batches_of_graphs(data_dir: Path, workers: int) -> None:
    loader = GraphLoader(TorchEpisodes(EpisodeDataset(data_dir), to_pyg), batch_size=4, num_workers=workers)
    batches = list(loader)
    graphs = [graph for batch in batches for graph in batch.to_data_list()]

    assert len(graphs) == 17
    assert len({graph.episode_id for graph in graphs}) == 17
    first = batches[0]
    assert first.edge_index.tolist() == [
        [0, 0, 1, 2, 3, 3, 4, 5, 6, 6, 7, 8, 9, 9, 10, 11],
        [1, 2, 0, 0, 4, 5, 3, 3, 7, 8, 6, 6, 10, 11, 9, 9],
    ]
    assert first.batch.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]
