"""A solution of a program, as a solver found it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class SolutionStatus(Enum):
    """How far a solver came."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    UNKNOWN = "unknown"  # neither a solution nor a proof that there is none
    INFEASIBLE = "infeasible"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """`values`: of the variables, empty without any. `bound`: no solution costs less. `steps`: what it took."""

    status: SolutionStatus
    values: tuple[float, ...] = ()
    bound: float = 0.0
    steps: int = 0
    reason: str = ""
