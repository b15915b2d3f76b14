"""Allocation problems, computed by hand on the episode of `episode_builder`, and the expert's sequence of decisions."""

from __future__ import annotations

import math
import random
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from episode_builder import make_episode, make_fork_episode, make_registers, make_spilled_episode, write_dataset

from rl4real_data import EpisodeDataset
from rl4real_data.allocation.allocation import SPILLED, Allocation
from rl4real_data.allocation.expert import Decision, Task, expert_cost, expert_decisions, expert_order
from rl4real_data.allocation.features import NODE_FEATURES, node_features
from rl4real_data.allocation.problem import AllocationProblem, problem_of
from rl4real_data.allocation.register_file import register_file_of
from rl4real_data.core.errors import DatasetError
from rl4real_data.reading.episode import Episode

R1, R2, R3, PAIR = 1, 2, 3, 5
"""Choices: 1 + column; the columns of reg_ids 1 … 5 are 0 … 4."""


def load(folder: Path, *rows: dict[str, Any]) -> EpisodeDataset:
    write_dataset(folder, {"train": [rows]})
    return EpisodeDataset(folder, "train")


def problem(folder: Path, **changes: Any) -> tuple[Episode, AllocationProblem]:
    dataset = load(folder, make_episode(1, **changes))
    return dataset[0], problem_of(dataset[0], register_file_of(dataset.registers))


def replay(episode: Episode, allocation: Allocation) -> list[Decision]:
    """Asks for all decisions and carries them out."""
    decisions = []
    for decision in expert_decisions(episode, allocation):
        decisions.append(decision)
        if decision.task is Task.SPLIT:
            allocation.leave(decision.node)
        else:
            allocation.decide(decision.node, decision.choice)
    return decisions


def test_registers_conflict_if_they_share_a_unit(tmp_path: Path) -> None:
    registers = register_file_of(load(tmp_path, make_episode()).registers)

    assert registers.reg_ids.tolist() == [1, 2, 3, 4, 5]
    assert registers.column_of.tolist() == [-1, 0, 1, 2, 3, 4]
    assert np.argwhere(np.triu(registers.conflict, 1)).tolist() == [[0, 4], [1, 4]]
    assert registers.conflict.diagonal().all()
    assert (registers.conflict == registers.conflict.T).all()
    assert registers.class_members.tolist() == [[True, True, True, True, False], [False] * 4 + [True]]


def test_a_problem_by_hand(tmp_path: Path) -> None:
    _, found = problem(tmp_path)

    allowed = [np.flatnonzero(row).tolist() for row in found.allowed]
    assert allowed == [[0, 1, 2], [1], [0, 1]]  # r4 is reserved, r1 and r3 forbidden to node 1, r3 to node 2
    assert found.spill_cost.tolist() == [2.5, 2.0, 1.5]  # blocks are executed 1.0 and 0.5 times
    assert found.uses.tolist() == [3, 2, 2]
    assert found.size.tolist() == [4, 2, 2]
    assert [found.neighbours_of(node).tolist() for node in range(3)] == [[1, 2], [0], [0]]


def test_a_node_without_use_points_costs_nothing(tmp_path: Path) -> None:
    _, found = problem(tmp_path, use_inst=[[0, 2, 4], [], [3, 5]], use_distance=[[0, 8, 16], [], [0, 8]])

    assert found.spill_cost.tolist() == [2.5, 0.0, 1.5]


def test_allowed_registers_are_those_of_the_reader(tmp_path: Path) -> None:
    episode, found = problem(tmp_path)

    for node in range(3):
        assert set(found.registers.reg_ids[found.allowed[node]]) == set(episode.allowed_registers(node))


def test_a_decision_takes_the_register_from_the_neighbours(tmp_path: Path) -> None:
    allocation = Allocation(problem(tmp_path)[1])

    allocation.decide(0, R2)

    assert np.flatnonzero(allocation.choices(1)).tolist() == [SPILLED]
    assert np.flatnonzero(allocation.choices(2)).tolist() == [R1]  # cannot be spilled while r1 is left
    assert not allocation.choices(0).any()
    with pytest.raises(ValueError, match="choice 2 is not allowed for node 1"):
        allocation.decide(1, R2)
    with pytest.raises(ValueError, match="choice 0 is not allowed for node 2"):
        allocation.decide(2, SPILLED)
    with pytest.raises(ValueError, match="choice 1 is not allowed for node 0"):
        allocation.decide(0, R1)


