"""RL4ReAl's game on one function, turn by turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

import numpy as np

from rl4real_data.allocation.allocation import SPILLED, UNDECIDED
from rl4real_data.allocation.split_allocation import SplitAllocation
from rl4real_data.training.agent_view import AgentView, Observation
from rl4real_data.training.agents import AgentName
from rl4real_data.training.function_facts import ColourTable, FunctionFacts
from rl4real_data.training.sizes import AgentSizes

SPLIT_TASK = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What an action brought: RL4ReAl's local reward for a decision, 0 for a selection; whether the game is over."""

    reward: float
    is_decision: bool
    is_over: bool


class FunctionGame:
    """Select a node, select its task, then colour or split it, until all nodes are decided.

    `agent` acts now, on `node` if one is selected. Nodes without a use point, of which agents are not told, are decided
    at the end: the first free register, else a slot.
    """

    def __init__(self, facts: FunctionFacts, colours: ColourTable, sizes: AgentSizes) -> None:
        self.facts = facts
        self.allocation = SplitAllocation(
            facts.problem,
            max_nodes=max(sizes.nodes - len(facts.physical), facts.problem.problem.n_nodes),
            max_edges=max(sizes.edges - 1 - len(facts.physical_edges), 0),
            max_splits=sizes.splits,
        )
        self.view = AgentView(facts, self.allocation, colours, sizes)
        self.agent = AgentName.SELECT_NODE
        self.node = -1
        self.is_over = self.view.is_over

    def observe(self) -> Observation:
        """What the agent sees whose turn it is."""
        sights: dict[AgentName, Callable[[int], Observation]] = {
            AgentName.SELECT_TASK: self.view.select_task,
            AgentName.COLOUR_NODE: self.view.colour_node,
            AgentName.SPLIT_NODE: self.view.split_node,
        }
        return self.view.select_node() if self.agent is AgentName.SELECT_NODE else sights[self.agent](self.node)

    def act(self, action: int) -> Turn:
        """The action of the agent whose turn it is. ValueError for one that its mask forbids."""
        agent = self.agent
        if agent is AgentName.SELECT_NODE:
            self.node = self._open_node(action)
            self.agent = AgentName.SELECT_TASK
        elif agent is AgentName.SELECT_TASK:
            if action not in (0, SPLIT_TASK) or (action == SPLIT_TASK and not self.view.split_mask(self.node).any()):
                raise ValueError(f"task {action} is not allowed for node {self.node}")
            self.agent = AgentName.SPLIT_NODE if action == SPLIT_TASK else AgentName.COLOUR_NODE
        elif agent is AgentName.COLOUR_NODE:
            return self._decided(self._colour(action))
        elif agent is AgentName.SPLIT_NODE:
            return self._decided(self._split(action))
        else:
            assert_never(agent)
        return Turn(reward=0.0, is_decision=False, is_over=False)

    def _open_node(self, place: int) -> int:
        node = self.view.node_at(place)
        if self.allocation.choice[node] != UNDECIDED:
            raise ValueError(f"node {node} is decided")
        return node

    def _colour(self, colour: int) -> float:
        choice = 1 + self.view.column_of(self.node, colour) if colour else SPILLED
        reward = self.allocation.reward(self.node, choice)
        self.allocation.decide(self.node, choice)
        return reward

    def _split(self, point: int) -> float:
        allowed = self.view.split_mask(self.node)
        if not (0 <= point < len(allowed) and allowed[point]):
            raise ValueError(f"node {self.node} may not be split behind use point {point}")
        fresh = self.allocation.split(self.node, point)
        self.view.refresh()
        return self.allocation.split_reward(self.node, fresh)

    def _decided(self, reward: float) -> Turn:
        self.agent, self.node = AgentName.SELECT_NODE, -1
        self.is_over = self.view.is_over
        if self.is_over:
            self._decide_the_rest()
        return Turn(reward=reward, is_decision=True, is_over=self.is_over)

    def _decide_the_rest(self) -> None:
        allocation = self.allocation
        for node in np.flatnonzero(allocation.choice[: len(allocation.nodes)] == UNDECIDED).tolist():
            allowed = allocation.choices(node)
            allocation.decide(node, 1 + int(np.argmax(allowed[1:])) if allowed[1:].any() else SPILLED)
