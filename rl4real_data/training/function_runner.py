"""The collection of games for RLlib's learners.

Several functions are played side by side, so that each network is asked for many of them at once: RLlib's own runner
asks for one step of one function at a time, and is ten times slower.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import numpy as np

from rl4real_data.core.extras import required_by
from rl4real_data.training.agent_view import Observation
from rl4real_data.training.agents import AgentName
from rl4real_data.training.expert_play import ExpertPlay
from rl4real_data.training.function_game import FunctionGame, Turn
from rl4real_data.training.rewards import Outcome, Referee
from rl4real_data.training.worker_task import WorkerTask

with required_by("training", extra="rllib"):
    import torch
    from ray.rllib.core.columns import Columns
    from ray.rllib.env.multi_agent_env_runner import MultiAgentEnvRunner
    from ray.rllib.env.single_agent_episode import SingleAgentEpisode

COST_RATIO = "log_cost_ratio_mean"
RETURN = "episode_return_mean"
GAMES = "num_episodes"
GAMES_LIFETIME = "num_episodes_lifetime"
STEPS = "num_env_steps_sampled"
STEPS_LIFETIME = "num_env_steps_sampled_lifetime"
_WINDOW = 100


@dataclass(slots=True)
class Trace:
    """What one agent saw, did and earned in one game. `chances`: of the actions, as logits, and those taken."""

    observations: list[Observation] = field(default_factory=list)
    actions: list[int] = field(default_factory=list)
    rewards: list[float] = field(default_factory=list)
    logits: list[np.ndarray[Any, Any]] = field(default_factory=list)
    log_chances: list[float] = field(default_factory=list)

    def episode(self, agent: AgentName) -> Any:
        """As a learner takes it: each agent is one that acts alone."""
        extra: dict[str, Any] = {}
        if self.logits:
            extra = {Columns.ACTION_DIST_INPUTS: self.logits, Columns.ACTION_LOGP: self.log_chances}
        return SingleAgentEpisode(
            id_=uuid4().hex,
            agent_id=agent.value,
            module_id=agent.value,
            observations=[*self.observations, self.observations[-1]],
            actions=self.actions,
            rewards=self.rewards,
            extra_model_outputs=extra,
            terminated=True,
            len_lookback_buffer=0,
        )


class Play:
    """One game with its traces."""

    def __init__(self, game: FunctionGame, *, is_local: bool) -> None:
        self.game = game
        self.traces: dict[AgentName, Trace] = defaultdict(Trace)
        self._is_local = is_local

    def act(self, observation: Observation, action: int) -> Turn:
        """One action of the agent whose turn it is, and its local reward."""
        agent = self.game.agent
        turn = self.game.act(action)
        trace = self.traces[agent]
        trace.observations.append(observation)
        trace.actions.append(action)
        trace.rewards.append(turn.reward)
        if turn.is_decision and self._is_local:
            for other in (AgentName.SELECT_NODE, AgentName.SELECT_TASK):
                self.traces[other].rewards[-1] += turn.reward
        return turn

    def end(self, reward: float) -> list[Any]:
        """The episodes of a game that is over; the final reward takes the place of the last one, as in RL4ReAl."""
        for trace in self.traces.values():
            if reward:
                trace.rewards[-1] = reward
        return [trace.episode(agent) for agent, trace in sorted(self.traces.items())]


class FunctionRunner(MultiAgentEnvRunner):
    """Plays as the modules say. `env_config["task"]` is the `WorkerTask`."""

    def make_env(self) -> None:
        """RLlib's environment, which tells the spaces; the games are played without it."""
        super().make_env()
        self._task: WorkerTask = self.config.env_config["task"]
        worker = int(self.worker_index or 0)
        self._source = self._task.source(worker)
        self._referee = Referee(backend=self._task.backend(), settings=self._task.rewards)
        self._random = torch.Generator().manual_seed(self._task.seed + worker)
        self._returns: list[float] = []
        self._outcomes: list[Outcome] = []
        self._steps = 0

    def sample(
        self,
        *,
        num_timesteps: int | None = None,
        num_episodes: int | None = None,
        explore: bool | None = None,
        random_actions: bool = False,
        force_reset: bool = False,
    ) -> list[Any]:
        """Whole games, side by side, as many as the task says unless told otherwise."""
        del num_timesteps, random_actions, force_reset
        does_explore = self.config.explore if explore is None else explore
        count = num_episodes or self._task.games
        plays = [self._begin() for _ in range(count)]
        episodes: list[Any] = []
        while plays:
            for agent in AgentName:
                episodes += self._turn([play for play in plays if play.game.agent is agent], agent, does_explore)
            plays = [play for play in plays if not play.game.view.is_over]
        return episodes

    def _begin(self) -> Play:
        _, game = self._source.next()
        return Play(game, is_local=self._task.rewards.local_reward)

    def _turn(self, plays: list[Play], agent: AgentName, does_explore: bool) -> list[Any]:
        """One action in each of the games in which it is the agent's turn; the episodes of those that end with it."""
        if not plays:
            return []
        seen = [play.game.observe() for play in plays]
        batch = {name: torch.from_numpy(np.stack([one[name] for one in seen])) for name in seen[0]}
        logits = self.module[agent.value].forward_exploration({Columns.OBS: batch})[Columns.ACTION_DIST_INPUTS]
        chances = logits.log_softmax(dim=-1)
        if does_explore:
            taken = torch.multinomial(chances.exp(), 1, generator=self._random)
        else:
            taken = logits.argmax(dim=-1, keepdim=True)
        likely = chances.gather(1, taken).squeeze(-1).tolist()
        found: list[Any] = []
        for row, (play, action) in enumerate(zip(plays, taken.squeeze(-1).tolist(), strict=True)):
            turn = play.act(seen[row], action)
            play.traces[agent].logits.append(logits[row].numpy())
            play.traces[agent].log_chances.append(likely[row])
            self._steps += 1
            if turn.is_over:
                found += self._end(play)
        return found

    def _end(self, play: Play) -> list[Any]:
        outcome = self._referee.judge(play.game)
        episodes = play.end(outcome.reward)
        self._outcomes.append(outcome)
        self._returns.append(sum(sum(trace.rewards) for trace in play.traces.values()))
        return episodes

    def get_metrics(self) -> Any:
        """What became of the games since the last call."""
        for outcome, earned in zip(self._outcomes, self._returns, strict=True):
            self.metrics.log_value(COST_RATIO, math.log(outcome.ratio), window=_WINDOW)
            self.metrics.log_value(RETURN, earned, window=_WINDOW)
        games = len(self._outcomes)
        for name, count in ((GAMES, games), (STEPS, self._steps)):
            self.metrics.log_value(name, count, reduce="sum")
            self.metrics.log_value(f"{name}_lifetime", count, reduce="lifetime_sum", with_throughput=name == STEPS)
        self._outcomes, self._returns, self._steps = [], [], 0
        return self.metrics.reduce()


class ExpertRunner(FunctionRunner):
    """Plays as the expert did: its answer, action by action."""

    def sample(self, *, num_episodes: int | None = None, **_: Any) -> list[Any]:
        """Whole games of the expert."""
        episodes: list[Any] = []
        for _game in range(num_episodes or self._task.games):
            play = self._begin()
            expert = ExpertPlay(play.game, self._source.colours)
            while True:
                turn = play.act(play.game.observe(), expert.action())
                self._steps += 1
                if turn.is_over:
                    break
            episodes += self._end(play)
        return episodes
