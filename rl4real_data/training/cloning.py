"""Behaviour cloning in RLlib's frame.

The steps are PPO's (collect, learn, hand out), with the expert playing and the loss of a classifier.
"""

from __future__ import annotations

from typing import Any

from rl4real_data.core.extras import required_by
from rl4real_data.training.function_runner import ExpertRunner

with required_by("training", extra="rllib"):
    import torch
    from ray.rllib.algorithms.ppo.ppo import PPO, PPOConfig
    from ray.rllib.core.columns import Columns
    from ray.rllib.core.learner.torch.torch_learner import TorchLearner
    from torch import Tensor

AGREEMENT = "agreement"


class CloningLearner(TorchLearner):
    """Minus the logarithm of the expert's action's chance."""

    def compute_loss_for_module(
        self, *, module_id: str, config: Any, batch: dict[str, Any], fwd_out: dict[str, Tensor]
    ) -> Tensor:
        """The mean over the batch; also noted: how often the likeliest action is the expert's."""
        del config
        logits, actions = fwd_out[Columns.ACTION_DIST_INPUTS], batch[Columns.ACTIONS].long()
        loss = torch.nn.functional.cross_entropy(logits, actions)
        agreement = (logits.argmax(dim=-1) == actions).float().mean()
        self.metrics.log_value((module_id, AGREEMENT), agreement, window=1)
        return loss


class Cloning(PPO):
    """Behaviour cloning; its runner is `ExpertRunner`."""

    @classmethod
    def get_default_config(cls) -> CloningConfig:
        """What RLlib builds it with."""
        return CloningConfig()


class CloningConfig(PPOConfig):
    """PPO's, with another learner and runner."""

    def __init__(self) -> None:
        super().__init__(algo_class=Cloning)
        self.env_runner_cls = ExpertRunner

    def get_default_learner_class(self) -> type[CloningLearner]:
        """RLlib asks for it."""
        return CloningLearner
