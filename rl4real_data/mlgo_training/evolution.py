"""Evolution strategies, in which perturbed policies compile and the better ones show the way.

All compile the same modules. Perturbations are Gaussian and come in pairs, one the other's opposite. What counts of
their rewards is the order alone, as ranks from -1/2 to 1/2.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from rl4real_data.core.extras import required_by
from rl4real_data.mlgo_training.feature_rows import Floats
from rl4real_data.mlgo_training.live_learner import LiveLearner
from rl4real_data.mlgo_training.live_modules import LiveModule
from rl4real_data.mlgo_training.live_policy import LivePolicy
from rl4real_data.mlgo_training.networks import PlainNetwork
from rl4real_data.mlgo_training.playing import Played

with required_by("training a policy of MLGO's tasks", extra="mlgo-training"):
    import torch


class Evolution(LiveLearner):
    """Learns from policies beside its own, one iteration after the other."""

    def iterate(self, number: int) -> dict[str, float]:
        """Learns; `reward` is that of the policy itself, `perturbed_reward` the mean of the others."""
        chance = np.random.default_rng((self._settings.seed, number))
        modules = self._drawn_modules(chance)
        vector = self._state.network.vector()
        noise = chance.standard_normal((self._settings.pairs, len(vector))).astype(np.float32)
        steps = self._settings.sigma * noise
        policies = [vector, *(vector + sign * step for step in steps for sign in (1, -1))]
        played = self._do(self._play, [(one, module) for one in policies for module in modules])
        rewards = np.array([each.reward for each in played]).reshape(len(policies), len(modules)).mean(axis=1)
        self._step(way_of(noise, rewards[1:]) / self._settings.sigma)
        return {
            "reward": float(rewards[0]),
            "perturbed_reward": float(rewards[1:].mean()),
            "best_reward": float(rewards.max()),
            "failures": float(sum(bool(each.failure) for each in played)),
            "decisions": float(sum(each.steps for each in played)),
            "modules": float(len(played)),
        }

    def _play(self, job: tuple[Floats, LiveModule]) -> Played:
        vector, module = job
        network = PlainNetwork.of(self._state.task, vector, self._state.network.sizes)
        return self._player.play(module, LivePolicy(network, self._scaler))

    def _step(self, way: npt.NDArray[Any]) -> None:
        """Of the optimiser, which goes down."""
        parameters = list(self._state.network.layers.parameters())
        at = 0
        for each in parameters:
            own = torch.from_numpy(-way[at : at + each.numel()].astype(np.float32))
            each.grad = own.view_as(each)
            at += each.numel()
        self._state.optimizer.step()


def way_of(noise: Floats, rewards: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The direction in which rewards grow: the mean of the perturbations, weighed by the ranks of each pair.

    `rewards`: of each pair the one with, then the one against the noise. All the same: no direction.
    """
    ranks = centred_ranks(rewards).reshape(-1, 2)
    weights = ranks[:, 0] - ranks[:, 1]
    found: npt.NDArray[Any] = weights @ noise / (2 * len(noise))
    return found


def centred_ranks(rewards: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """-1/2 for the worst, 1/2 for the best; those that are the same share the mean of their ranks."""
    ordered = np.sort(rewards)
    ranks = (ordered.searchsorted(rewards, "left") + ordered.searchsorted(rewards, "right") - 1) / 2
    centred: npt.NDArray[Any] = ranks / max(1, len(rewards) - 1) - 0.5
    return centred
