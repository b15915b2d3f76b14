"""The loss of predictions, by how far the gains are off and how badly harm was foreseen."""

from __future__ import annotations

from typing import Final

from rl4real_data.advice.network import Predictions
from rl4real_data.core.extras import required_by

with required_by("the preset advice", extra="advice"):
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
_VALUE_WEIGHT: Final = 20.0
_SOFTNESS: Final = 0.02
_HARM_COSTS: Final = 0.05
_HARM_TAKES: Final = 0.1


def loss_of(found: Predictions, gain: Tensor) -> Tensor:
    """How far gains are off, how badly harm was foreseen, less what the best scores are worth.

    NaN gains count for nothing in the first two, and as no gain in the third.
    """
    known = ~torch.isnan(gain)
    if not bool(known.any()):
        return found.gain.sum() * 0
    target = gain[known]
    off = smooth_l1_loss(found.gain[known], target.clamp(_LEAST, _MOST), beta=_BETA)
    unforeseen = binary_cross_entropy_with_logits(found.harm[known], (target < HARMFUL).float())
    return _GAIN_WEIGHT * off + _HARM_WEIGHT * unforeseen - _VALUE_WEIGHT * _value(found, gain)


def _value(found: Predictions, gain: Tensor) -> Tensor:
    """What a choice by chance is worth that takes the best scores most often, no plan at all among them."""
    worth = gain.nan_to_num(0.0).clamp(_LEAST, _MOST)
    worth = worth - _HARM_COSTS * (worth < HARMFUL).float()
    score = found.gain - _HARM_TAKES * torch.sigmoid(found.harm)
    score = torch.cat((score, torch.zeros_like(score[:, :1])), 1)  # greedy alone
    chance = torch.softmax(score / _SOFTNESS, 1)
    return (chance[:, :-1] * worth).sum(1).mean()
