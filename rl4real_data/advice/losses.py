"""The loss of predictions, by how far the gains are off and how badly harm was foreseen."""

from __future__ import annotations

from typing import Final

from rl4real_data.advice.network import Predictions
from rl4real_data.core.extras import required_by

with required_by("the preset advice", extra="torch"):
    import torch
    from torch import Tensor
    from torch.nn.functional import binary_cross_entropy_with_logits, smooth_l1_loss

HARMFUL: Final = -1e-6
"""A gain below this is code that became worse."""

_LEAST: Final = -0.4
_MOST: Final = 0.6
"""Beyond these a gain says the same, and would rule the sum."""
_BETA: Final = 0.05
_GAIN_WEIGHT: Final = 20.0
_HARM_WEIGHT: Final = 0.5
_NODE_WEIGHT: Final = 0.3


def loss_of(found: Predictions, plan_gain: Tensor, node_gain: Tensor) -> Tensor:
    """Both outputs together; NaN gains count for nothing."""
    of_plans = _loss(found.plan_gain, found.plan_harm, plan_gain)
    return of_plans + _NODE_WEIGHT * _loss(found.node_gain, found.node_harm, node_gain)


def _loss(gain: Tensor, harm: Tensor, told: Tensor) -> Tensor:
    known = ~torch.isnan(told)
    if not bool(known.any()):
        return gain.sum() * 0
    target = told[known]
    off = smooth_l1_loss(gain[known], target.clamp(_LEAST, _MOST), beta=_BETA)
    unforeseen = binary_cross_entropy_with_logits(harm[known], (target < HARMFUL).float())
    return _GAIN_WEIGHT * off + _HARM_WEIGHT * unforeseen
