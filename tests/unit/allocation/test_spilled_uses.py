"""What spilled nodes cost, by hand on the episode drawn in `episode_builder`, and the values that reach a place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from episode_builder import make_episode
from whole_episode import write_whole_dataset

from rl4real_data import EpisodeDataset
from rl4real_data.allocation.answer_costs import answer_costs
from rl4real_data.allocation.code_graph import CodeGraph
from rl4real_data.allocation.node_values import NodeValues, Value
from rl4real_data.allocation.register_file import register_file_of
from rl4real_data.allocation.split_allocation import SplitAllocation
from rl4real_data.allocation.split_problem import split_problem_of

SPILLED = 0
CHEAP, DEAR, MERGE = 12, 4, 1
SPILLABLE = {"node_spill_weight": [0.25, 0.5, 1.0]}


def costs_of_spilling(folder: Path, nodes: list[int], **changes: Any) -> dict[str, float]:
    write_whole_dataset(folder, {"train": [[make_episode(1, **changes)]]})
    dataset = EpisodeDataset(folder)
    problem = split_problem_of(dataset[0], register_file_of(dataset.registers), dataset.register_classes)
    made = SplitAllocation(problem, max_nodes=12, max_edges=30, max_splits=4)
    for node in nodes:
        made.decide(node, SPILLED)
    return {kind: cost for kind, cost in answer_costs(made, dataset.registers).items() if cost}


def test_a_value_is_stored_once_and_read_where_it_is_used(tmp_path: Path) -> None:
    found = costs_of_spilling(tmp_path, [0], value_flags=[[0], [0], [0]])

    assert found == {"spills": 1.0, "folded_reloads": 1.0, "reloads": 0.5}


def test_what_is_changed_in_its_slot_counts_as_a_write(tmp_path: Path) -> None:
    changed = {
        "operand_inst": [0, 1, 2, 2, 3, 3, 4, 5],
        "operand_index": [0, 0, 0, 1, 0, 1, 1, 0],
        "operand_node": [0, 1, 0, 0, 2, 1, 0, 2],
        "operand_subreg": [0] * 8,
        "operand_flags": [2, 2, 6, 5, 2, 1, 1, 1],
        "use_flags": [[2, 135, 33], [2, 1], [2, 65]],
        "value_def": [[0, 2], [1], [3]],
        "value_flags": [[CHEAP, 0], [0], [0]],  # the first value is read by what changes it: it must be in the slot
    }

    assert costs_of_spilling(tmp_path, [0], **changed) == {"spills": 1.0, "folded_spills": 1.0, "reloads": 0.5}


def test_a_value_is_computed_anew_where_what_it_reads_is_still_there(tmp_path: Path) -> None:
    reads_nothing = {"operand_flags": [2, 2, 1, 2, 33, 1, 1], "value_flags": [[0], [0], [DEAR]], **SPILLABLE}
    reads_node_1 = {"value_flags": [[0], [0], [DEAR]], **SPILLABLE}  # which ends there

    assert costs_of_spilling(tmp_path / "1", [2], **reads_nothing) == {"dear_remats": 0.5}
    assert costs_of_spilling(tmp_path / "2", [2], **reads_node_1) == {"spills": 1.0, "reloads": 0.5}


def test_an_instruction_has_room_for_one_slot(tmp_path: Path) -> None:
    both = {
        "operand_inst": [0, 1, 2, 2, 3, 3, 4, 5],
        "operand_index": [0, 0, 1, 2, 0, 1, 1, 0],
        "operand_node": [0, 1, 0, 1, 2, 1, 0, 2],
        "operand_subreg": [0] * 8,
        "operand_flags": [2, 2, 1, 1, 2, 1, 1, 1],
        "use_inst": [[0, 2, 4], [1, 2, 3], [3, 5]],
        "use_distance": [[0, 8, 16], [0, 4, 8], [0, 8]],
        "use_spill_weight": [[1.0, 2.0, 3.0], [1.0, 1.5, 1.5], [1.0, 1.0]],
        "use_flags": [[2, 129, 33], [2, 129, 1], [2, 65]],
        "value_flags": [[0], [0], [0]],
    }

    assert costs_of_spilling(tmp_path, [0, 1], **both) == {"spills": 2.0, "folded_reloads": 1.0, "reloads": 2.5}


def test_an_implicit_definition_is_not_stored(tmp_path: Path) -> None:
    found = costs_of_spilling(tmp_path, [0], value_flags=[[2], [0], [0]])

    assert found == {"folded_reloads": 1.0, "reloads": 0.5}


# Values
FIRST, SECOND = Value(0, 0, CHEAP, ()), Value(40, 2, CHEAP, (7,))
MERGED = Value(58, 3, MERGE, ())


@pytest.fixture
def values() -> NodeValues:
    """Of a diamond: one value of the entry, another of block 2; where the ways meet they merge."""
    graph = CodeGraph(
        start=(-2, 18, 38, 58),
        end=(18, 38, 58, 78),
        exit=(18, 38, 58, 78),
        frequency=(1.0, 0.5, 0.5, 1.0),
        successors=((1, 2), (3,), (3,), ()),
        predecessors=((), (0,), (0,), (1, 2)),
        enter=(0, 1, 3, 5),
        leave=(7, 2, 4, 6),
    )
    return NodeValues(graph, [[FIRST, SECOND, MERGED]], frozenset())


@pytest.mark.parametrize(
    ("place", "block", "found"),
    [(0, 0, None), (4, 0, FIRST), (20, 1, FIRST), (40, 2, FIRST), (44, 2, SECOND), (60, 3, MERGED)],
)
def test_the_value_that_reaches_a_place(values: NodeValues, place: int, block: int, found: Value | None) -> None:
    assert values.before(0, place, block) == found


def test_the_values_that_meet(values: NodeValues) -> None:
    assert list(values.merged_into(0, MERGED)) == [FIRST, SECOND]
    assert list(values.merged_into(0, FIRST)) == []
    assert values.written_at(0, 40, 2) == SECOND
    assert values.written_at(0, 44, 2) is None
