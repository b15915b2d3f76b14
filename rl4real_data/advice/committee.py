"""Several networks that have learned the same with other seeds, and of which the mean is taken.

What each gets wrong by chance is taken out by the others. They share the features, which are most of the work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rl4real_data.advice.examples import Example
from rl4real_data.advice.graph import Graph
from rl4real_data.advice.learning import TrainSettings
from rl4real_data.advice.network import AdviceNetwork, Predictions, Shape
from rl4real_data.advice.training import Progress, train
from rl4real_data.core.extras import required_by

with required_by("the preset advice", extra="advice"):
    import torch
    from torch import nn


class Committee(nn.Module):
    """At least one network, all of one shape. Of a `Graph`, the mean of their `Predictions`."""

    def __init__(self, networks: Sequence[AdviceNetwork]) -> None:
        super().__init__()
        self.shape = networks[0].shape
        self.networks = nn.ModuleList(networks)

    def forward(self, graph: Graph) -> Predictions:
        found = [network(graph) for network in self.networks]
        gain, harm = (torch.stack(each).mean(0) for each in zip(*((one.gain, one.harm) for one in found), strict=True))
        return Predictions(gain, harm)


def train_committee(
    examples: Sequence[Example],
    shape: Shape,
    settings: TrainSettings,
    count: int,
    *,
    checkpoint: Path,
    progress: Progress = lambda _epoch, _epochs, _loss: None,
) -> Committee:
    """`count` networks, of the seed and those that follow it, each with a checkpoint of its own."""
    networks = []
    for number in range(count):
        own = checkpoint.with_stem(f"{checkpoint.stem}-of-{settings.seed + number}") if number else checkpoint
        networks.append(
            train(examples, shape, replace(settings, seed=settings.seed + number), checkpoint=own, progress=progress)
        )
    return Committee(networks).eval()
