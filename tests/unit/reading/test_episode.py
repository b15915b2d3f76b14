"""What an Episode says, against the episode that was computed by hand (see episode_builder)."""

from __future__ import annotations

import math
import pickle
import sys
from pathlib import Path

import numpy as np
import pytest
from episode_builder import make_fork_episode, make_vector_instructions, write_dataset
from reading_dataset import write_episodes

from rl4real_data import Episode, EpisodeDataset
from rl4real_data.core.errors import DatasetError
from rl4real_data.episodes.answer_columns import DECISIONS
from rl4real_data.episodes.schema import EPISODES


@pytest.fixture
def episode(tmp_path: Path) -> Episode:
    """The second episode of a row group, so that an offset that is forgotten shows."""
    write_episodes(tmp_path, [4])
    return EpisodeDataset(tmp_path)[1]


def test_every_column_is_an_attribute(episode: Episode) -> None:
    untold = {"node_inst", *(name for name, _, _ in DECISIONS)}
    for name in EPISODES.names:
        assert (getattr(episode, name) is None) == (name in untold), name


def test_scalars_are_plain_values(episode: Episode) -> None:
    assert (episode.function, episode.function_id, episode.copy_cost) == ("f2", 2, 0.5)
    assert episode.redistributable is True
    assert episode.mir == "---\nname: 'f2'\n...\n"
    assert [type(value) for value in (episode.function_id, episode.copy_cost)] == [int, float]


def test_lists_are_arrays_that_share_memory_with_arrow(episode: Episode) -> None:
    assert episode.edge_u.tolist() == [0, 0]
    assert episode.edge_v.tolist() == [1, 2]
    assert episode.node_spill_weight.tolist() == [0.25, 0.5, math.inf]
    assert not episode.edge_u.flags.owndata
    assert episode.node_class.dtype == np.int16


def test_edges_nodes_and_instructions(episode: Episode) -> None:
    assert episode.edges.tolist() == [[0, 1], [0, 2]]
    assert (episode.n_nodes, episode.n_edges, episode.n_instructions) == (3, 2, 6)


def test_lists_of_lists_in_three_forms(episode: Episode) -> None:
    values, offsets = episode.ragged("node_forbidden")

    assert (values.tolist(), offsets.tolist()) == ([1, 3, 3], [0, 0, 2, 3])
    assert [part.tolist() for part in episode.lists("use_inst")] == [[0, 2, 4], [1, 3], [3, 5]]
    assert [part.tolist() for part in episode.node_live] == [[0, 4], [1, 3], [3, 5]]


def test_a_flat_column_has_no_ragged_form(episode: Episode) -> None:
    with pytest.raises(DatasetError, match="'edge_u' is no list of lists"):
        episode.ragged("edge_u")


def test_instruction_vectors_are_gathered_by_inst(episode: Episode) -> None:
    # shapes 0 1 1 2 0 3
    expected = [[1, 0, 0], [0, 1, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0], [1, 1, 1]]

    assert episode.instruction_vectors().tolist() == expected


def test_node_vectors_are_means_over_live_ranges(episode: Episode) -> None:
    # node 0 lives at shapes 0 1 1 2, node 1 at 1 1, node 2 at 2 0
    assert episode.node_vectors().tolist() == [[0.25, 0.5, 0.25], [0, 1, 0], [0.5, 0, 0.5]]


def test_allowed_registers_leave_out_reserved_and_forbidden_ones(episode: Episode) -> None:
    assert [episode.allowed_registers(node).tolist() for node in range(3)] == [[1, 2, 3], [2], [1, 2]]
    with pytest.raises(IndexError, match="node 3 of 3"):
        episode.allowed_registers(3)


def test_the_expert(tmp_path: Path) -> None:
    write_episodes(tmp_path, [5])
    outcome = EpisodeDataset(tmp_path)[4].outcome

    assert outcome.node_outcome is not None
    assert outcome.node_outcome.tolist() == [0, 2, 0]
    assert (outcome.spills, outcome.reloads, outcome.spill_cost) == (1, 1, 2.0)


