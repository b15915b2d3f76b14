"""RL4ReAl's game as an environment of RLlib for several agents."""

from __future__ import annotations

__all__ = ["MultiAgentAllocationEnv"]

from collections.abc import Mapping
from typing import Any

import numpy as np

from rl4real_data.core.extras import required_by
from rl4real_data.training.agents import AgentName
from rl4real_data.training.function_game import FunctionGame
from rl4real_data.training.function_source import FunctionSource
from rl4real_data.training.rewards import Referee
from rl4real_data.training.spaces import action_space, observation_space
from rl4real_data.training.worker_task import WorkerTask

with required_by("training", extra="rllib"):
    from gymnasium import spaces
    from ray.rllib.env.multi_agent_env import MultiAgentEnv

Sight = dict[str, Any]


class MultiAgentAllocationEnv(MultiAgentEnv):
    """One episode allocates the registers of one function; the agents, `AgentName`, take turns.

    Configuration: `task`, a `WorkerTask`; `edges`, True for the interference graph in the observation of `select_node`.
    Rewards: those of `RewardSettings`; the local one goes to the agent that decided, the final one to all that acted.
    Info, at the end: `cost`, `expert_cost`, `ratio`. An action that the mask forbids is a ValueError.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        super().__init__()
        task: WorkerTask = config["task"]
        self._with_edges = bool(config.get("edges", False))
        worker = int(getattr(config, "worker_index", 0) or 0)
        self._task, self._worker = task, worker
        self._source: FunctionSource | None = (
            None  # opened when it is played: RLlib makes environments for their spaces
        )
        self._referee: Referee | None = None
        self._game: FunctionGame | None = None
        self._acted: list[str] = []
        agents = [agent.value for agent in AgentName]
        self.agents, self.possible_agents = agents, agents
        self.observation_spaces: dict[str, spaces.Space[Any]] = {
            agent.value: observation_space(agent, task.sizes, with_edges=self._with_edges) for agent in AgentName
        }
        self.action_spaces: dict[str, spaces.Space[Any]] = {
            agent.value: action_space(agent, task.sizes) for agent in AgentName
        }

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Sight], dict[str, Any]]:
        """The next function; with a seed, the first of the order that belongs to it."""
        del options
        if self._source is None or seed is not None:
            self._source = self._task.source(self._worker, seed=seed)
            self._referee = Referee(backend=self._task.backend(self._worker), settings=self._task.rewards)
        _, self._game = self._source.next()
        self._acted = []
        return {self._game.agent.value: self._sight(self._game)}, {}

    def step(
        self, action_dict: Mapping[str, int]
    ) -> tuple[dict[str, Sight], dict[str, float], dict[str, bool], dict[str, bool], dict[str, Any]]:
        """The action of the agent whose turn it is."""
        game, referee = self._game, self._referee
        assert game is not None, "reset comes first"
        assert referee is not None, "reset comes first"
        agent = game.agent.value
        self._acted += [agent] if agent not in self._acted else []
        turn = game.act(int(action_dict[agent]))
        rewards = {agent: turn.reward}
        if turn.is_decision and self._task.rewards.local_reward:
            rewards |= {AgentName.SELECT_NODE.value: turn.reward, AgentName.SELECT_TASK.value: turn.reward}
        if not turn.is_over:
            return {game.agent.value: self._sight(game)}, rewards, {"__all__": False}, {"__all__": False}, {}
        outcome = referee.judge(game)
        if outcome.reward:
            rewards = dict.fromkeys(self._acted, outcome.reward)
        told = {"cost": outcome.cost, "expert_cost": outcome.expert_cost, "ratio": outcome.ratio}
        return {}, rewards, {"__all__": True}, {"__all__": False}, {agent: told}

    def _sight(self, game: FunctionGame) -> Sight:
        found: Sight = dict(game.observe())
        if self._with_edges and game.agent is AgentName.SELECT_NODE:
            graph = game.view.adjacency()
            edges = np.full((self._task.sizes.edges, 2), -1, np.int32)
            data = np.asarray(graph["data"])
            edges[: len(data)] = data
            found["adjacency_lists"] = {**graph, "data": edges}
        return found
