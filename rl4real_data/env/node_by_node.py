"""The order of the environments' games.

An agent selects a node and then decides on it, until all are decided.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Final, Protocol, SupportsInt

import gymnasium
import numpy as np
import numpy.typing as npt

from rl4real_data.allocation.register_file import RegisterFile
from rl4real_data.env.episode_source import EpisodeSource
from rl4real_data.env.observation import Observation
from rl4real_data.reading.episode import Episode

ILLEGAL_REWARD: Final = -1.0
"""As much as spilling the most expensive node."""
_SEEDS: Final = 2**31


class Watching(Protocol):
    """What tells an agent of the allocation at hand."""

    def observe(self, selected: int | None) -> Observation: ...

    def action_mask(self, selected: int | None) -> npt.NDArray[np.int8]: ...


class NodeByNodeEnv(gymnasium.Env[Observation, np.int64], ABC):
    """The order of a game, whose rules a subclass has: `_begin`, `_carry_out`, `_is_over`, `_costs`, `_reward_of`."""

    metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012  # Gymnasium declares it of the instance

    _episode: Episode
    _observer: Watching

    def __init__(self, source: EpisodeSource, registers: RegisterFile, *, max_illegal: int) -> None:
        self._source = source
        self._registers = registers
        self._max_illegal = max_illegal
        self._is_started = False
        self._illegal = 0
        self._selected: int | None = None

    @property
    def registers(self) -> npt.NDArray[np.int16]:
        """(R,) int16: the reg_id of each register action."""
        return self._registers.reg_ids

    @property
    def episode(self) -> Episode:
        """The recorded function that is being allocated; there is one after `reset`."""
        return self._episode

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
        self._observer = self._begin()
        self._selected, self._illegal = None, 0
        return self._result()

    def step(self, action: SupportsInt) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Select a node, or decide on the selected one; see the class."""
        number = int(action)
        mask = self._observer.action_mask(self._selected)
        if not (0 <= number < len(mask) and mask[number]):
            self._illegal += 1
            observation, info = self._result()
            return observation, ILLEGAL_REWARD, self._is_over, self._illegal >= self._max_illegal, info
        reward = 0.0
        if self._selected is None:
            self._selected = number
        else:
            node, self._selected = self._selected, None
            reward = self._carry_out(node, number)
        observation, info = self._result()
        if self._is_over:
            costs = self._costs()
            info |= costs
            reward += self._reward_of(costs)
        return observation, reward, self._is_over, False, info

    def action_masks(self) -> npt.NDArray[np.bool_]:
        """(actions,) bool: those that are allowed now; the name is sb3-contrib's for MaskablePPO."""
        return self._observer.action_mask(self._selected).astype(np.bool_)

    @abstractmethod
    def _begin(self) -> Watching:
        """An allocation of the episode in which nothing is decided."""

    @property
    @abstractmethod
    def _is_over(self) -> bool:
        """Whether nothing is left to be decided."""

    @abstractmethod
    def _carry_out(self, node: int, action: int) -> float:
        """Decides on a node; what that is rewarded with."""

    @abstractmethod
    def _costs(self) -> dict[str, Any]:
        """Of the whole allocation, for the info."""

    @abstractmethod
    def _reward_of(self, costs: dict[str, Any]) -> float:
        """What is added at the end."""

    def _draw_seed(self) -> int:
        return int(self.np_random.integers(_SEEDS))

    def _result(self) -> tuple[Observation, dict[str, Any]]:
        observation = self._observer.observe(self._selected)
        info = {
            "action_mask": observation["action_mask"],
            "episode_id": self._episode.episode_id,
            "function": self._episode.function,
            "illegal": self._illegal,
        }
        return observation, info
