"""The best allocation with splits.

First with like registers as one place, which is a relaxation and quick; if its solution cannot be given registers, with
each register a place of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rl4real_data.episodes.label_values import LabelStatus
from rl4real_data.proof.function_code import function_code_of
from rl4real_data.proof.highs import SOLVER_NAME, solve_with_highs
from rl4real_data.proof.model_answer import ModelAnswer
from rl4real_data.proof.model_problem import ModelProblem
from rl4real_data.proof.obstacles import Obstacles
from rl4real_data.proof.place_groups import place_groups
from rl4real_data.proof.prices import Prices
from rl4real_data.proof.proof import Proof, proof_of, without_answer
from rl4real_data.proof.reading_off import read_off
from rl4real_data.proof.recorded_answer import recorded_answer
from rl4real_data.proof.solution import Solution, SolutionStatus
from rl4real_data.proof.split_model import SplitModel
from rl4real_data.proof.stretches import stretches_of
from rl4real_data.reading.episode import Episode
from rl4real_data.reading.register_classes import RegisterClass

_FOUND: Final = (SolutionStatus.OPTIMAL, SolutionStatus.FEASIBLE)


@dataclass(frozen=True, slots=True)
class _Attempt:
    model: SplitModel
    solution: Solution
    answer: ModelAnswer | None

    @property
    def constant(self) -> float:
        """What every answer costs, which the program leaves out."""
        return self.model.problem.prices.constant


def prove_split(episode: Episode, classes: Mapping[int, RegisterClass], *, steps: int) -> Proof:
    """What is found within so many steps of the solver. DatasetError for an episode of version 0 of the format.

    Where that is no proof, and the expert's own answer costs less, that is the answer.
    """
    found = _prove(episode, classes, steps)
    if found.status in (LabelStatus.OPTIMAL, LabelStatus.FAILED):
        return found
    expert = proof_of(episode, recorded_answer(episode), found.bound or 0.0)
    if expert.value is None or (found.value is not None and found.value <= expert.value):
        return found
    return expert


def _prove(episode: Episode, classes: Mapping[int, RegisterClass], steps: int) -> Proof:
    first = _attempt(episode, classes, steps, is_merged=True)
    if first.answer is not None:
        return proof_of(episode, first.answer, first.solution.bound + first.constant)
    if first.solution.status not in _FOUND:
        return without_answer(first.solution, solver=SOLVER_NAME)
    least = first.solution.bound
    second = _attempt(episode, classes, max(1, steps - first.solution.steps), is_merged=False)
    if second.answer is not None:
        return proof_of(episode, second.answer, max(second.solution.bound, least) + second.constant)
    if second.solution.values:
        return Proof(status=LabelStatus.NONE, reason="copies in one place would have to swap registers")
    return without_answer(second.solution, solver=SOLVER_NAME)


def _attempt(episode: Episode, classes: Mapping[int, RegisterClass], steps: int, *, is_merged: bool) -> _Attempt:
    code = function_code_of(episode, classes)
    obstacles = Obstacles(episode, frozenset(register for own in code.registers for register in own))
    prices, table = Prices.of(episode), episode.register_table
    groups = place_groups(code, obstacles, table, prices.saved_entries(table), merge=is_merged)
    model = SplitModel(
        ModelProblem(
            code=code,
            stretches=stretches_of(code, obstacles),
            obstacles=obstacles,
            groups=groups,
            prices=prices,
            table=table,
        )
    )
    solution = solve_with_highs(model.program, steps=steps)
    return _Attempt(model, solution, read_off(model, solution.values) if solution.values else None)
