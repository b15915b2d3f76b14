"""The graph of a function's columns, by hand and beside others."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from label_builder import write_labellable
from random_problem import random_problem

from rl4real_data import EpisodeDataset
from rl4real_data.advice.graph import (
    BLOCK_FEATURES,
    FUNCTION_FEATURES,
    NODE_FEATURES,
    USE_FEATURES,
    Graph,
    graph_of,
    joined,
)
from rl4real_data.advice.network import AdviceNetwork, Shape
from rl4real_data.advice.problem_inputs import input_arrays


@pytest.fixture
def graph(tmp_path: Path) -> Graph:
    """Of the episode of episode_builder's docstring; its call at 3 is crossed by node 0 alone."""
    write_labellable(tmp_path / "d")
    arrays = input_arrays(EpisodeDataset(tmp_path / "d")[0])
    return graph_of({name: torch.from_numpy(values.copy()) for name, values in arrays.items()})


def graph_at(seed: int) -> Graph:
    return graph_of({name: torch.from_numpy(values.copy()) for name, values in random_problem(seed).items()})


def test_use_points_lie_in_blocks_and_belong_to_nodes(graph: Graph) -> None:
    assert graph.use_node.tolist() == [0, 0, 0, 1, 1, 2, 2]
    assert graph.use_block.tolist() == [0, 0, 1, 0, 0, 0, 1]


def test_a_node_crosses_the_calls_that_it_lives_in_front_of_and_behind(graph: Graph) -> None:
    """Node 1 ends at the call, node 2 begins there."""
    assert graph.crossing_node.tolist() == [0]
    assert graph.crossing_block.tolist() == [0]


def test_flow_goes_to_successors(graph: Graph) -> None:
    assert (graph.flow_from.tolist(), graph.flow_to.tolist()) == ([0], [1])


def test_features_are_numbers_for_any_function() -> None:
    for seed in range(50):
        found = graph_at(seed)
        assert found.node_x.shape == (len(found.node_class), NODE_FEATURES)
        assert found.block_x.shape[1] == BLOCK_FEATURES
        assert found.use_x.shape[1] == USE_FEATURES
        assert found.function_x.shape == (1, FUNCTION_FEATURES)
        for features in (found.node_x, found.block_x, found.use_x, found.function_x):
            assert torch.isfinite(features).all()


def test_functions_side_by_side_are_seen_as_each_alone() -> None:
    torch.manual_seed(1)
    network = AdviceNetwork(Shape(plans=3)).eval()
    graphs = [graph_at(seed) for seed in range(12)]
    together = network(joined(graphs))
    alone = [network(graph) for graph in graphs]

    torch.testing.assert_close(together.gain, torch.cat([one.gain for one in alone]))
    torch.testing.assert_close(together.harm, torch.cat([one.harm for one in alone]))
