"""The Gymnasium environment: its interface by Gymnasium's own checker, its game by hand."""

from __future__ import annotations

import math
import warnings
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
from episode_builder import (
    DIMENSION,
    UNTOLD,
    make_episode,
    make_instructions,
    make_spilled_episode,
    write_dataset,
)
from gymnasium.utils.env_checker import check_env

from rl4real_data import EpisodeDataset
from rl4real_data.core.errors import DatasetError, UsageError
from rl4real_data.env import ENVIRONMENT_ID, RegisterAllocationEnv

SPILL = 4
R1, R2, R3 = 5, 6, 7
"""Actions with max_nodes=4."""


def make_data(folder: Path, *rows: dict[str, Any]) -> Path:
    instructions = [{**row, "embedding": [float(row["inst_id"])] * DIMENSION} for row in make_instructions()]
    write_dataset(folder, {"train": [rows or (make_episode(),)]}, instructions=instructions)
    return folder


def make_env(folder: Path, *rows: dict[str, Any], **options: Any) -> RegisterAllocationEnv:
    return RegisterAllocationEnv(make_data(folder, *rows), **{"max_nodes": 4, "max_edges": 3, **options})


def play(env: RegisterAllocationEnv, *actions: int) -> list[tuple[Any, float, bool, bool, dict[str, Any]]]:
    return [env.step(action) for action in actions]


def allowed(info: dict[str, Any]) -> list[int]:
    return np.flatnonzero(info["action_mask"]).tolist()


@pytest.mark.filterwarnings("ignore:.*RegisterAllocation-v0 is out of date")  # v1 has splits, v0 stays
@pytest.mark.parametrize("more", [{}, {"vectors": True}, {"points": True}])
def test_gymnasium_s_checker_finds_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: dict[str, bool]
) -> None:
    """It raises for what is wrong and warns of what is doubtful; its logger hands all it says to `warnings`."""
    monkeypatch.setattr(gymnasium.logger, "min_level", gymnasium.logger.WARN)
    data = make_data(tmp_path, *(make_episode(number) for number in range(1, 9)))
    env = gymnasium.make(ENVIRONMENT_ID, dataset=data, max_nodes=4, max_edges=3, **more)

    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        check_env(env.unwrapped)

    assert [str(warning.message) for warning in found] == []


def test_points_add_copies_to_the_observation(tmp_path: Path) -> None:
    copies = {"copy_inst": [0, 4, 2], "copy_to": [-1, -2, -3], "copy_from": [1, -1, -1]}
    env = make_env(tmp_path, make_episode(**copies, copy_to_subreg=[0] * 3, copy_from_subreg=[0] * 3), points=True)
    observation, _ = env.reset(seed=1)

    # node 0 to node 2 runs once, to node 1 every other time
    assert observation["copies"].tolist() == [[0, 2], [0, 1], [-1, -1]]
    assert observation["copy_weight"].tolist() == pytest.approx([math.log(2), math.log(1.5), 0])
    assert observation["register_copies"][0].tolist() == pytest.approx([math.log(2), 0, 0, 0, 0])
    assert env.points.free_between(0, 9, 10).tolist() == [True, True, False, False, False]
    assert observation in env.observation_space


def test_an_environment_without_points_says_how_to_have_them(tmp_path: Path) -> None:
    env = make_env(tmp_path)
    observation, _ = env.reset(seed=1)

    assert "copies" not in observation
    with pytest.raises(UsageError, match="knows no positions"):
        _ = env.points


def test_the_end_tells_the_expert_s_costs_by_kind(tmp_path: Path) -> None:
    env = make_env(tmp_path, make_spilled_episode())
    env.reset(seed=1)
    *_, (_, _, _, _, info) = play(env, *env.expert_actions())

    assert info["expert_costs"] == {
        "spills": 1.0, "reloads": 1.0, "folded_spills": 0.0, "folded_reloads": 0.0, "copies": 0.5,
        "cheap_remats": 0.0, "dear_remats": 0.0, "callee_saved": 1.5,
    }  # fmt: skip
    assert info["expert_score"] == pytest.approx(5.3)


