"""HiGHS on programs that can be solved by hand."""

from __future__ import annotations

import sys

import pytest

from rl4real_data.core.errors import MissingExtra
from rl4real_data.proof.highs import SOLVER_NAME, solve_with_highs, solver_version
from rl4real_data.proof.program import Program
from rl4real_data.proof.proof import without_answer
from rl4real_data.proof.solution import Solution, SolutionStatus


def cover() -> Program:
    """Three sets that cover three things: the two cheap ones do."""
    program = Program()
    sets = [program.new(cost) for cost in (3.0, 1.0, 1.5)]
    for covering in ((0, 1), (0, 2), (1, 2)):
        program.at_least_one(sets[one] for one in covering)
    return program


def test_the_least_cost() -> None:
    found = solve_with_highs(cover(), steps=1000)

    assert found.status is SolutionStatus.OPTIMAL
    assert [round(value) for value in found.values] == [0, 1, 1]
    assert found.bound == pytest.approx(2.5)


def test_what_cannot_be() -> None:
    program = Program()
    one = program.new(1.0)
    program.exactly_one([one])
    program.add([(one, 1.0)], high=0.0)

    assert solve_with_highs(program, steps=1000).status is SolutionStatus.INFEASIBLE


def test_nothing_to_decide() -> None:
    assert solve_with_highs(Program(), steps=1000).status is SolutionStatus.OPTIMAL


def test_without_highspy_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "highspy", None)

    with pytest.raises(MissingExtra, match="needs highspy") as caught:
        solver_version()
    assert caught.value.hint == "pip install 'rl4real-data[labels]'"


def test_each_end_without_an_answer_has_words() -> None:
    words = {
        SolutionStatus.INFEASIBLE: "the rules of the model allow no answer",
        SolutionStatus.UNKNOWN: "no answer was found within the limit",
        SolutionStatus.BROKEN: "HiGHS failed: Solve error",
    }
    for status, reason in words.items():
        solution = Solution(status=status, reason="Solve error")
        assert without_answer(solution, solver=SOLVER_NAME).reason == reason


def test_the_solver_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """On stdout stands the command's answer."""
    program = Program()
    program.at_least_one([program.new(1.0), program.new(2.0)])

    solve_with_highs(program, steps=5)

    assert capfd.readouterr() == ("", "")
