"""The environment in which register allocation is learned from recorded functions, without a compiler."""

from __future__ import annotations

import os
from typing import Any, Final, SupportsInt

import gymnasium
import numpy as np
import numpy.typing as npt
from gymnasium import spaces

from rl4real_data.allocation.allocation import UNDECIDED, Allocation
from rl4real_data.allocation.expert import Task, expert_cost, expert_decisions, require_outcome
from rl4real_data.allocation.problem import AllocationProblem, problem_of
from rl4real_data.allocation.register_file import register_file_of
from rl4real_data.core.errors import DatasetError
from rl4real_data.env.episode_source import EpisodeSource, Limits
from rl4real_data.env.observation import Observation, Observer, observation_space
from rl4real_data.episodes.schema import Outcome
from rl4real_data.reading.dataset import EpisodeDataset
from rl4real_data.reading.episode import Episode

ILLEGAL_REWARD: Final = -1.0
"""As much as spilling the most expensive node."""
_SEEDS: Final = 2**31


class RegisterAllocationEnv(gymnasium.Env[Observation, np.int64]):
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
    spills and reloads relative to the entry, one for each use point), and LLVM's own `expert_spill_cost`.

    `dataset` is an EpisodeDataset or a DATA_DIR, whose `split` is then read. `reset(seed=…)` starts the order of
    episodes anew, `reset(options={"episode": i})` takes episode i of the dataset. Episodes that do not fit
    are passed over. DatasetError for datasets without machine IR (imported from the fork's files).
    """

    metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012  # Gymnasium declares it of the instance

    def __init__(
        self,
        dataset: EpisodeDataset | str | os.PathLike[str],
        *,
        split: str = "train",
        max_nodes: int = 600,
        max_edges: int = 15_000,
        shuffle: bool = True,
        vectors: bool = False,
        final_reward: float = 0.0,
        max_illegal: int = 1000,
        render_mode: None = None,
    ) -> None:
        if not isinstance(dataset, EpisodeDataset):
            dataset = EpisodeDataset(dataset, split)
        self.render_mode = render_mode
        self._limits = Limits(nodes=max_nodes, edges=max_edges)
        self._registers = register_file_of(dataset.registers)
        self._source = EpisodeSource(dataset, self._limits, shuffle=shuffle, with_vectors=vectors)
        self._with_vectors = vectors
        self._final_reward = final_reward
        self._max_illegal = max_illegal
        self._is_started = False
        self._illegal = 0
        self._selected: int | None = None
        dimension = dataset.instruction_table.require_vectors().shape[1] if vectors else None
        self.action_space = spaces.Discrete(max_nodes + 1 + self._registers.size)
        self.observation_space = observation_space(self._limits, self._registers.size, dimension)

    @property
    def registers(self) -> npt.NDArray[np.int16]:
        """(R,) int16: the reg_id of each register action."""
        return self._registers.reg_ids

    @property
    def episode(self) -> Episode:
        """The recorded function that is being allocated; there is one after `reset`."""
        return self._episode

    @property
    def problem(self) -> AllocationProblem:
        """The same as matrices."""
        return self._allocation.problem

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """The next episode, or the one that `options["episode"]` numbers. DatasetError if there is none that fits."""
        super().reset(seed=seed)
        if seed is not None or not self._is_started:
            self._source.restart(self._draw_seed())
            self._is_started = True
        number = (options or {}).get("episode")
        self._episode = self._source.next(self._draw_seed()) if number is None else self._source.at(int(number))
        self._allocation = Allocation(problem_of(self._episode, self._registers))
        vectors = self._episode.node_vectors() if self._with_vectors else None
        self._observer = Observer(self._allocation, self._limits, vectors)
        self._selected, self._illegal = None, 0
        return self._result()

    def _draw_seed(self) -> int:
        return int(self.np_random.integers(_SEEDS))

    def step(self, action: SupportsInt) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Select a node, or decide on the selected one; see the class."""
        number = int(action)
        mask = self._observer.action_mask(self._selected)
        if not (0 <= number < len(mask) and mask[number]):
            self._illegal += 1
            observation, info = self._result()
            is_over = self._allocation.undecided == 0
            return observation, ILLEGAL_REWARD, is_over, self._illegal >= self._max_illegal, info
        reward = 0.0
        if self._selected is None:
            self._selected = number
        else:
            choice = number - self._limits.nodes
            reward = self._allocation.reward(self._selected, choice)
            self._allocation.decide(self._selected, choice)
            self._selected = None
        is_over = self._allocation.undecided == 0
        observation, info = self._result()
        if is_over:
            costs = self._costs()
            info |= costs
            reward += self._reward_of(costs)
        return observation, reward, is_over, False, info

    def _result(self) -> tuple[Observation, dict[str, Any]]:
        observation = self._observer.observe(self._selected)
        info = {
            "action_mask": observation["action_mask"],
            "episode_id": self._episode.episode_id,
            "function": self._episode.function,
            "illegal": self._illegal,
        }
        return observation, info

    def _costs(self) -> dict[str, Any]:
        costs: dict[str, Any] = {"cost": self._allocation.cost()}
        if self._episode.node_outcome is not None:
            costs["expert_cost"] = expert_cost(self._episode, self.problem)
            costs["expert_splits"] = int(np.count_nonzero(self._episode.node_outcome == Outcome.SPLIT))
            costs["expert_spill_cost"] = self._episode.spill_cost
        return costs

    def _reward_of(self, costs: dict[str, Any]) -> float:
        if costs.get("expert_splits") != 0:
            return 0.0
        return self._final_reward * float(np.sign(costs["expert_cost"] - costs["cost"]))

    def action_masks(self) -> npt.NDArray[np.bool_]:
        """(max_nodes + 1 + R,) bool: the actions that are allowed now; the name is sb3-contrib's for MaskablePPO."""
        return self._observer.action_mask(self._selected).astype(np.bool_)

    def expert_actions(self) -> list[int]:
        """The actions that replay the expert from the start of the current episode.

        DatasetError if it is not known what the expert did, or if it split a node, which then has no single register.
        """
        split = np.flatnonzero(require_outcome(self._episode) == Outcome.SPLIT)
        if len(split):
            raise DatasetError(
                f"{self._episode.function}: the expert split node {split[0]}, which has no single register",
                hint="replay episodes whose `node_outcome` holds no 1",
            )
        actions: list[int] = []
        replay = Allocation(self.problem)
        for decision in expert_decisions(self._episode, replay):
            assert decision.task is Task.COLOUR, "split nodes were refused above"
            replay.decide(decision.node, decision.choice)
            actions += [decision.node, self._limits.nodes + decision.choice]
        assert not (replay.choice == UNDECIDED).any(), "the expert decides on every node"
        return actions