def test_an_episode_of_version_0_tells_no_costs_by_kind(tmp_path: Path) -> None:
    env = make_env(tmp_path, make_spilled_episode(**UNTOLD))
    env.reset(seed=1)
    *_, (_, _, _, _, info) = play(env, *env.expert_actions())

    assert info["expert_cost"] == 2.0
    assert not {"expert_costs", "expert_score"} & set(info)


def test_a_node_that_was_split_and_spilled_has_no_single_register(tmp_path: Path) -> None:
    env = make_env(tmp_path, make_spilled_episode(node_fate=[0, 3, 0]))
    env.reset(seed=1)

    with pytest.raises(DatasetError, match="the expert split node 1"):
        env.expert_actions()


def test_a_game_by_hand(tmp_path: Path) -> None:
    env = make_env(tmp_path)
    observation, info = env.reset(seed=1)

    assert env.registers.tolist() == [1, 2, 3, 4, 5]
    assert allowed(info) == [0, 1, 2]
    assert observation["selected"] == 4
    assert observation["choice"].tolist() == [-1, -1, -1, -1]
    assert observation["edges"].tolist() == [[0, 1], [0, 2], [-1, -1]]

    observation, reward, *_, info = env.step(0)
    assert (reward, observation["selected"]) == (0.0, 0)
    assert allowed(info) == [SPILL, R1, R2, R3]

    observation, reward, terminated, truncated, info = env.step(R2)
    assert (reward, terminated, truncated) == (0.25e-4, False, False)
    assert observation["choice"].tolist() == [2, -1, -1, -1]
    assert allowed(info) == [1, 2]

    (_, _, _, _, after_select), spilled = play(env, 1, SPILL)
    assert allowed(after_select) == [SPILL]
    assert spilled[1] == -0.5e-4
    _, last = play(env, 2, R1)
    observation, reward, terminated, truncated, info = last
    assert (reward, terminated, truncated) == (1.0, True, False)
    assert allowed(info) == []
    assert observation["choice"].tolist() == [2, 0, 1, -1]
    assert (info["cost"], info["expert_cost"], info["expert_spill_cost"]) == (2.0, 0.0, 0.0)


def test_the_mask_is_in_the_observation_the_info_and_the_method(tmp_path: Path) -> None:
    env = make_env(tmp_path)
    observation, info = env.reset()

    assert observation["action_mask"].tolist() == info["action_mask"].tolist() == env.action_masks().tolist()
    assert env.action_masks().dtype == np.bool_


def test_an_illegal_action_changes_nothing_and_costs_one(tmp_path: Path) -> None:
    env = make_env(tmp_path, max_illegal=3)
    before, _ = env.reset()

    for illegal in (3, SPILL):  # no such node; no node is selected
        after, reward, terminated, truncated, info = env.step(illegal)
        assert (reward, terminated, truncated) == (-1.0, False, False)
        assert all(np.array_equal(before[name], after[name]) for name in before)
    assert info["illegal"] == 2
    assert env.step(10_000)[3]


def test_a_register_of_a_neighbour_is_illegal(tmp_path: Path) -> None:
    env = make_env(tmp_path)
    env.reset()

    *_, (_, reward, _, _, info) = play(env, 0, R2, 1, R2)

    assert (reward, info["illegal"]) == (-1.0, 1)


def test_the_expert_costs_what_the_expert_costs(tmp_path: Path) -> None:
    env = make_env(tmp_path, make_spilled_episode(), final_reward=10.0)
    env.reset()

    results = play(env, *env.expert_actions())

    assert [reward for _, reward, *_ in results] == [0, 0.25e-4, 0, 1.0, 0, -0.5e-4]
    assert [terminated for _, _, terminated, _, _ in results] == [False] * 5 + [True]
    assert results[-1][4]["cost"] == results[-1][4]["expert_cost"] == 2.0
    assert results[-1][4]["illegal"] == 0


