"""The allocators whose decisions an episode may hold, as rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class AllocatorName(StrEnum):
    """The third word of `flow`, MODEL: RL4ReAl's name for an allocator that records, and the plugin's."""

    MLRA = "mlra"
    MLBASICRA = "mlbasicra"


class Queue(StrEnum):
    """The order in which an allocator takes live intervals."""

    SPILL_WEIGHT = "spill weight"  # the heaviest first (RegAllocBasic.cpp)
    PRIORITY = "priority"  # `DefaultPriorityAdvisor::getPriority` (RegAllocGreedy.cpp)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocator:
    """One row: what `-regalloc=` calls the recording allocator and LLVM's own, the latter's pass and its queue.

    `llc -start-before=<llvm_pass>` reads machine IR as it is when the allocator starts. The default one runs where none
    is named: targets look whether one is, and then build another pipeline.
    """

    name: AllocatorName
    llvm_name: str
    llvm_pass: str
    queue: Queue
    is_default: bool = False

    @property
    def recording_flag(self) -> str:
        """The plugin's flag that compiles as without it, and records."""
        return "-mlra" if self.is_default else f"-regalloc={self.plugin_name}"

    @property
    def plugin_name(self) -> str:
        """The value of `-regalloc=` that records first."""
        return self.name.value


ALLOCATORS: Final[Mapping[AllocatorName, Allocator]] = MappingProxyType(
    {
        row.name: row
        for row in (
            Allocator(
                name=AllocatorName.MLRA,
                llvm_name="greedy",
                llvm_pass="greedy",
                queue=Queue.PRIORITY,
                is_default=True,
            ),
            Allocator(
                name=AllocatorName.MLBASICRA,
                llvm_name="basic",
                llvm_pass="regallocbasic",
                queue=Queue.SPILL_WEIGHT,
            ),
        )
    }
)


def allocator_of(llvm_name: str) -> Allocator:
    """The row of the allocator that LLVM, and an episode's column `allocator`, call so; KeyError if there is none."""
    return {row.llvm_name: row for row in ALLOCATORS.values()}[llvm_name]
