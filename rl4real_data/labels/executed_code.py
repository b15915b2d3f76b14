"""The code that would be printed, counted by frozen frequencies."""

from __future__ import annotations

__all__ = ["ExecutedCode"]

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutedCode:
    """`size` in instructions; the others are expected executions by the block frequencies before allocation.

    `moved`: by how much LLVM's frequencies of the final code differ from these, relative to `instructions`.
    """

    size: int
    instructions: float
    loads: float
    stores: float
    moved: float

    @property
    def total(self) -> float:
        """Instructions and memory accesses, one as dear as the other: the objective `final`."""
        return self.instructions + self.loads + self.stores