def test_nodes_that_do_not_interfere_share_a_register(tmp_path: Path) -> None:
    allocation = Allocation(problem(tmp_path)[1])

    for node, choice in ((1, R2), (2, R2), (0, R1)):
        allocation.decide(node, choice)

    assert allocation.undecided == 0
    assert allocation.cost() == 0


def test_a_pair_takes_both_of_its_units(tmp_path: Path) -> None:
    allocation = Allocation(problem(tmp_path, node_class=[1, 0, 0])[1])

    allocation.decide(0, PAIR)

    assert np.flatnonzero(allocation.choices(1)).tolist() == [SPILLED]
    # nothing is left for node 2, which cannot be spilled: it must be, and there is no such code
    assert np.flatnonzero(allocation.choices(2)).tolist() == [SPILLED]
    allocation.decide(1, SPILLED)
    assert allocation.cost() == 2.0
    allocation.decide(2, SPILLED)
    assert allocation.cost() == math.inf


def test_rewards_are_bounded_spill_weights(tmp_path: Path) -> None:
    allocation = Allocation(problem(tmp_path, node_spill_weight=[0.25, 20_000.0, math.inf])[1])

    assert [allocation.reward(node, R1) for node in range(3)] == [0.25e-4, 1, 1]
    assert [allocation.reward(node, SPILLED) for node in range(3)] == [-0.25e-4, -1, -1]


def test_features_of_nodes_by_hand(tmp_path: Path) -> None:
    allocation = Allocation(problem(tmp_path)[1])
    allocation.decide(0, R1)

    rows = [dict(zip(NODE_FEATURES, row, strict=True)) for row in node_features(allocation).tolist()]

    logs = {"size": [4, 2, 2], "uses": [3, 2, 2], "degree": [2, 1, 1], "free_registers": [3, 1, 1]}
    for name, counts in logs.items():
        assert [row[name] for row in rows] == pytest.approx([math.log(1 + count) for count in counts])
    assert [row["spill_weight"] for row in rows] == pytest.approx([0.25e-4, 0.5e-4, 1.0])
    assert [row["unspillable"] for row in rows] == [0, 0, 1]
    assert [row["decided"] for row in rows] == [1, 0, 0]


def test_greedy_takes_hinted_nodes_then_global_ones_then_local_ones(tmp_path: Path) -> None:
    # node 2 lives on into block 1, node 1 ends before the end of block 0
    assert expert_order(*problem(tmp_path)).tolist() == [0, 2, 1]


def test_greedy_takes_global_nodes_by_size_and_local_ones_in_the_order_of_the_code(tmp_path: Path) -> None:
    changes = {"node_hint": [[], [], []], "node_size": [32, 32, 64]}
    assert expert_order(*problem(tmp_path / "a", **changes)).tolist() == [2, 0, 1]

    local = {"node_hint": [[], [], []], "node_live": [[2, 3], [1, 3], [4, 5]]}
    assert expert_order(*problem(tmp_path / "b", **local)).tolist() == [1, 0, 2]


def test_a_node_that_lives_out_of_its_block_is_global(tmp_path: Path) -> None:
    changes: dict[str, Any] = {"node_hint": [[], [], []], "node_size": [16, 16, 16]}
    # behind instruction 3, the last of block 0, node 1 holds a value; node 0 does not
    found = problem(tmp_path, **changes, node_live=[[1, 3], [2, 4], [4, 5]])

    assert expert_order(*found).tolist() == [1, 0, 2]


def test_a_node_longer_than_two_instructions_a_register_counts_as_global(tmp_path: Path) -> None:
    local: dict[str, Any] = {"node_hint": [[], [], []], "node_live": [[0, 2], [1, 3], [4, 5]]}

    at_the_limit = problem(tmp_path / "a", **local, node_size=[32, 128, 32])  # 8 instructions, 4 registers
    assert expert_order(*at_the_limit).tolist() == [0, 1, 2]
    above = problem(tmp_path / "b", **local, node_size=[32, 144, 32])
    assert expert_order(*above).tolist() == [1, 0, 2]


def test_basic_takes_the_heaviest_first(tmp_path: Path) -> None:
    assert expert_order(*problem(tmp_path, allocator="basic")).tolist() == [2, 1, 0]


