"""Allocations with splits, by hand on the episode drawn in `episode_builder`."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from episode_builder import UNTOLD, make_episode
from whole_episode import write_whole_dataset

from rl4real_data import EpisodeDataset
from rl4real_data.allocation.answer_costs import answer_costs, weighted_cost
from rl4real_data.allocation.places import ROOM
from rl4real_data.allocation.register_file import register_file_of
from rl4real_data.allocation.split_allocation import SPLIT, SplitAllocation
from rl4real_data.allocation.split_problem import SPLIT_COLUMNS, split_problem_of
from rl4real_data.core.errors import DatasetError

R1, R2, R3 = 1, 2, 3
LIMITS = {"max_nodes": 12, "max_edges": 30, "max_splits": 4}


def dataset_of(folder: Path, **changes: Any) -> EpisodeDataset:
    write_whole_dataset(folder, {"train": [[make_episode(1, **changes)]]})
    return EpisodeDataset(folder)


def allocation(folder: Path, limits: dict[str, int] | None = None, **changes: Any) -> SplitAllocation:
    dataset = dataset_of(folder, **changes)
    problem = split_problem_of(dataset[0], register_file_of(dataset.registers), dataset.register_classes)
    return SplitAllocation(problem, **(limits or LIMITS))


def costs(made: SplitAllocation, folder: Path) -> dict[str, float]:
    return {kind: cost for kind, cost in answer_costs(made, EpisodeDataset(folder).registers).items() if cost}


def instructions(made: SplitAllocation, node: int) -> list[float]:
    """Where a node's uses are, copies of a split halfway."""
    return [use.place / (1 << ROOM) for use in made.nodes[node].piece.uses]


def test_points_behind_which_a_node_may_be_split(tmp_path: Path) -> None:
    made = allocation(tmp_path)

    assert [made.split_points(node).tolist() for node in range(3)] == [
        [True, True, False],
        [True, False],
        [False, False],  # it cannot be spilled
    ]


@pytest.mark.parametrize(
    ("changes", "allowed"),
    [
        ({"block_flags": [0, 4]}, [False, False, False]),  # it lives into a landing pad
        ({"block_flags": [0, 16]}, [False, False, False]),  # into a target of inline assembly
        ({"use_flags": [[2, 65, 33], [2, 1], [2, 65]]}, [True, False, False]),  # the second use is a terminator
        ({"use_flags": [[66, 1, 33], [2, 1], [2, 65]]}, [False] * 3),  # a terminator writes it
    ],
)
def test_where_no_copy_can_be_placed_nothing_is_split(tmp_path: Path, changes: Any, allowed: list[bool]) -> None:
    assert allocation(tmp_path, **changes).split_points(0).tolist() == allowed


def test_a_split_makes_a_head_and_a_tail(tmp_path: Path) -> None:
    made = allocation(tmp_path)
    assert made.split(0, 1) == [3, 4]

    head, tail = made.nodes[3:]
    assert (head.name, tail.name) == ("0.1", "0.2")
    assert instructions(made, 3) == [0, 2, 2.5]
    assert instructions(made, 4) == [2.5, 4]
    assert made.choice[:6].tolist() == [SPLIT, -1, -1, -1, -1, -1]
    # node 1 lives up to instruction 3, node 2 from there on
    assert [made.neighbours_of(node).tolist() for node in range(5)] == [[], [3, 4], [4], [1], [1, 2]]
    assert (made.undecided, made.n_edges) == (4, 3)
    assert (head.size, tail.size) == (2, 2)
    assert head.weight == pytest.approx(3 / (16 * 27))  # written, read and copied once
    assert tail.weight == pytest.approx((1 + 0.5) / (16 * 27))


def test_pieces_have_the_registers_that_are_free_where_they_live(tmp_path: Path) -> None:
    # unit 30 is taken from instruction 1 to 3; node 0 as a whole may not have r3
    changes = {"fixed_live": [[2, 4]], "node_forbidden": [[3], [1, 3], [3]], "copy_inst": [], "copy_to": []}
    changes |= {"copy_from": [], "copy_to_subreg": [], "copy_from_subreg": []}
    made = allocation(tmp_path, **changes)
    made.decide(2, R2)
    made.split(0, 1)

    assert made.choices(3).tolist() == [True, True, True, False, False, False]
    assert made.choices(4).tolist() == [True, True, False, True, False, False]