@pytest.mark.parametrize(
    ("row", "actions", "expected"),
    [
        (make_spilled_episode(), (0, R1, 1, R2, 2, R2), 1.0 + 10),  # the expert spilled node 1 for nothing
        (make_episode(), (0, SPILL, 1, R2, 2, R2), 1.0 - 10),
        (make_episode(node_outcome=[0, 1, 0], node_assigned=[1, 0, 2]), (0, SPILL, 1, R2, 2, R2), 1.0),
    ],
)
def test_the_end_is_rewarded_against_the_expert(
    tmp_path: Path, row: dict[str, Any], actions: tuple[int, ...], expected: float
) -> None:
    env = make_env(tmp_path, row, final_reward=10.0)
    env.reset()

    assert play(env, *actions)[-1][1] == expected


def test_an_allocation_that_does_not_exist_costs_without_end(tmp_path: Path) -> None:
    env = make_env(tmp_path, make_episode(node_class=[1, 0, 0]), final_reward=10.0)
    env.reset()

    last = play(env, 0, 4 + 5, 1, SPILL, 2, SPILL)[-1]

    assert last[1] == -1.0 - 10
    assert last[4]["cost"] == math.inf


def test_a_split_node_cannot_be_replayed(tmp_path: Path) -> None:
    env = make_env(tmp_path, make_episode(node_outcome=[0, 1, 0], node_assigned=[1, 0, 2]))
    env.reset()

    with pytest.raises(DatasetError, match="the expert split node 1"):
        env.expert_actions()


def test_vectors_are_means_over_live_ranges(tmp_path: Path) -> None:
    env = make_env(tmp_path, vectors=True)
    observation, _ = env.reset()

    # shapes 0, 1, 1, 2, 0, 3 with vectors of their number; live [0, 4), [1, 3), [3, 5)
    assert observation["vectors"][:, 0].tolist() == [1.0, 1.0, 1.0, 0.0]


def functions(env: RegisterAllocationEnv, count: int) -> list[str]:
    return [env.reset()[1]["function"] for _ in range(count)]


def test_every_episode_comes_once_before_one_comes_again(tmp_path: Path) -> None:
    env = make_env(tmp_path, *(make_episode(number) for number in range(1, 9)))
    names = {f"f{number}" for number in range(1, 9)}

    first = [env.reset(seed=5)[1]["function"], *functions(env, 7)]
    assert set(first) == names
    assert set(functions(env, 8)) == names
    assert [env.reset(seed=5)[1]["function"], *functions(env, 7)] == first


def test_episodes_in_order(tmp_path: Path) -> None:
    env = make_env(tmp_path, *(make_episode(number) for number in range(1, 4)), shuffle=False)

    assert functions(env, 4) == ["f1", "f2", "f3", "f1"]
    assert env.reset(options={"episode": 1})[1]["function"] == "f2"
    assert functions(env, 1) == ["f2"]


def test_what_does_not_fit_is_passed_over(tmp_path: Path) -> None:
    small = make_episode(2, node_vreg=[0], edge_u=[], edge_v=[], node_outcome=[0], node_assigned=[1])
    small |= {name: small[name][:1] for name in small if name.startswith(("node_", "use_", "split_"))}
    data = make_data(tmp_path, make_episode(1), small)

    env = RegisterAllocationEnv(EpisodeDataset(data), max_nodes=2, max_edges=2)
    assert set(functions(env, 4)) == {"f2"}
    with pytest.raises(DatasetError, match="episode 0 has 3 nodes and 2 edges, there is room for 2 and 2"):
        env.reset(options={"episode": 0})
    narrow = RegisterAllocationEnv(data, max_nodes=3, max_edges=1)
    assert set(functions(narrow, 4)) == {"f2"}
    with pytest.raises(DatasetError, match="episode 7 of 2"):
        env.reset(options={"episode": 7})
    with pytest.raises(DatasetError, match="no episode has 1 to 0 nodes"):
        RegisterAllocationEnv(data, max_nodes=0, max_edges=2).reset()