def test_nodes_without_a_register_come_last(tmp_path: Path) -> None:
    assert expert_order(*problem(tmp_path, node_outcome=[2, 0, 0], node_assigned=[0, 2, 2])).tolist() == [2, 1, 0]


def test_the_expert_is_replayed(tmp_path: Path) -> None:
    episode, found = problem(tmp_path)
    allocation = Allocation(found)

    decisions = replay(episode, allocation)

    assert [(d.node, d.choice) for d in decisions] == [(0, R1), (2, R2), (1, R2)]
    assert {d.task for d in decisions} == {Task.COLOUR}
    assert (allocation.undecided, allocation.cost()) == (0, 0)


def test_the_expert_s_spills_cost_what_llvm_says(tmp_path: Path) -> None:
    dataset = load(tmp_path, make_spilled_episode())
    found = problem_of(dataset[0], register_file_of(dataset.registers))
    allocation = Allocation(found)

    assert [(d.node, d.choice) for d in replay(dataset[0], allocation)] == [(0, R1), (2, R2), (1, SPILLED)]
    assert allocation.cost() == expert_cost(dataset[0], found) == dataset[0].spill_cost == 2.0


def test_a_split_node_gets_no_register_and_costs_nothing(tmp_path: Path) -> None:
    episode, found = problem(tmp_path, node_outcome=[0, 1, 0], node_assigned=[1, 0, 2])
    allocation = Allocation(found)

    assert replay(episode, allocation)[-1] == Decision(node=1, task=Task.SPLIT, choice=SPILLED)
    assert allocation.undecided == 0
    assert expert_cost(episode, found) == 0


def test_an_eliminated_node_takes_the_first_register_that_is_left(tmp_path: Path) -> None:
    episode, found = problem(tmp_path, node_outcome=[4, 0, 0], node_assigned=[0, 2, 2])

    assert [(d.node, d.choice) for d in replay(episode, Allocation(found))] == [(2, R2), (1, R2), (0, R1)]


def test_an_assignment_that_is_not_legal_is_refused(tmp_path: Path) -> None:
    for number, assigned in enumerate(([2, 2, 1], [1, 2, 4], [1, 0, 2])):  # taken, reserved, none
        episode, found = problem(tmp_path / str(number), node_assigned=assigned)

        with pytest.raises(DatasetError, match=r"a\.c:f1: the expert gave node \d the register \d, which it may not"):
            replay(episode, Allocation(found))


def test_graphs_of_the_fork_have_no_registers_to_give(tmp_path: Path) -> None:
    dataset = load(tmp_path, make_fork_episode())

    with pytest.raises(DatasetError, match="the source of this episode does not tell 'use_inst'"):
        problem_of(dataset[0], register_file_of(dataset.registers))


@pytest.mark.parametrize("seed", range(20))
def test_random_play_never_gives_aliases_to_neighbours(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    graph = nx.gnp_random_graph(12, 0.3, seed=seed)
    edges = sorted((min(pair), max(pair)) for pair in graph.edges)
    n = graph.number_of_nodes()
    changes = {
        "node_vreg": list(range(n)),
        "node_class": [chance.choice([0, 0, 1]) for _ in range(n)],
        "node_spill_weight": [1.0] * n,
        "edge_u": [u for u, _ in edges],
        "edge_v": [v for _, v in edges],
        **{name: [32] * n for name in ("node_size",)},
        **{name: [[0, 1]] * n for name in ("node_live", "use_inst", "use_distance")},
        **{name: [[]] * n for name in ("node_hint", "node_forbidden", "split_points")},
        "use_spill_weight": [[1.0, 1.0]] * n,
        **{name: [0] * n for name in ("node_outcome", "node_assigned")},
    }
    allocation = Allocation(problem(tmp_path, **changes)[1])
    for node in chance.sample(range(n), n):
        allocation.decide(node, chance.choice(np.flatnonzero(allocation.choices(node)).tolist()))

    units = {row["reg_id"]: set(row["units"]) for row in make_registers()}
    held = {node: units[choice] for node, choice in enumerate(allocation.choice.tolist()) if choice != SPILLED}
    assert held
    assert not [(u, v) for u, v in graph.edges if held.get(u, set()) & held.get(v, set())]
    assert allocation.cost() == 2.0 * (n - len(held))
