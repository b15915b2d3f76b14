"""The best allocation without splits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from rl4real_data.proof.function_code import function_code_of
from rl4real_data.proof.highs import SOLVER_NAME, solve_with_highs
from rl4real_data.proof.model_problem import ModelProblem
from rl4real_data.proof.obstacles import Obstacles
from rl4real_data.proof.place_groups import place_groups
from rl4real_data.proof.prices import Prices
from rl4real_data.proof.proof import Proof, proof_of, without_answer
from rl4real_data.proof.solution import Solution, SolutionStatus
from rl4real_data.proof.static_model import StaticModel
from rl4real_data.proof.static_reading import read_static
from rl4real_data.proof.stretches import stretches_of
from rl4real_data.reading.episode import Episode
from rl4real_data.reading.register_classes import RegisterClass

_FOUND: Final = (SolutionStatus.OPTIMAL, SolutionStatus.FEASIBLE)


def prove_static(episode: Episode, classes: Mapping[int, RegisterClass], *, steps: int) -> Proof:
    """What is found within so many steps of the solver. DatasetError for an episode of version 0."""
    least = 0.0
    for is_merged in (True, False):
        model, solution = _solved(episode, classes, steps, is_merged=is_merged)
        if solution.status not in _FOUND:
            return without_answer(solution, solver=SOLVER_NAME)
        least = max(least, solution.bound)
        reading = read_static(model, solution.values)
        if reading is not None:
            bound = least + model.problem.prices.constant
            return proof_of(episode, reading.answer(), bound, decisions=reading.decisions(episode))
    return without_answer(solution, solver=SOLVER_NAME)


def _solved(
    episode: Episode, classes: Mapping[int, RegisterClass], steps: int, *, is_merged: bool
) -> tuple[StaticModel, Solution]:
    code = function_code_of(episode, classes)
    still = replace(code, can_move=(False,) * code.n_nodes)
    obstacles = Obstacles(episode, frozenset(register for own in code.registers for register in own))
    prices, table = Prices.of(episode), episode.register_table
    model = StaticModel(
        ModelProblem(
            code=code,
            stretches=stretches_of(still, obstacles),
            obstacles=obstacles,
            groups=place_groups(code, obstacles, table, prices.saved_entries(table), merge=is_merged),
            prices=prices,
            table=table,
        )
    )
    return model, solve_with_highs(model.program, steps=steps)
