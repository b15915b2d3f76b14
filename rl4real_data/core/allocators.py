"""The models of `flow`, as rows: which of LLVM's allocators is the expert, and how each tool calls it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class ModelName(StrEnum):
    """The third word of `flow`."""

    MLRA = "mlra"
    MLBASICRA = "mlbasicra"


class ExportFormat(StrEnum):
    """The forms that `corpus export --to` writes."""

    MLGO = "mlgo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One row: the allocator's name in LLVM (and in the fork), in the plugin, and as a pass of `llc -start-before`."""

    name: ModelName
    allocator: str
    plugin_allocator: str
    pass_name: str


MODELS: Final[Mapping[ModelName, Model]] = MappingProxyType(
    {
        ModelName.MLRA: Model(name=ModelName.MLRA, allocator="greedy", plugin_allocator="mlra", pass_name="greedy"),
        ModelName.MLBASICRA: Model(
            name=ModelName.MLBASICRA,
            allocator="basic",
            plugin_allocator="mlbasicra",
            pass_name="regallocbasic",
        ),
    }
)
