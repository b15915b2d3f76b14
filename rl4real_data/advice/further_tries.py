"""The order in which plans are tried beside the one that a model holds best.

The next highest scores are mostly neighbours of the highest, which gain and lose together with it. So each next plan is
the one that adds most over all examples to the best of those in front of it, the same for every function.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rl4real_data.advice.examples import Example
from rl4real_data.core.extras import required_by

with required_by("the preset advice", extra="advice"):
    import torch


def order_of_tries(examples: Sequence[Example], best: Sequence[int]) -> tuple[int, ...]:
    """All plans, the first ones behind `best`, the plan of each example that a network held best.

    A gain that is not allowed is none.
    """
    gain = torch.stack([one.gain for one in examples]).nan_to_num(0.0).clamp(min=0.0).double().numpy()
    gain[~torch.stack([one.allowed for one in examples]).numpy()] = 0.0
    reached = gain[np.arange(len(gain)), np.asarray(best)]
    order: list[int] = []
    left = list(range(gain.shape[1]))
    while left:
        added = [float(np.maximum(gain[:, plan] - reached, 0.0).sum()) for plan in left]
        plan = left.pop(int(np.argmax(added)))
        reached = np.maximum(reached, gain[:, plan])
        order.append(plan)
    return tuple(order)
