"""Heterogeneous graphs of PyTorch Geometric, against the episode drawn in `whole_episode`."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
from episode_builder import DIMENSION, UNTOLD, make_episode, make_instructions, write_dataset
from whole_episode import make_edited_episode, make_whole_episode, write_whole_dataset

from rl4real_data import EpisodeDataset
from rl4real_data.core.errors import DatasetError

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # PyG 2.8 calls torch.jit.script when it is imported
    from torch_geometric.data import HeteroData
    from torch_geometric.loader import DataLoader

    from rl4real_data.reading.pyg_hetero import HETERO_COLUMNS, to_hetero

pytestmark = pytest.mark.large
SHAPES = [{**row, "embedding": [float(row["inst_id"])] * DIMENSION} for row in make_instructions()]


@pytest.fixture
def dataset(tmp_path: Path) -> EpisodeDataset:
    rows = [make_whole_episode(1), make_edited_episode(2)]
    write_whole_dataset(tmp_path, {"train": [rows]}, instructions=SHAPES)
    return EpisodeDataset(tmp_path).select(HETERO_COLUMNS)


def edges(graph: HeteroData, *kind: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = [tuple(pair) for pair in graph[kind].edge_index.T.tolist()]
    return found


def test_three_kinds_of_nodes(dataset: EpisodeDataset) -> None:
    graph = to_hetero(dataset[1])

    assert (graph["node"].num_nodes, graph["instruction"].num_nodes, graph["register"].num_nodes) == (3, 6, 5)
    assert graph["node"].fate.tolist() == [1, 2, 0]
    assert graph["node"].length.tolist() == [64, 32, 32]
    assert graph["instruction"].frequency.tolist() == [1, 1, 1, 1, 0.5, 0.5]
    assert graph["instruction"].x[:, 0].tolist() == [0, 1, 1, 2, 0, 3]
    assert graph["register"].reg_id.tolist() == [1, 2, 3, 0, 5]
    assert graph["register"].cost.tolist() == [0, 0, 1, 0, 0]


def test_edges_of_operands_have_flags_and_the_answer(dataset: EpisodeDataset) -> None:
    graph = to_hetero(dataset[1])
    uses = graph["node", "uses", "instruction"]

    assert edges(graph, "node", "uses", "instruction") == [(0, 0), (1, 1), (0, 2), (2, 3), (1, 3), (0, 4), (2, 5)]
    assert uses.flags[:, :2].tolist() == [[0, 1], [0, 1], [1, 0], [0, 1], [1, 0], [1, 0], [1, 0]]
    assert uses.flags.shape == (7, 8)
    assert uses.place.tolist() == [1, 2, 1, 2, 2, 3, 2]  # colours
    assert uses.operand.tolist() == [0, 0, 1, 0, 1, 0, 0]


def test_edges_between_nodes_and_registers(dataset: EpisodeDataset) -> None:
    graph = to_hetero(dataset[0])

    assert edges(graph, "node", "interferes", "node") == [(0, 1), (0, 2), (1, 0), (2, 0)]
    assert edges(graph, "register", "copies", "node") == [(0, 0)]
    assert graph["register", "copies", "node"].frequency.tolist() == [1]
    assert edges(graph, "node", "copies", "node") == edges(graph, "node", "copies", "register") == []
    assert edges(graph, "node", "hints", "register") == [(0, 0)]
    assert edges(graph, "node", "hints", "node") == [(1, 0)]
    assert edges(graph, "register", "forbids", "node") == [(0, 1), (2, 1), (2, 2)]


def test_edges_of_what_is_taken_at_an_instruction(dataset: EpisodeDataset) -> None:
    graph = to_hetero(dataset[0])

    # r3 at [5, 8): behind 2, before and behind 3; mask 7 at 2 leaves r2 and r3, the function's own at 4 r1
    assert edges(graph, "register", "takes", "instruction") == [(2, 2), (2, 3)]
    assert edges(graph, "instruction", "clobbers", "register") == [(2, 0), (2, 4), (4, 1), (4, 2), (4, 4)]


def test_instructions_follow_one_another_through_blocks(tmp_path: Path) -> None:
    changes = {"block_start": [0, 4, 4], "block_freq": [1.0, 0.0, 0.5], "block_loop_depth": [0, 0, 1]}
    changes |= {"block_flags": [0, 0, 0]}
    changes |= {"block_succ": [[1, 2], [2], [0]], "block_succ_prob": [[0.25, 0.75], [1.0], [1.0]]}
    write_whole_dataset(tmp_path, {"train": [[make_whole_episode(1, **changes)]]}, instructions=SHAPES)
    graph = to_hetero(EpisodeDataset(tmp_path)[0])

    # block 1 is empty
    assert edges(graph, "instruction", "next", "instruction") == [(0, 1), (1, 2), (2, 3), (4, 5), (3, 4), (5, 0)]
    assert graph["instruction", "next", "instruction"].probability.tolist() == [1, 1, 1, 1, 0.75, 1]
    assert graph["instruction"].loop_depth.tolist() == [0, 0, 0, 0, 1, 1]


def test_graphs_are_collated(dataset: EpisodeDataset) -> None:
    batch = next(iter(DataLoader([to_hetero(episode) for episode in dataset], batch_size=2)))

    assert batch["node"].num_nodes == 6
    uses = batch["node", "uses", "instruction"].edge_index
    assert uses[:, 7:].tolist() == (uses[:, :7] + uses.new_tensor([[3], [6]])).tolist()
    assert batch["node", "uses", "instruction"].operand.tolist() == [0, 0, 1, 0, 1, 0, 0] * 2
    assert batch["register", "takes", "instruction"].edge_index.tolist() == [[2, 2, 7, 7], [2, 3, 8, 9]]


def test_an_episode_of_version_0_says_how_to_get_the_rest(tmp_path: Path) -> None:
    write_dataset(tmp_path, {"train": [[make_episode(**UNTOLD)]]}, instructions=SHAPES)

    with pytest.raises(DatasetError, match="does not tell 'operand_node'") as found:
        to_hetero(EpisodeDataset(tmp_path)[0])
    assert "upgrade" in found.value.hint
