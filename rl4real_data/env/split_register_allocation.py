"""The environment in which register allocation with splits is learned, which is RL4ReAl's whole game."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from gymnasium import spaces

from rl4real_data.allocation.answer_backend import AnswerBackend, EpisodeBackend
from rl4real_data.allocation.answer_costs import COST_WEIGHTS, weighted_cost
from rl4real_data.allocation.register_file import register_file_of
from rl4real_data.allocation.split_allocation import DecisionWord, SplitAllocation
from rl4real_data.allocation.split_problem import SPLIT_COLUMNS, split_problem_of
from rl4real_data.env.episode_source import EpisodeSource, Limits
from rl4real_data.env.node_by_node import NodeByNodeEnv
from rl4real_data.env.register_allocation import COST_COLUMNS
from rl4real_data.env.split_observation import SplitLimits, SplitObserver, split_observation_space
from rl4real_data.reading.dataset import EpisodeDataset

_SEEDS: Final = 2**31


class SplitRegisterAllocationEnv(NodeByNodeEnv):
    """One Gymnasium episode allocates the registers of one function; live ranges may be split behind their use points.

    Steps alternate: select a node, then give it a register, spill it or split it, until all nodes are decided. What a
    split makes are further nodes, behind those of the function: the node of its head, that of its tail, and one for
    each further piece into which they fall; the node itself is then decided.

    Action, `Discrete(max_nodes + 1 + R + max_points)`: as in `RegisterAllocationEnv`, and max_nodes + 1 + R + p splits
    the selected node behind its use point p.

    Observation, a dict of padded arrays: those of `RegisterAllocationEnv`, in which `choice` is -2 for a node that was
    split and `nodes` has the columns PIECE_FEATURES; `points` (max_points, 6), the use points of the selected node, see
    POINT_FEATURES; `splits_left`. At most `max_splits` splits an episode, as many as nodes and edges have room for.

    Reward, that of RL4ReAl (doi:10.1145/3578360.3580273): as in `RegisterAllocationEnv`, and for a split the weight
    before less the weights of the pieces, each at most 10,000, divided by 10,000, not below -1. At the end
    `final_reward` is added if the allocation costs less than the expert's, and taken off if it costs more: both by the
    backend's costs, weighted by `cost_weights`.

    Info: as in `RegisterAllocationEnv`; at the end `costs` by kind and `cost`, their weighted sum, `expert_costs` and
    `expert_cost` likewise, of LLVM's own answer, `decisions`, and what the backend adds.

    `backend`: the default, `EpisodeBackend`, computes costs from the episode alone: exactly where nothing is spilled,
    else nearly (docs/live.md). `rl4real_data.live.compiler_backend.CompilerBackend` has a stock clang carry the
    decisions out and tells true costs. Observations, actions and masks are the same with both.

    `dataset` of version 1 of the format; the rest as for `RegisterAllocationEnv`.
    """

    def __init__(
        self,
        dataset: EpisodeDataset | str | os.PathLike[str],
        *,
        split: str = "train",
        max_nodes: int = 600,
        max_edges: int = 15_000,
        max_points: int = 200,
        max_splits: int = 10,
        shuffle: bool = True,
        vectors: bool = False,
        final_reward: float = 0.0,
        cost_weights: Mapping[str, float] = COST_WEIGHTS,
        max_illegal: int = 1000,
        backend: AnswerBackend | None = None,
        render_mode: None = None,
    ) -> None:
        if not isinstance(dataset, EpisodeDataset):
            dataset = EpisodeDataset(dataset, split)
        self.render_mode = render_mode
        self._backend = backend or EpisodeBackend()
        self._limits = SplitLimits(nodes=max_nodes, edges=max_edges, points=max_points, splits=max_splits)
        self._classes = dataset.register_classes
        columns = (*COST_COLUMNS, *SPLIT_COLUMNS, *getattr(self._backend, "columns", ()))
        room = Limits(nodes=max_nodes, edges=max_edges)
        source = EpisodeSource(dataset, room, shuffle=shuffle, columns=columns)
        super().__init__(source, register_file_of(dataset.registers), max_illegal=max_illegal)
        self._with_vectors = vectors
        self._final_reward = final_reward
        self._cost_weights = cost_weights
        dimension = dataset.instruction_table.require_vectors().shape[1] if vectors else None
        self.action_space = spaces.Discrete(max_nodes + 1 + self._registers.size + max_points)
        self.observation_space = split_observation_space(self._limits, self._registers.size, dimension)

    @property
    def allocation(self) -> SplitAllocation:
        """What was decided so far, and what may be decided."""
        return self._allocation

    def decisions(self) -> list[list[DecisionWord]]:
        """What was decided so far, as a file of decisions has it (`rl4real-data compile --decisions`)."""
        return self._allocation.decisions(self._episode.register_table.names)

    def _begin(self) -> SplitObserver:
        limits = self._limits
        self._allocation = SplitAllocation(
            split_problem_of(self._episode, self._registers, self._classes),
            max_nodes=limits.nodes,
            max_edges=limits.edges,
            max_splits=limits.splits,
        )
        instructions = self._episode.instruction_vectors() if self._with_vectors else None
        return SplitObserver(self._allocation, limits, instructions)

    @property
    def _is_over(self) -> bool:
        return self._allocation.undecided == 0

    def _carry_out(self, node: int, action: int) -> float:
        allocation = self._allocation
        choice = action - self._limits.nodes
        if choice <= self._registers.size:
            reward = allocation.reward(node, choice)
            allocation.decide(node, choice)
            return reward
        return allocation.split_reward(node, allocation.split(node, choice - 1 - self._registers.size))

    def _costs(self) -> dict[str, Any]:
        answer = self._backend.costs_of(self._episode, self._allocation)
        found: dict[str, Any] = {
            "costs": dict(answer.costs),
            "cost": weighted_cost(answer.costs, self._cost_weights),
            "decisions": self.decisions(),
            **answer.info,
        }
        if self._episode.score is not None:
            expert = {kind: one.cost for kind, one in self._episode.outcome.costs.items()}
            found |= {"expert_costs": expert, "expert_cost": weighted_cost(expert, self._cost_weights)}
        return found

    def _reward_of(self, costs: dict[str, Any]) -> float:
        return self._final_reward * float(np.sign(costs.get("expert_cost", costs["cost"]) - costs["cost"]))
