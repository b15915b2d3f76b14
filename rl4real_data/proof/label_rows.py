"""A proof and what the compiler made of it, as a row of labels.parquet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from rl4real_data.allocation.answer_costs import COST_WEIGHTS
from rl4real_data.episodes.label_values import LabelSource, LabelStatus, Objective
from rl4real_data.labels.label import Label, LabelPart
from rl4real_data.labels.trial_costs import TrialCosts
from rl4real_data.proof.carrying_out import CarriedOut
from rl4real_data.proof.model_answer import ModelAnswer
from rl4real_data.proof.proof import Proof
from rl4real_data.proof.recount import recount, weighted
from rl4real_data.reading.episode import Episode
from rl4real_data.reading.expert_outcome import ExpertOutcome

_WITHIN: Final = 1e-4
"""Relative: LLVM adds up in another order, and columns have 32 bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SolverName:
    """What proved the labels of a run."""

    name: str
    version: str


def label_of(
    episode: Episode, source: LabelSource, proof: Proof, done: CarriedOut | str | None, solver: SolverName
) -> Label:
    """The row of one episode. `done` is None where nothing could be carried out, and a text where that failed."""
    carried = done if isinstance(done, CarriedOut) else None
    greedy = expert_costs(episode.outcome)
    has_answer = proof.status not in (LabelStatus.NONE, LabelStatus.FAILED)
    return Label(
        episode_id=episode.episode_id,
        source=source,
        objective=Objective.COST,
        status=proof.status,
        reason=proof.reason,
        decisions=proof.decisions if has_answer else None,
        parts=_parts(proof.answer) if proof.answer is not None and has_answer else None,
        value=proof.value,
        greedy_value=weighted(greedy, COST_WEIGHTS),
        bound=proof.bound,
        score=carried.score if carried else None,
        greedy_score=episode.score,
        costs=carried.costs if carried else None,
        greedy_costs=greedy,
        final=carried.final if carried else None,
        solver=solver.name,
        solver_version=solver.version,
    )


def without_proof(episode: Episode, source: LabelSource, solver: SolverName, *, reason: str) -> Label:
    """The row of an episode that the solver was not asked about, or could not be."""
    return label_of(episode, source, Proof(status=LabelStatus.NONE, reason=reason), None, solver)


def _parts(answer: ModelAnswer) -> tuple[LabelPart, ...]:
    """Each node has a slot of its own."""
    slots = {node: -1 - slot for slot, node in enumerate(sorted({one.node for one in answer.parts if one.place < 0}))}
    return tuple(
        LabelPart(node=one.node, first=one.first, last=one.last, place=slots[one.node] if one.place < 0 else one.place)
        for one in answer.parts
    )


def expert_costs(outcome: ExpertOutcome) -> TrialCosts:
    """The expert's costs by kind."""
    kinds = outcome.costs
    spill = sum(kinds[kind].cost for kind in ("spills", "reloads", "folded_spills", "folded_reloads"))
    number: dict[str, Any] = {kind: one.count for kind, one in kinds.items()}
    return TrialCosts(
        **number | {f"{kind}_cost": float(one.cost) for kind, one in kinds.items()},
        spill_cost=spill,
    )


def differences(episode: Episode, proof: Proof, done: CarriedOut | str | None) -> tuple[str, ...]:
    """In what the compiler's costs are others than the model's, in words by kind; empty where they are the same."""
    if proof.answer is None or done is None:
        return ()
    if isinstance(done, str):
        return (f"not carried out: {done}",)
    return tuple(_differences(recount(episode, proof.answer).costs, done))


def _differences(costs: TrialCosts, done: CarriedOut) -> Iterator[str]:
    found = []
    for kind in COST_WEIGHTS:
        mine, its = getattr(costs, f"{kind}_cost"), getattr(done.costs, f"{kind}_cost")
        if abs(mine - its) > _WITHIN * max(1.0, abs(mine), abs(its)):
            found.append(f"{'less' if its < mine else 'more'} {kind.replace('_', ' ')}")
    if not found:
        return
    yield from (f"refused: {reason}" for reason in done.refused)
    if not done.is_kept:
        yield "greedy moved a register"
    yield from found