def test_a_copy_of_the_piece_is_no_obstacle_to_it(tmp_path: Path) -> None:
    made = allocation(tmp_path)  # instruction 4 copies node 0 into r3, which is taken from there on
    made.split(0, 1)

    assert made.choices(4)[R3]
    assert made.choices(3)[R3]


def test_a_piece_can_be_split_again(tmp_path: Path) -> None:
    made = allocation(tmp_path)
    made.split(0, 0)
    fresh = made.split(4, 1)

    assert [made.nodes[node].name for node in fresh] == ["0.3", "0.4"]
    assert [instructions(made, node) for node in (3, *fresh)] == [[0, 0.5], [0.5, 2, 2.5], [2.5, 4]]


def test_a_piece_between_two_instructions_cannot_be_spilled(tmp_path: Path) -> None:
    made = allocation(tmp_path)
    made.split(0, 0)

    assert math.isinf(made.nodes[3].weight)
    assert not made.choices(3)[0]
    assert np.isfinite(made.nodes[4].weight)


def test_limits_are_kept(tmp_path: Path) -> None:
    for number, changed in enumerate(({"max_nodes": 4}, {"max_edges": 3}, {"max_splits": 0})):
        made = allocation(tmp_path / str(number), {**LIMITS, **changed})
        assert not made.split_points(0).any()
        with pytest.raises(ValueError, match="node 0 may not be split behind use point 1"):
            made.split(0, 1)


def test_a_decided_node_is_neither_split_nor_decided_again(tmp_path: Path) -> None:
    made = allocation(tmp_path)
    made.decide(0, R1)

    assert not made.split_points(0).any()
    with pytest.raises(ValueError, match="choice 1 is not allowed for node 0"):
        made.decide(0, R1)


def test_costs_by_kind_of_an_answer_by_hand(tmp_path: Path) -> None:
    made = allocation(tmp_path)
    made.split(0, 1)
    for node, choice in ((1, R2), (2, R2), (3, R1), (4, R3)):
        made.decide(node, choice)

    # the split's copy; r3 is copied to r3; r2 is saved once and restored half as often
    assert costs(made, tmp_path) == {"copies": 1.0, "callee_saved": 1.5}
    assert weighted_cost({"copies": 1.0, "reloads": 2.0}) == 8.2
    assert made.decisions({1: "R1", 2: "R2", 3: "R3"}) == [
        ["split", 0, 1],
        ["assign", 1, "R2"],
        ["assign", 3, "R2"],
        ["assign", "0.1", "R1"],
        ["assign", "0.2", "R3"],
    ]


def test_costs_of_spills(tmp_path: Path) -> None:
    made = allocation(tmp_path, value_flags=[[0], [0], [0]])
    made.split(0, 1)
    for node, choice in ((1, R2), (2, R1), (3, R1), (4, 0)):
        made.decide(node, choice)

    # the copy becomes a store, the copy to r3 a reload in the second block
    assert costs(made, tmp_path) == {"spills": 1.0, "reloads": 0.5, "callee_saved": 1.5}
    assert made.decisions({1: "R1", 2: "R2"})[:2] == [["split", 0, 1], ["spill", "0.2"]]


def test_a_spilled_value_that_can_be_computed_anew_is(tmp_path: Path) -> None:
    made = allocation(tmp_path)  # node 0: cheap
    made.decide(0, 0)

    assert costs(made, tmp_path) == {"cheap_remats": 1.5}  # also for the copy to r3


def test_an_episode_of_version_0_says_how_to_get_the_rest(tmp_path: Path) -> None:
    write_whole_dataset(tmp_path, {"train": [[make_episode(**UNTOLD)]]})
    dataset = EpisodeDataset(tmp_path)

    with pytest.raises(DatasetError, match="does not tell 'block_last_split'") as found:
        split_problem_of(dataset[0], register_file_of(dataset.registers), dataset.register_classes)
    assert "upgrade" in found.value.hint


def test_all_columns_that_are_read_are_named(tmp_path: Path) -> None:
    from rl4real_data.allocation.problem import COLUMNS

    dataset = dataset_of(tmp_path).select((*COLUMNS, *SPLIT_COLUMNS))
    problem = split_problem_of(dataset[0], register_file_of(dataset.registers), dataset.register_classes)

    assert problem.problem.n_nodes == 3
