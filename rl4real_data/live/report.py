"""The plugin's report on what became of the decisions on each function (`-mlra-report`)."""

from __future__ import annotations

__all__ = ["DecisionReport", "FunctionReport", "GreedyAlone", "Proposed", "read_report"]

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class GreedyAlone:
    """What LLVM's greedy allocator makes of a function without decisions: costs and score, as in `FunctionReport`."""

    costs: Mapping[str, float]
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """How many proposals a model made, and which was carried out, from 1; 0 for greedy alone.

    `predicted`: the gain that the model expected of that one. `gain`: what it is, -log(final code / greedy's); None
    where nothing was tried.
    """

    proposals: int
    chosen: int
    predicted: float
    gain: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionReport:
    """One function. `made`: decisions that were carried out, by kind; `illegal`: others, by kind and reason.

    `kept`, `moved`, `lost`: assigned registers that are, in the end, where they were put, elsewhere, or spilled, split
    or gone; `forced_away`: how often one gave way to a register that cannot be spilled. `failure`: why the function
    was left to greedy after all, empty if it was not. `costs`: by kind, as `ExpertOutcome.costs`; `score`: LLVM's.
    `before`: the same without the decisions; None where nobody asked, and where it could not be found out, for which
    `before_failure` has the reason. `proposed`: of a model that advises.
    """

    function: str
    decider: str
    failure: str
    made: Mapping[str, int]
    illegal: Mapping[str, int]
    kept: int
    moved: int
    lost: int
    forced_away: int
    costs: Mapping[str, float]
    score: float
    before: GreedyAlone | None = None
    before_failure: str = ""
    proposed: Proposed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionReport:
    """All functions that were decided on. `unused`: those that a file of decisions names and nobody compiled."""

    functions: tuple[FunctionReport, ...]
    unused: tuple[str, ...] = ()
    is_whole: bool = True

    @property
    def made(self) -> int:
        return sum(sum(one.made.values()) for one in self.functions)

    @property
    def kept(self) -> int:
        return sum(one.kept for one in self.functions)

    @property
    def assigned(self) -> int:
        return sum(one.made.get("assign", 0) for one in self.functions)

    @property
    def illegal(self) -> int:
        return sum(sum(one.illegal.values()) for one in self.functions)

    @property
    def failed(self) -> Sequence[FunctionReport]:
        return [one for one in self.functions if one.failure]


def read_report(text: bytes) -> DecisionReport:
    """A report, or several one behind the other. `is_whole` is false where the last one was cut off."""
    functions: list[FunctionReport] = []
    unused: list[str] = []
    is_whole = True
    for line in text.decode("utf-8", "replace").splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            return DecisionReport(functions=tuple(functions), unused=tuple(unused), is_whole=False)
        is_whole = "functions" in row
        if is_whole:
            unused += row.get("unused", ())
        else:
            functions.append(_function(row))
    return DecisionReport(functions=tuple(functions), unused=tuple(unused), is_whole=is_whole)


def _costs(row: Mapping[str, Any]) -> dict[str, float]:
    """By kind: what has a number has a cost beside it."""
    costs = row["costs"]
    return {kind: float(costs[f"{kind}_cost"]) for kind in costs if f"{kind}_cost" in costs}


def _function(row: Mapping[str, Any]) -> FunctionReport:
    before = row.get("before")
    return FunctionReport(
        function=row["function"],
        decider=row["decider"],
        failure=row.get("failure", ""),
        made=row["made"],
        illegal=row["illegal"],
        kept=row["kept"],
        moved=row["moved"],
        lost=row["lost"],
        forced_away=row["forced_away"],
        costs=_costs(row),
        score=float(row["score"]),
        before=None if before is None else GreedyAlone(costs=_costs(before), score=float(before["score"])),
        before_failure=row.get("before_failure", ""),
        proposed=_proposed(row) if "proposals" in row else None,
    )


def _proposed(row: Mapping[str, Any]) -> Proposed:
    gain = row.get("gain")
    return Proposed(
        proposals=int(row["proposals"]),
        chosen=int(row["proposal"]),
        predicted=float(row["predicted"]),
        gain=None if gain is None else float(gain),
    )
