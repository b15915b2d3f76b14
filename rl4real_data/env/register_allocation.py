"""The environment in which register allocation is learned from recorded functions, without a compiler."""

from __future__ import annotations

import os
from typing import Any, Final

import numpy as np
from gymnasium import spaces

from rl4real_data.allocation.allocation import UNDECIDED, Allocation
from rl4real_data.allocation.cuts import split_nodes
from rl4real_data.allocation.expert import Task, expert_cost, expert_decisions, require_outcome
from rl4real_data.allocation.points import POINT_COLUMNS, ProblemPoints, points_of
from rl4real_data.allocation.problem import AllocationProblem, problem_of
from rl4real_data.allocation.register_file import register_file_of
from rl4real_data.core.errors import DatasetError, UsageError
from rl4real_data.env.episode_source import EpisodeSource, Limits
from rl4real_data.env.node_by_node import NodeByNodeEnv
from rl4real_data.env.observation import Observer, observation_space
from rl4real_data.reading.dataset import EpisodeDataset
from rl4real_data.reading.expert_outcome import ExpertOutcome

COST_COLUMNS: Final = tuple(ExpertOutcome.__slots__)


class RegisterAllocationEnv(NodeByNodeEnv):
    """One Gymnasium episode colours the interference graph of one function; RL4ReAl's game without its splits.

    Steps alternate: select a node, then give it a register or spill it, until all nodes are decided.

    Action, `Discrete(max_nodes + 1 + R)`: i < max_nodes selects node i; max_nodes spills the selected node;
    max_nodes + 1 + k gives it register `registers[k]`, a reg_id. Two interfering nodes never share a register unit; a
    node's registers are those of its class without the reserved and the forbidden ones.

    Observation, a dict of arrays padded to `max_nodes` and `max_edges`: `action_mask` int8, which also is in the info;
    `nodes`, see `rl4real_data.allocation.features`; `choice` (-1 undecided, 0 spilled, 1 + k); `edges` (u, v), padded
    with -1; `selected`, max_nodes when a node is to be selected; with `vectors` each node's MIR2Vec `vectors`.

    Reward, that of RL4ReAl (doi:10.1145/3578360.3580273): 0 for a selection; for a register the node's spill weight,
    at most 10,000, divided by 10,000; the same negative for a spill. `final_reward` is added at the end if the
    allocation costs less than the expert's, and taken off if it costs more; not where the expert split a node, whose
    cost is not comparable. An action that the mask forbids changes nothing and gives -1; the `max_illegal`-th of an
    episode truncates it.

    Info: `action_mask`, `episode_id`, `function`, `illegal` actions so far; at the end also `cost` (+inf if a node
    that cannot be spilled had to be), `expert_cost` and `expert_splits` in the same measure (expected executions of
    spills and reloads relative to the entry, one for each use point), and LLVM's own `expert_spill_cost`; of episodes
    that tell it (version 1 of the format) `expert_costs`, by kind, and `expert_score`, LLVM's RegAllocScore.

    With `points`, `points` says which registers are free at each position, and the observation has the copies: `copies`
    int32 (source, target), padded to `max_edges` with -1, the most frequent ones first, and `copy_weight`, ln(1 + x) of
    how often each runs; `register_copies`, the same of copies between each node and each register.

    `dataset` is an EpisodeDataset or a DATA_DIR, whose `split` is then read. `reset(seed=…)` starts the order of
    episodes anew, `reset(options={"episode": i})` takes episode i of the dataset. Episodes that do not fit
    are passed over. DatasetError for datasets without machine IR (imported from the fork's files).
    """

    def __init__(
        self,
        dataset: EpisodeDataset | str | os.PathLike[str],
        *,
        split: str = "train",
        max_nodes: int = 600,
        max_edges: int = 15_000,
        shuffle: bool = True,
        vectors: bool = False,
        points: bool = False,
        final_reward: float = 0.0,
        max_illegal: int = 1000,
        render_mode: None = None,
    ) -> None:
        if not isinstance(dataset, EpisodeDataset):
            dataset = EpisodeDataset(dataset, split)
        self.render_mode = render_mode
        self._limits = Limits(nodes=max_nodes, edges=max_edges)
        columns = (*COST_COLUMNS, *(("inst",) if vectors else ()), *(POINT_COLUMNS if points else ()))
        source = EpisodeSource(dataset, self._limits, shuffle=shuffle, columns=columns)
        super().__init__(source, register_file_of(dataset.registers), max_illegal=max_illegal)
        self._with_points = points
        self._with_vectors = vectors
        self._final_reward = final_reward
        self._points: ProblemPoints | None = None
        dimension = dataset.instruction_table.require_vectors().shape[1] if vectors else None
        self.action_space = spaces.Discrete(max_nodes + 1 + self._registers.size)
        self.observation_space = observation_space(self._limits, self._registers.size, dimension, copies=points)

    @property
    def problem(self) -> AllocationProblem:
        """The same as matrices."""
        return self._allocation.problem

    @property
    def points(self) -> ProblemPoints:
        """The same at every position. UsageError for an environment made without `points`."""
        if self._points is None:
            raise UsageError("the environment knows no positions", hint="make it with `points=True`")
        return self._points

    def _begin(self) -> Observer:
        self._allocation = Allocation(problem_of(self._episode, self._registers))
        vectors = self._episode.node_vectors() if self._with_vectors else None
        self._points = points_of(self._episode, self._registers) if self._with_points else None
        return Observer(self._allocation, self._limits, vectors, self._points)

    @property
    def _is_over(self) -> bool:
        return self._allocation.undecided == 0

    def _carry_out(self, node: int, action: int) -> float:
        choice = action - self._limits.nodes
        reward = self._allocation.reward(node, choice)
        self._allocation.decide(node, choice)
        return reward

    def _costs(self) -> dict[str, Any]:
        costs: dict[str, Any] = {"cost": self._allocation.cost()}
        if self._episode.node_outcome is not None:
            costs["expert_cost"] = expert_cost(self._episode, self.problem)
            costs["expert_splits"] = int(split_nodes(self._episode, self._episode.node_outcome).sum())
            costs["expert_spill_cost"] = self._episode.spill_cost
        if self._episode.score is not None:
            costs["expert_costs"] = {kind: found.cost for kind, found in self._episode.outcome.costs.items()}
            costs["expert_score"] = self._episode.score
        return costs

    def _reward_of(self, costs: dict[str, Any]) -> float:
        if costs.get("expert_splits") != 0:
            return 0.0
        return self._final_reward * float(np.sign(costs["expert_cost"] - costs["cost"]))

    def expert_actions(self) -> list[int]:
        """The actions that replay the expert from the start of the current episode.

        DatasetError if it is not known what the expert did, or if it split a node, which then has no single register.
        """
        split = np.flatnonzero(split_nodes(self._episode, require_outcome(self._episode)))
        if len(split):
            raise DatasetError(
                f"{self._episode.function}: the expert split node {split[0]}, which has no single register",
                hint="replay episodes of which no node was split (`node_fate`; `node_outcome` in version 0)",
            )
        actions: list[int] = []
        replay = Allocation(self.problem)
        for decision in expert_decisions(self._episode, replay):
            assert decision.task is Task.COLOUR, "split nodes were refused above"
            replay.decide(decision.node, decision.choice)
            actions += [decision.node, self._limits.nodes + decision.choice]
        assert not (replay.choice == UNDECIDED).any(), "the expert decides on every node"
        return actions
