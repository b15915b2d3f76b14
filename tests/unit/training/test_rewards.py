"""The referee: RL4ReAl's final rewards, and what an answer is worth that no compiler carries out."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from training_data_builder import make_source, played_by_expert

from rl4real_data.allocation.answer_backend import AnswerCosts, EpisodeBackend
from rl4real_data.core.errors import ToolchainError, UsageError
from rl4real_data.training.choices import FinalReward
from rl4real_data.training.code_throughput import GREEDY_THROUGHPUT, THROUGHPUT
from rl4real_data.training.function_game import FunctionGame
from rl4real_data.training.rewards import MOST_FAILED, Referee, RewardSettings
from rl4real_data.training.sizes import AgentSizes
from rl4real_data.training.worker_task import WorkerTask


class Compiler:
    """A backend that tells what it is told to, or fails. `spills`: what its answers cost; None: the episode's costs."""

    def __init__(self, **info: Any) -> None:
        self.info = info
        self.fails = False
        self.spills: float | None = None

    def costs_of(self, episode: Any, allocation: Any) -> AnswerCosts:
        if self.fails:
            raise ToolchainError("f: llc\nSIGSEGV")
        costs = EpisodeBackend().costs_of(episode, allocation).costs
        if self.spills is not None:
            costs = {kind: self.spills if kind == "spills" else 0.0 for kind in costs}
        return AnswerCosts(costs=costs, info=self.info)


@pytest.fixture
def game(tmp_path: Path) -> FunctionGame:
    source = make_source(tmp_path)
    _, found = source.next()
    played_by_expert(found, source.colours)
    return found


@pytest.mark.parametrize(
    ("own", "greedy", "reward"),
    [(2.0, 2.5, 7.0), (2.5, 2.0, -7.0), (2.0, 2.0, 0.0), (None, 2.0, 0.0), (2.0, None, 0.0)],
)
def test_mca_is_the_throughput_against_greedys(
    game: FunctionGame, own: float | None, greedy: float | None, reward: float
) -> None:
    settings = RewardSettings(final_reward=FinalReward.MCA, mca_reward_clip=7.0)
    compiler = Compiler(**{THROUGHPUT: own, GREEDY_THROUGHPUT: greedy})

    assert Referee(backend=compiler, settings=settings).judge(game).reward == reward


@pytest.mark.parametrize("final", [final for final in FinalReward if final is not FinalReward.NONE])
def test_an_answer_that_is_not_carried_out_is_the_worst(game: FunctionGame, final: FinalReward) -> None:
    compiler = Compiler()
    compiler.fails = True
    outcome = Referee(backend=compiler, settings=RewardSettings(final_reward=final)).judge(game)

    assert (outcome.reward, outcome.ratio) == (-10.0, 100.0)


def test_a_compiler_that_fails_again_and_again_ends_the_run(game: FunctionGame) -> None:
    compiler = Compiler()
    referee = Referee(backend=compiler, settings=RewardSettings())
    compiler.fails = True
    for _ in range(MOST_FAILED - 1):
        referee.judge(game)
    compiler.fails = False
    assert referee.judge(game).ratio < 100.0
    compiler.fails = True
    for _ in range(MOST_FAILED - 1):
        referee.judge(game)

    with pytest.raises(ToolchainError, match=r"failed 10 times one after the other; in the end: f: llc") as found:
        referee.judge(game)
    assert "log/" in found.value.hint


def test_mca_without_the_compiler_is_refused() -> None:
    sizes = AgentSizes(colours=2, dimension=1)
    task = WorkerTask(data_dir="d", split="train", sizes=sizes, rewards=RewardSettings(final_reward=FinalReward.MCA))

    with pytest.raises(UsageError, match="mca is told by the compiler") as found:
        task.backend()
    assert "--live" in found.value.hint


def test_progress_is_told_against_the_games_before_of_the_same_function(tmp_path: Path) -> None:
    source = make_source(tmp_path, functions=2)
    (_, game), (_, other) = source.next(), source.next()
    for one in (game, other):
        played_by_expert(one, source.colours)
    compiler = Compiler()
    referee = Referee(backend=compiler, settings=RewardSettings(final_reward=FinalReward.PROGRESS))

    def reward(of: FunctionGame, spills: float) -> float:
        compiler.spills = spills
        return referee.judge(of).reward

    assert reward(game, 3.0) == 0
    assert reward(other, 9.0) == 0
    better = 10 * math.log(4.0 / 2.0)  # 1 + cost before, by 1 + cost now
    assert reward(game, 1.0) == pytest.approx(better)
    usual = math.log(4.0) + 0.1 * (math.log(2.0) - math.log(4.0))
    assert reward(game, 3.0) == pytest.approx(10 * (usual - math.log(4.0)))
    assert reward(other, 9.0) == 0
    compiler.fails = True
    assert reward(other, 9.0) == -10
    compiler.fails = False
    assert reward(other, 9.0) == 0
    assert reward(other, 1e9) == -10
