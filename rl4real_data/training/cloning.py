"""The learner of behaviour cloning, in RLlib's frame."""

from __future__ import annotations

from typing import Any

from rl4real_data.core.extras import required_by

with required_by("training", extra="rllib"):
    import torch
    from ray.rllib.core.columns import Columns
    from ray.rllib.core.learner.torch.torch_learner import TorchLearner
    from torch import Tensor

AGREEMENT = "agreement"


class CloningLearner(TorchLearner):
    """Minus the logarithm of the chance of the expert's action."""

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
