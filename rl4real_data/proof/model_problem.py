"""The problem that both models are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rl4real_data.proof.function_code import FunctionCode
from rl4real_data.proof.obstacles import Obstacles
from rl4real_data.proof.place_groups import PlaceGroup
from rl4real_data.proof.prices import Prices
from rl4real_data.proof.stretches import Stretches
from rl4real_data.reading.register_table import RegisterTable


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelProblem:
    """One function. `stretches`: for the model without splits those of nodes that do not move."""

    code: FunctionCode
    stretches: Stretches
    obstacles: Obstacles
    groups: Sequence[PlaceGroup]
    prices: Prices
    table: RegisterTable
