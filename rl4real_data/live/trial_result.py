"""The result of a trial.

The allocator's costs and, if asked for, the code that would be printed.
"""

from __future__ import annotations

__all__ = ["Executed", "FinalCode", "TrialCosts", "TrialResult"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final, Self

from rl4real_data.labels.executed_code import ExecutedCode
from rl4real_data.labels.trial_costs import TrialCosts


@dataclass(frozen=True, slots=True, kw_only=True)
class Executed:
    """Expected executions, relative to the entry."""

    instructions: float
    loads: float
    stores: float

    @property
    def total(self) -> float:
        """Instructions and memory accesses, one as dear as the other."""
        return self.instructions + self.loads + self.stores


@dataclass(frozen=True, slots=True, kw_only=True)
class FinalCode:
    """The code that would be printed.

    `size` is its instructions. `frozen` counts by the block frequencies before allocation, `recomputed` by those that
    LLVM computes of the final code; `moved` is by how much the two differ over all blocks, relative to
    `frozen.instructions`: where it is not 0, a gain may be a shift of frequencies, and only both figures show one.
    """

    size: int
    frozen: Executed
    recomputed: Executed
    moved: float

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Self:
        return cls(
            size=found["size"],
            frozen=Executed(**found["frozen"]),
            recomputed=Executed(**found["recomputed"]),
            moved=found["moved"],
        )

    def counted(self) -> ExecutedCode:
        """What a table of labels keeps of it: the size, `frozen` and `moved`."""
        figures = self.frozen
        return ExecutedCode(
            size=self.size,
            instructions=figures.instructions,
            loads=figures.loads,
            stores=figures.stores,
            moved=self.moved,
        )


_OF_THEIR_OWN: Final = ("costs", "reason", "saved", "final")
"""Members that are not what the compiler's answer has under their name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialResult:
    """`costs` is None for a candidate that failed: a crash, a limit; `reason` then tells, and the compiler goes on.

    `made` decisions were carried out; `illegal` counts the others by reason. Of assigned registers `kept` are where
    they were put when greedy was done, `moved` are elsewhere, `lost` are spilled, split or gone, and `forced_away` is
    how often one gave way to a register that cannot be spilled. `score` is LLVM's RegAllocScore. `saved` are the
    callee-saved registers that the function must save, by name, each with the numbers of the virtual registers of which
    anything lies in it. `final` is None where it was not asked for, and for a function that is never printed.
    """

    costs: TrialCosts | None = None
    reason: str = ""
    made: int = 0
    illegal: Mapping[str, int] = field(default_factory=dict)
    kept: int = 0
    moved: int = 0
    lost: int = 0
    forced_away: int = 0
    score: float = float("inf")
    saved: Mapping[str, Sequence[int]] = field(default_factory=dict)
    final: FinalCode | None = None

    @property
    def ok(self) -> bool:
        """Whether there is code. Then it is right, also where decisions were illegal."""
        return self.costs is not None

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> Self:
        """What the compiler said to a `try`. KeyError, TypeError or ValueError for something else."""
        if answer["status"] != "done":
            return cls(reason=str(answer["reason"]))
        final = answer["final"]
        own = {one.name: answer[one.name] for one in fields(cls) if one.name not in _OF_THEIR_OWN}
        return cls(
            costs=TrialCosts(**answer["costs"]),
            saved={str(name): tuple(map(int, nodes)) for name, nodes in answer["saved"].items()},
            final=None if final is None else FinalCode.of(final),
            **own,
        )
