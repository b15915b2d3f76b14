"""The objective of a search, and which candidates may count as better.

A search finds and exploits whatever an objective does not count. So the final code is counted by block frequencies
that were frozen before allocation, and no candidate counts that raises LLVM's score plus what the callee-saved
registers cost, or that pays with instructions for fewer memory accesses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from rl4real_data.episodes.label_values import Objective
from rl4real_data.labels.trial import is_same
from rl4real_data.live.trial import Until
from rl4real_data.live.trial_result import TrialResult

_STORE: Final = 1.0
_LOAD: Final = 4.0
"""What RegAllocScore gives each of them."""


def score_with_saving(result: TrialResult) -> float | None:
    """LLVM's score, and what saving registers costs in its weights: 1 a store, 4 a load. None for what failed.

    `callee_saved_cost` counts both once, in executions; each register is stored once, at the entry.
    """
    costs = result.costs
    if costs is None:
        return None
    stores, loads = costs.callee_saved, costs.callee_saved_cost - costs.callee_saved
    return result.score + _STORE * stores + _LOAD * loads


def _score(result: TrialResult) -> float | None:
    return None if result.costs is None else result.score + result.costs.callee_saved_cost


def _executed(result: TrialResult) -> float | None:
    return None if result.final is None else result.final.frozen.total


def _instructions(result: TrialResult) -> float:
    return 0.0 if result.final is None else result.final.frozen.instructions


VALUES: Final[Mapping[Objective, Callable[[TrialResult], float | None]]] = MappingProxyType(
    {Objective.FINAL: _executed, Objective.SCORE: _score}
)
UNTIL: Final[Mapping[Objective, Until]] = MappingProxyType({Objective.FINAL: "code", Objective.SCORE: "allocation"})
"""How far the compiler must go to tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Compares candidates with greedy, whose result is `greedy`."""

    objective: Objective
    greedy: TrialResult

    @property
    def greedy_value(self) -> float | None:
        """None for a function whose objective cannot be told, such as one that is never printed."""
        return self.value(self.greedy)

    def value(self, result: TrialResult) -> float | None:
        """The objective; None for a candidate that failed."""
        return VALUES[self.objective](result)

    def allowed(self, result: TrialResult) -> float | None:
        """The value of a candidate that may be the best one; None where it failed, raises the score, or executes more
        instructions than greedy's code.
        """
        score, most = score_with_saving(result), score_with_saving(self.greedy)
        if score is None or most is None or is_less(most, score):
            return None
        if is_less(_instructions(self.greedy), _instructions(result)):
            return None
        return self.value(result)


def is_less(value: float, other: float) -> bool:
    """Whether it is, by more than sums of the same costs may differ."""
    return value < other and not is_same(value, other)
