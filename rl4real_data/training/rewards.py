"""The rewards of RL4ReAl's agents."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from rl4real_data.allocation.answer_backend import AnswerBackend, AnswerCosts
from rl4real_data.allocation.answer_costs import weighted_cost
from rl4real_data.core.errors import HostError, ToolchainError
from rl4real_data.reading.episode import Episode
from rl4real_data.training.choices import FinalReward
from rl4real_data.training.code_throughput import GREEDY_THROUGHPUT, THROUGHPUT
from rl4real_data.training.compiler_log import LOG_NAME
from rl4real_data.training.function_game import FunctionGame

FINAL_REWARD: Final = 10.0
_MOST_TIMES: Final = 100.0
"""So many times greedy's cost count as no more: an answer that cannot be carried out costs infinitely much."""
_EQUAL: Final = 1e-6
_PACE: Final = 0.1
"""Of the moving averages."""
MOST_FAILED: Final = 10
"""So many failures of the compiler one after the other are none of single answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardSettings:
    """`local_reward`: what a decision earns is also earned by who selected the node and the task, as in RL4ReAl's
    option of this name; without, it is the colouring, or splitting, agent's alone. `mca_reward_clip`, `mca_timeout`:
    of the final reward `mca`, see `TrainSettings`.
    """

    final_reward: FinalReward = FinalReward.COST
    local_reward: bool = False
    mca_reward_clip: float = FINAL_REWARD
    mca_timeout: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Of one finished game. `ratio`: (1 + cost) by (1 + greedy's), at most 100; costs have the weights of LLVM's
    score.
    """

    cost: float
    expert_cost: float
    reward: float

    @property
    def ratio(self) -> float:
        return min((1.0 + self.cost) / (1.0 + self.expert_cost), _MOST_TIMES)


@dataclass(slots=True, kw_only=True)
class Referee:
    """Tells what finished games cost.

    By episode: `best`, the least cost so far; `usual`, a moving average of the logarithm of the ratio.
    """

    backend: AnswerBackend
    settings: RewardSettings
    best: dict[str, float] = field(default_factory=dict)
    usual: dict[str, float] = field(default_factory=dict)
    _failed: int = 0

    def judge(self, game: FunctionGame) -> Outcome:
        """The outcome of a game that is over."""
        episode = game.facts.episode
        expert = expert_cost_of(episode)
        told = self._ask(game)
        cost = weighted_cost(told.costs) if told is not None else math.inf
        found = Outcome(cost=cost, expert_cost=expert, reward=0.0)
        best = min(self.best.get(episode.episode_id, expert), expert)
        if cost < best - _EQUAL:
            self.best[episode.episode_id] = cost
        if told is not None and self.settings.final_reward is FinalReward.MCA:
            return replace(found, reward=self._reward_of_code(told.info))
        return replace(found, reward=self._reward(found, best, episode.episode_id))

    def _ask(self, game: FunctionGame) -> AnswerCosts | None:
        """None for an answer that the compiler does not carry out, which ends no run unless it is one after another."""
        try:
            told = self.backend.costs_of(game.facts.episode, game.allocation)
        except (ToolchainError, HostError) as error:
            self._failed += 1
            if self._failed < MOST_FAILED:
                return None
            raise ToolchainError(
                f"the compiler failed {MOST_FAILED} times one after the other; in the end: {error}",
                hint=f"see {LOG_NAME}/ in the run's folder, and `rl4real-data doctor`",
            ) from error
        self._failed = 0
        return told

    def _reward_of_code(self, info: Mapping[str, Any]) -> float:
        """RL4ReAl's by throughput: none where llvm-mca has no word on the code."""
        own, greedy = info[THROUGHPUT], info[GREEDY_THROUGHPUT]
        if own is None or greedy is None or own == greedy:
            return 0.0
        return self.settings.mca_reward_clip * (1 if own < greedy else -1)

    def _progress(self, outcome: Outcome, name: str) -> float:
        """By how much the logarithm of the ratio is below its moving average of this function, at first not at all."""
        if not math.isfinite(outcome.cost):
            return -FINAL_REWARD
        now = math.log(outcome.ratio)
        usual = self.usual.setdefault(name, now)
        self.usual[name] = usual + _PACE * (now - usual)
        return max(-FINAL_REWARD, min(FINAL_REWARD, FINAL_REWARD * (usual - now)))

    def _reward(self, outcome: Outcome, best: float, name: str) -> float:
        final = self.settings.final_reward
        if final is FinalReward.NONE:
            return 0.0
        if final is FinalReward.MCA:
            return -self.settings.mca_reward_clip
        if final is FinalReward.PROGRESS:
            return self._progress(outcome, name)
        if final is FinalReward.RATIO:
            return max(-FINAL_REWARD, min(FINAL_REWARD, -FINAL_REWARD * math.log(outcome.ratio)))
        mark = best if final is FinalReward.COST else outcome.expert_cost
        if abs(outcome.cost - mark) <= _EQUAL * (1.0 + mark):
            return 0.0
        return FINAL_REWARD if outcome.cost < mark else -FINAL_REWARD


def expert_cost_of(episode: Episode) -> float:
    """The cost of greedy's own answer, as the compiler counted it."""
    costs: Mapping[str, Any] = episode.outcome.costs
    return weighted_cost({kind: one.cost for kind, one in costs.items()})
