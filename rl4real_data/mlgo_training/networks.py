"""The network of a policy, which is layers over scaled features.

Inlining has a number for each answer, eviction one for each of its columns, by the same layers, and priority one, whose
place between 0 and 1 is that of the register among all of a trace.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Final

import numpy as np

from rl4real_data.core.extras import required_by
from rl4real_data.mlgo.advice_rules import LARGEST_PRIORITY
from rl4real_data.mlgo_training.feature_rows import Floats
from rl4real_data.traces.features import Task

with required_by("training a policy of MLGO's tasks", extra="mlgo-training"):
    import torch
    from torch import Tensor, nn

ANSWERS: Final = {Task.INLINING: 2, Task.EVICTION: 1, Task.PRIORITY: 1}
"""Numbers that come of a row."""
_FIRST_DEVIATION: Final = 0.3
"""Of priorities that are drawn, before the sigmoid."""


class PolicyNetwork(nn.Module):
    """Scaled rows [steps, width] or [steps, 33, width] to scores [steps, answers]."""

    def __init__(self, task: Task, width: int, layers: Sequence[int]) -> None:
        super().__init__()
        sizes = (width, *layers, ANSWERS[task])
        self.task, self._sizes = task, sizes
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in itertools.pairwise(sizes))
        self.log_deviation = nn.Parameter(torch.full((), float(np.log(_FIRST_DEVIATION))))

    def forward(self, rows: Tensor) -> Tensor:
        for layer in self.layers[:-1]:
            rows = torch.relu(layer(rows))
        found: Tensor = self.layers[-1](rows)
        return found.squeeze(-1) if self.task is Task.EVICTION else found

    def vector(self) -> Floats:
        """All weights of the layers, one after the other; a copy."""
        found: Floats = nn.utils.parameters_to_vector(self.layers.parameters()).detach().numpy().copy()
        return found

    def plain(self) -> PlainNetwork:
        """The same without torch, as it is now."""
        deviation = float(self.log_deviation.detach().exp())
        return PlainNetwork.of(self.task, self.vector(), self.sizes, deviation=deviation)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Of a row, and behind each layer."""
        return self._sizes


class PlainNetwork:
    """A network in NumPy, which answers one compiler in microseconds where torch takes a tenth of a millisecond."""

    def __init__(self, task: Task, layers: Sequence[tuple[Floats, Floats]], *, deviation: float = 0.0) -> None:
        self.task, self.layers, self.deviation = task, tuple(layers), deviation

    @classmethod
    def of(cls, task: Task, vector: Floats, sizes: Sequence[int], *, deviation: float = 0.0) -> PlainNetwork:
        """Of weights as `PolicyNetwork.vector` has them."""
        layers, at = [], 0
        for inputs, outputs in itertools.pairwise(sizes):
            weight = vector[at : at + inputs * outputs].reshape(outputs, inputs).T
            at += inputs * outputs
            layers.append((np.ascontiguousarray(weight), vector[at : at + outputs]))
            at += outputs
        assert at == len(vector), "the weights are those of these sizes"
        return cls(task, layers, deviation=deviation)

    def scores(self, rows: Floats) -> Floats:
        """As `PolicyNetwork`, of one decision: rows [1 or 33, width] to [answers]."""
        for weight, bias in self.layers[:-1]:
            rows = np.maximum(rows @ weight + bias, np.float32(0))
        weight, bias = self.layers[-1]
        return (rows @ weight + bias).ravel()


def priority_of(score: float) -> float:
    """What a priority's score is worth in greedy's queue."""
    return float(np.float32(LARGEST_PRIORITY) / (np.float32(1) + np.exp(-np.float32(score))))
