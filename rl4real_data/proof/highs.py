"""HiGHS, which solves the programs of the models.

It has no measure of its work that is the same on every machine: what is counted is how often it asks whether to go on.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from rl4real_data.core import interruption
from rl4real_data.core.extras import required_by
from rl4real_data.proof.program import Program
from rl4real_data.proof.solution import Solution, SolutionStatus

SOLVER_NAME: Final = "HiGHS"
STEPS_A_SECOND: Final = 10
"""Of 120 functions of at most 25 nodes the slowest one did 10 a processor second, most 15 to 34."""


def steps_in(seconds: float) -> int:
    """As many steps as a processor of 2020 does in that time, or more."""
    return max(1, round(seconds * STEPS_A_SECOND))


def solver_version() -> str:
    """MissingExtra if it is not installed."""
    from importlib.metadata import version

    _highspy()
    return version("highspy")


def solve_with_highs(program: Program, *, steps: int) -> Solution:
    """The least cost of a program, or what is known of it after so many steps; the same on every machine.

    MissingExtra if HiGHS is not installed.
    """
    highspy = _highspy()
    solver = _silent_solver(highspy)
    options = {"threads": 1, "parallel": "off", "mip_rel_gap": 1e-7, "mip_abs_gap": 1e-7}
    for name, value in options.items():
        solver.setOptionValue(name, value)
    solver.passModel(_model(highspy, program))
    counter = _Counter(steps)
    solver.cbMipInterrupt.subscribe(counter.ask)
    solver.run()
    solver.cbMipInterrupt.unsubscribe(counter.ask)
    interruption.check()
    return _solution(highspy, solver, counter.count)


def _highspy() -> Any:
    with required_by("`rl4real-data label`", extra="labels"):
        import highspy
    return highspy


def _silent_solver(highspy: Any) -> Any:
    """A solver prints its name on stdout, where the command's answer stands, once it is asked to call back."""

    class Silent(highspy.Highs):  # type: ignore[misc]  # the module is not always there
        def enableCallbacks(self) -> None:  # HiGHS calls it so
            self.setOptionValue("output_flag", False)
            super().enableCallbacks()

    return Silent()


class _Counter:
    """Ends the search behind the last step, or when the run is interrupted."""

    def __init__(self, steps: int) -> None:
        self._steps = steps
        self.count = 0

    def ask(self, event: Any) -> None:
        self.count += 1
        if self.count > self._steps or interruption.has_arrived():
            event.interrupt()


def _model(highspy: Any, program: Program) -> Any:
    lp, infinity = highspy.HighsLp(), highspy.kHighsInf
    lp.num_col_, lp.num_row_ = len(program.cost), len(program.rows)
    lp.col_cost_ = np.array(program.cost, np.float64)
    lp.col_lower_, lp.col_upper_ = np.zeros(len(program.cost)), np.array(program.upper, np.float64)
    lp.row_lower_ = np.array([-infinity if row.low is None else row.low for row in program.rows], np.float64)
    lp.row_upper_ = np.array([infinity if row.high is None else row.high for row in program.rows], np.float64)
    lengths = [len(row.terms) for row in program.rows]
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.concatenate(([0], np.cumsum(lengths))).astype(np.int32)
    lp.a_matrix_.index_ = np.array([var for row in program.rows for var, _ in row.terms], np.int32)
    lp.a_matrix_.value_ = np.array([factor for row in program.rows for _, factor in row.terms], np.float64)
    lp.integrality_ = [highspy.HighsVarType.kInteger] * len(program.cost)
    return lp


def _solution(highspy: Any, solver: Any, steps: int) -> Solution:
    status, info = solver.getModelStatus(), solver.getInfo()
    if status == highspy.HighsModelStatus.kInfeasible:
        return Solution(status=SolutionStatus.INFEASIBLE, steps=steps)
    is_known = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    found = {
        highspy.HighsModelStatus.kOptimal: SolutionStatus.OPTIMAL,
        highspy.HighsModelStatus.kModelEmpty: SolutionStatus.OPTIMAL,
        highspy.HighsModelStatus.kInterrupt: SolutionStatus.FEASIBLE if is_known else SolutionStatus.UNKNOWN,
    }.get(status)
    if found is None:
        return Solution(status=SolutionStatus.BROKEN, reason=solver.modelStatusToString(status), steps=steps)
    bound = info.objective_function_value if found is SolutionStatus.OPTIMAL else info.mip_dual_bound
    values = tuple(solver.getSolution().col_value) if found is not SolutionStatus.UNKNOWN else ()
    return Solution(status=found, values=values, bound=bound if np.isfinite(bound) else 0.0, steps=steps)
