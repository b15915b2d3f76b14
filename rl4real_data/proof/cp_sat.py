"""CP-SAT of OR-tools, which solves the programs of the model without splits."""

from __future__ import annotations

from typing import Any, Final

from rl4real_data.core import interruption
from rl4real_data.core.extras import required_by
from rl4real_data.proof.program import Program, Row
from rl4real_data.proof.solution import Solution, SolutionStatus

SOLVER_NAME: Final = "CP-SAT"
_LARGEST: Final = 1e9
"""Costs are whole numbers for CP-SAT: the largest becomes this one."""


def solver_version() -> str:
    """MissingExtra if it is not installed."""
    with required_by("`label --model static`", extra="labels"):
        import ortools
    return str(ortools.__version__)


def solve_with_cp_sat(program: Program, *, seconds: float) -> Solution:
    """The least cost of a program, or what is known of it after so many seconds of CP-SAT's deterministic time.

    MissingExtra if OR-tools is not installed.
    """
    with required_by("`label --model static`", extra="labels"):
        from ortools.sat.python import cp_model
    model, variables, scale = _model(cp_model, program)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.linearization_level = 2
    solver.parameters.max_deterministic_time = seconds
    status = solver.solve(model)
    interruption.check()
    known = {cp_model.OPTIMAL: SolutionStatus.OPTIMAL, cp_model.FEASIBLE: SolutionStatus.FEASIBLE}
    if status in known:
        values = tuple(float(solver.value(variable)) for variable in variables)
        # rounding of each cost moves the bound by less than a half for each variable that is not 0
        slack = sum(value for value, cost in zip(values, program.cost, strict=True) if cost) / 2
        bound = program.value(values) if status == cp_model.OPTIMAL else (solver.best_objective_bound - slack) / scale
        return Solution(status=known[status], values=values, bound=max(bound, 0.0))
    if status == cp_model.INFEASIBLE:
        return Solution(status=SolutionStatus.INFEASIBLE)
    if status == cp_model.UNKNOWN:
        return Solution(status=SolutionStatus.UNKNOWN, bound=max(solver.best_objective_bound / scale, 0.0))
    return Solution(status=SolutionStatus.BROKEN, reason=solver.status_name(status))


def _model(cp_model: Any, program: Program) -> tuple[Any, list[Any], float]:
    model = cp_model.CpModel()
    variables = [model.new_bool_var("") if upper == 1 else model.new_int_var(0, upper, "") for upper in program.upper]
    for row in program.rows:
        _add(model, variables, row)
    scale = _LARGEST / max(max(program.cost, default=0.0), 1e-9)
    priced = [(variable, round(cost * scale)) for variable, cost in zip(variables, program.cost, strict=True) if cost]
    model.minimize(sum(variable * price for variable, price in priced))
    return model, variables, scale


def _add(model: Any, variables: list[Any], row: Row) -> None:
    own = [variables[var] for var, _ in row.terms]
    if row.low is None and row.high == 1.0 and all(factor == 1.0 for _, factor in row.terms):
        model.add_at_most_one(own)
        return
    total = sum(variables[var] * round(factor) for var, factor in row.terms)
    if row.low is not None:
        model.add(total >= round(row.low))
    if row.high is not None:
        model.add(total <= round(row.high))