def test_networkx_graph(episode: Episode) -> None:
    graph = episode.to_networkx()

    assert sorted(graph.edges) == [(0, 1), (0, 2)]
    assert graph.nodes[1] == {
        "vreg": 1, "class_id": 0, "spill_weight": 0.5, "size": 32, "outcome": 0, "assigned": 2,
    }  # fmt: skip


def test_what_the_source_does_not_tell_is_none(tmp_path: Path) -> None:
    write_dataset(tmp_path, {"train": [[make_fork_episode()]]})
    episode = EpisodeDataset(tmp_path)[0]

    assert (episode.mir, episode.inst, episode.node_live, episode.spills) == (None, None, None, None)
    assert episode.edges.tolist() == [[0, 1], [0, 2]]
    with pytest.raises(DatasetError, match="does not tell 'inst'"):
        episode.instruction_vectors()


def test_nodes_of_the_fork_have_the_means_of_their_own_vectors(tmp_path: Path) -> None:
    shapes = make_vector_instructions([1.0, 0.0, 0.5], [0.0, 1.0, 0.5], [-2.0, 0.0, 0.5])
    episodes = [make_fork_episode(1), make_fork_episode(2, node_inst=[[0, 1, 1, 0], [], [2]])]
    write_dataset(tmp_path, {"train": [episodes]}, instructions=shapes)
    without, episode = EpisodeDataset(tmp_path)

    assert [node.tolist() for node in episode.node_inst or ()] == [[0, 1, 1, 0], [], [2]]
    assert episode.node_vectors().tolist() == [[0.5, 0.5, 0.5], [0.0, 0.0, 0.0], [-2.0, 0.0, 0.5]]
    assert episode.node_vectors().dtype == np.float32
    with pytest.raises(DatasetError, match="does not tell 'node_live'"):
        without.node_vectors()


def test_a_dataset_without_vectors_says_how_to_add_them(tmp_path: Path) -> None:
    write_dataset(tmp_path, {"train": [[make_fork_episode()]]})

    with pytest.raises(DatasetError, match="no instruction vectors") as found:
        EpisodeDataset(tmp_path).instruction_table.require_vectors()
    assert "rl4real-data embed" in found.value.hint


def test_an_episode_travels_to_another_process_as_its_place(episode: Episode) -> None:
    text = pickle.dumps(episode)
    again = pickle.loads(text)

    assert len(text) < 1000
    assert again.function == "f2"
    assert again.node_vectors().tolist() == episode.node_vectors().tolist()


def test_an_unknown_attribute_is_an_attribute_error(episode: Episode) -> None:
    with pytest.raises(AttributeError, match="no column 'colour'"):
        episode.colour  # noqa: B018


def test_registers(tmp_path: Path) -> None:
    write_episodes(tmp_path, [1])
    registers = EpisodeDataset(tmp_path).registers

    assert registers.names[5] == "r1r2"
    assert registers.class_order[0].tolist() == [1, 2, 3, 4]
    assert registers.class_names == {0: "gr", 1: "pair"}
    assert registers.colour.tolist() == [0, 1, 2, 3, 0, 5]
    assert registers.aliases[1].tolist() == [5]
    assert registers.reserved.tolist() == [False, False, False, False, True, False]


def test_importing_the_package_loads_neither_reader_nor_arrow() -> None:
    """In this process both are loaded; what a fresh interpreter would load is seen by reading the import graph."""
    loaded = {name for name in sys.modules if name.split(".")[0] in ("rl4real_data", "pyarrow", "numpy")}
    saved = {name: sys.modules.pop(name) for name in loaded}
    try:
        import rl4real_data  # noqa: F401

        assert {name for name in sys.modules if name.split(".")[0] in ("rl4real_data", "pyarrow", "numpy")} == {
            "rl4real_data"
        }
    finally:
        sys.modules.update(saved)
