"""The rewards of RL4ReAl's agents."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from rl4real_data.allocation.answer_backend import AnswerBackend
from rl4real_data.allocation.answer_costs import weighted_cost
from rl4real_data.reading.episode import Episode
from rl4real_data.training.choices import FinalReward
from rl4real_data.training.function_game import FunctionGame

FINAL_REWARD: Final = 10.0
_MOST_TIMES: Final = 100.0
"""So many times greedy's cost count as no more: an answer that cannot be carried out costs infinitely much."""
_EQUAL: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardSettings:
    """`local_reward`: what a decision earns is also earned by who selected the node and the task, as in RL4ReAl's
    option of this name; without, it is the colouring, or splitting, agent's alone.
    """

    final_reward: FinalReward = FinalReward.COST
    local_reward: bool = False


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
    """Tells what finished games cost. `best`: the least cost so far, by episode."""

    backend: AnswerBackend
    settings: RewardSettings
    best: dict[str, float] = field(default_factory=dict)

    def judge(self, game: FunctionGame) -> Outcome:
        """The outcome of a game that is over."""
        episode = game.facts.episode
        expert = expert_cost_of(episode)
        cost = weighted_cost(self.backend.costs_of(episode, game.allocation).costs)
        found = Outcome(cost=cost, expert_cost=expert, reward=0.0)
        best = min(self.best.get(episode.episode_id, expert), expert)
        if cost < best - _EQUAL:
            self.best[episode.episode_id] = cost
        return Outcome(cost=cost, expert_cost=expert, reward=self._reward(found, best))

    def _reward(self, outcome: Outcome, best: float) -> float:
        final = self.settings.final_reward
        if final is FinalReward.NONE:
            return 0.0
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
