"""The proof of one function.

An answer in a model, and how good it is.
"""

from __future__ import annotations

from dataclasses import dataclass

from rl4real_data.allocation.answer_costs import COST_WEIGHTS
from rl4real_data.episodes.label_values import LabelStatus
from rl4real_data.labels.decisions import Decisions
from rl4real_data.proof.model_answer import ModelAnswer
from rl4real_data.proof.recount import recount, weighted
from rl4real_data.proof.solution import Solution, SolutionStatus
from rl4real_data.reading.episode import Episode

_SAME = 1e-6
"""Relative: what HiGHS and the recount may differ by, which add up in another order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """`value` is what the recount says that the answer costs, `bound` what no answer of the model goes below."""

    status: LabelStatus
    answer: ModelAnswer | None = None
    decisions: Decisions | None = None
    value: float | None = None
    bound: float | None = None
    reason: str | None = None


def proof_of(episode: Episode, answer: ModelAnswer, bound: float, *, decisions: Decisions | None = None) -> Proof:
    """That of an answer which the recount finds legal; one that is not is a failed one, and says why."""
    found = recount(episode, answer)
    if found.faults:
        return Proof(status=LabelStatus.FAILED, reason=f"the recount finds the answer illegal: {found.faults[0]}")
    value = weighted(found.costs, COST_WEIGHTS)
    is_proven = value <= bound + _SAME * max(1.0, abs(value))
    return Proof(
        status=LabelStatus.OPTIMAL if is_proven else LabelStatus.FEASIBLE,
        answer=answer,
        decisions=decisions,
        value=value,
        bound=value if is_proven else min(bound, value),
    )


def without_answer(solution: Solution, *, solver: str) -> Proof:
    """What is said of a solution without values."""
    if solution.status is SolutionStatus.INFEASIBLE:
        return Proof(status=LabelStatus.NONE, reason="the rules of the model allow no answer")
    if solution.status is SolutionStatus.BROKEN:
        return Proof(status=LabelStatus.FAILED, reason=f"{solver} failed: {solution.reason}")
    return Proof(status=LabelStatus.NONE, reason="no answer was found within the limit")
