"""A linear program of whole numbers, as the models write it down and the solvers read it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

Var = int
Terms = Sequence[tuple[Var, float]]


@dataclass(frozen=True, slots=True)
class Row:
    """low <= sum of coefficient times variable <= high; None: no bound."""

    terms: tuple[tuple[Var, float], ...]
    low: float | None
    high: float | None


@dataclass(slots=True)
class Program:
    """Variables from 0 to `upper`, each with a cost; the sum of cost times value is to be made least."""

    cost: list[float] = field(default_factory=list)
    upper: list[int] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def new(self, cost: float = 0.0, *, upper: int = 1) -> Var:
        """A variable's number."""
        self.cost.append(cost)
        self.upper.append(upper)
        return len(self.cost) - 1

    def add(self, terms: Iterable[tuple[Var, float]], *, low: float | None = None, high: float | None = None) -> None:
        self.rows.append(Row(tuple(terms), low, high))

    def at_least_one(self, of: Iterable[Var]) -> None:
        self.add([(var, 1.0) for var in of], low=1.0)

    def exactly_one(self, of: Iterable[Var]) -> None:
        self.add([(var, 1.0) for var in of], low=1.0, high=1.0)

    def at_most(self, of: Iterable[Var], limit: int = 1) -> None:
        self.add([(var, 1.0) for var in of], high=float(limit))

    def only_if(self, one: Var, others: Iterable[Var | None]) -> None:
        """`one` only if one of the others."""
        self.add([(one, -1.0), *((other, 1.0) for other in others if other is not None)], low=0.0)

    def value(self, solution: Sequence[float]) -> float:
        """What a solution costs."""
        return sum(cost * value for cost, value in zip(self.cost, solution, strict=True))
