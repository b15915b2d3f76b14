"""The Gymnasium environment with splits: its interface by Gymnasium's own checker, its game by hand."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
from episode_builder import DIMENSION, make_episode, make_instructions, make_spilled_episode
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import SyncVectorEnv
from whole_episode import write_whole_dataset

from rl4real_data.allocation.answer_backend import AnswerCosts
from rl4real_data.allocation.split_allocation import SplitAllocation
from rl4real_data.env import SPLIT_ENVIRONMENT_ID, SplitRegisterAllocationEnv
from rl4real_data.env.split_observation import PIECE_FEATURES, POINT_FEATURES
from rl4real_data.reading.episode import Episode

NODES, REGISTERS, POINTS = 8, 5, 4
SPILL = NODES
R1, R2, R3 = NODES + 1, NODES + 2, NODES + 3
POINT = NODES + 1 + REGISTERS
"""The action that splits behind use point 0."""
SIZES: dict[str, Any] = {"max_nodes": NODES, "max_edges": 20, "max_points": POINTS, "max_splits": 2}


def make_data(folder: Path, *rows: dict[str, Any]) -> Path:
    instructions = [{**row, "embedding": [float(row["inst_id"])] * DIMENSION} for row in make_instructions()]
    write_whole_dataset(folder, {"train": [rows or (make_episode(),)]}, instructions=instructions)
    return folder


def make_env(folder: Path, *rows: dict[str, Any], **options: Any) -> SplitRegisterAllocationEnv:
    return SplitRegisterAllocationEnv(make_data(folder, *rows), **{**SIZES, **options})


def allowed(info: dict[str, Any]) -> list[int]:
    return np.flatnonzero(info["action_mask"]).tolist()


def play(env: SplitRegisterAllocationEnv, *actions: int) -> list[tuple[Any, float, bool, bool, dict[str, Any]]]:
    return [env.step(action) for action in actions]


@pytest.mark.parametrize("more", [{}, {"vectors": True}])
def test_gymnasium_s_checker_finds_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: dict[str, bool]
) -> None:
    monkeypatch.setattr(gymnasium.logger, "min_level", gymnasium.logger.WARN)
    data = make_data(tmp_path, *(make_episode(number) for number in range(1, 9)))
    env = gymnasium.make(SPLIT_ENVIRONMENT_ID, dataset=data, **SIZES, **more)

    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        check_env(env.unwrapped)

    assert [str(warning.message) for warning in found] == []


def test_many_are_played_at_once(tmp_path: Path) -> None:
    data = make_data(tmp_path, *(make_episode(number) for number in range(1, 9)))
    many = SyncVectorEnv([lambda: gymnasium.make(SPLIT_ENVIRONMENT_ID, dataset=data, **SIZES)] * 3)
    observation, _ = many.reset(seed=4)
    ends = 0
    chance = np.random.default_rng(1)
    for _ in range(40):
        # all 0 at the end of an episode, where the next step resets
        actions = [chance.choice(np.flatnonzero(mask)) if mask.any() else 0 for mask in observation["action_mask"]]
        observation, _, terminated, _, info = many.step(np.array(actions))
        ends += int(terminated.sum())
    many.close()

    assert ends > 3
    assert observation in many.observation_space
    assert "illegal" in info


def test_a_game_by_hand(tmp_path: Path) -> None:
    env = make_env(tmp_path)
    observation, info = env.reset(seed=1)
    assert allowed(info) == [0, 1, 2]
    assert observation["edges"][:3].tolist() == [[0, 1], [0, 2], [-1, -1]]
    assert observation["splits_left"] == 2

    observation, reward, *_, info = env.step(0)
    assert (reward, observation["selected"]) == (0.0, 0)
    assert allowed(info) == [SPILL, R1, R2, R3, POINT, POINT + 1]
    columns = dict(zip(POINT_FEATURES, observation["points"].T.tolist(), strict=True))
    assert columns["frequency"] == pytest.approx([np.log(2), np.log(2), np.log(1.5), 0])
    assert columns["distance"] == pytest.approx([np.log(3), np.log(3), 0, 0])
    assert [columns[name] for name in ("reads", "writes", "copy", "allowed")] == [
        [0, 1, 1, 0], [1, 0, 0, 0], [0, 0, 1, 0], [1, 1, 0, 0],
    ]  # fmt: skip

    observation, reward, terminated, _, info = env.step(POINT + 1)
    assert not terminated
    assert reward == pytest.approx((0.25 - 3 / 432 - 1.5 / 432) / 1e4)
    assert observation["choice"].tolist() == [-2, -1, -1, -1, -1, -1, -1, -1]
    assert observation["edges"][:4].tolist() == [[1, 3], [1, 4], [2, 4], [-1, -1]]
    assert observation["nodes"][:, PIECE_FEATURES.index("piece")].tolist() == [0, 0, 0, 1, 1, 0, 0, 0]
    assert (allowed(info), observation["splits_left"], observation["selected"]) == ([1, 2, 3, 4], 1, NODES)

    *_, (observation, _, terminated, truncated, info) = play(env, 1, R2, 2, R2, 3, R1, 4, R3)
    assert (terminated, truncated) == (True, False)
    assert {kind: cost for kind, cost in info["costs"].items() if cost} == {"copies": 1.0, "callee_saved": 1.5}
    assert info["cost"] == pytest.approx(0.2 + 2.5 * 1.5)
    assert info["expert_cost"] == pytest.approx(0.2 * 0.5 + 2.5 * 1.5)
    assert info["decisions"][0] == ["split", 0, 1]
    assert info["decisions"] == env.decisions()
    assert allowed(info) == []


def test_the_end_is_rewarded_against_the_expert_with_splits_or_without(tmp_path: Path) -> None:
    dear = make_spilled_episode(node_fate=[0, 3, 0], node_outcome=[0, 1, 0])
    env = make_env(tmp_path, dear, final_reward=10.0)
    env.reset()

    # the expert spilled and split for nothing
    assert play(env, 0, R1, 1, R2, 2, R2)[-1][1] == pytest.approx(1.0 + 10)


def test_an_illegal_split_changes_nothing_and_costs_one(tmp_path: Path) -> None:
    env = make_env(tmp_path, max_illegal=3)
    before, _ = env.reset()
    for action in (POINT, POINT + 3, 10_000):
        after, reward, terminated, truncated, info = env.step(action)
        assert (reward, terminated) == (-1.0, False)
        assert all(np.array_equal(before[name], after[name]) for name in before)
    assert truncated
    assert info["illegal"] == 3


def test_vectors_of_pieces_are_means_over_their_live_ranges(tmp_path: Path) -> None:
    env = make_env(tmp_path, vectors=True)
    env.reset()
    *_, (observation, *_) = play(env, 0, POINT + 1)

    # shapes 0, 1, 1, 2, 0, 3 with vectors of their number; node 0 lives in [0, 4), its tail behind instruction 3 alone
    assert observation["vectors"][:, 0].tolist() == pytest.approx([1.0, 1.0, 1.0, 2 / 3, 2.0, 0, 0, 0])


class CountingBackend:
    """Tells how often it was asked."""

    columns = ("mir",)

    def __init__(self) -> None:
        self.asked: list[str | None] = []

    def costs_of(self, episode: Episode, allocation: SplitAllocation) -> AnswerCosts:
        self.asked.append(episode.mir)
        return AnswerCosts(costs={"reloads": float(allocation.undecided)}, info={"score": 7.0})


def test_a_backend_tells_the_costs_of_the_whole_answer_once(tmp_path: Path) -> None:
    backend = CountingBackend()
    env = make_env(tmp_path, backend=backend)
    env.reset()
    *_, (_, _, terminated, _, info) = play(env, 0, R1, 1, R2, 2, R2)

    assert terminated
    assert (info["costs"], info["cost"], info["score"]) == ({"reloads": 0.0}, 0.0, 7.0)
    assert backend.asked == ["---\nname: 'f1'\n...\n"]
