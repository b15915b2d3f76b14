"""The length and the speed of learning."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainSettings:
    """`batch`: functions a step."""

    epochs: int = 10
    batch: int = 32
    learning_rate: float = 3e-3
    weight_decay: float = 1e-2
    seed: int = 0
