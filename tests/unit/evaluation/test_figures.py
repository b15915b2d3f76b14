"""What an evaluation counts: functions matched, ratios, and what is left out."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from evaluation_builder import make_code, make_function, make_module

from rl4real_data.core.failure import Failure, FailureKind
from rl4real_data.evaluation.comparison import Comparison, LeftOut
from rl4real_data.evaluation.figures import Standing, geometric_mean


def compared(greedy: dict[str, float], own: dict[str, float], *, spilled: frozenset[str] = frozenset()) -> Standing:
    comparison = Comparison(name="policy")
    comparison.add(
        make_module(),
        make_code(*(make_function(name, total, spilled=name in spilled) for name, total in greedy.items())),
        make_code(*(make_function(name, total) for name, total in own.items()), text_bytes=110, processor_s=1.5),
    )
    return Standing.of(comparison)


def test_worse_code_is_shown_as_worse() -> None:
    standing = compared({"one": 10.0, "two": 10.0, "three": 8.0}, {"one": 20.0, "two": 5.0, "three": 8.0})

    assert (standing.all.better, standing.all.equal, standing.all.worse) == (1, 1, 1)
    assert standing.all.geometric_mean == pytest.approx(1.0)
    assert [(one.function, one.ratio) for one in standing.worst] == [("one", pytest.approx(2.0))]
    assert [(one.function, one.ratio) for one in standing.best] == [("two", pytest.approx(0.5))]


def test_edited_functions_are_those_that_greedy_split_or_spilled() -> None:
    standing = compared({"one": 10.0, "two": 10.0}, {"one": 5.0, "two": 10.0}, spilled=frozenset(["one"]))

    assert standing.edited.functions == 1
    assert standing.edited.geometric_mean == pytest.approx(0.5)
    assert standing.all.geometric_mean == pytest.approx(math.sqrt(0.5))


def test_sums_of_text_and_time() -> None:
    standing = compared({"one": 10.0}, {"one": 10.0})

    assert (standing.text, standing.processor) == (1.1, 1.5)


def test_times_that_nobody_took_are_none() -> None:
    comparison = Comparison(name="policy")
    comparison.add(make_module(), make_code(processor_s=None), make_code(processor_s=None))

    assert Standing.of(comparison).processor is None


def test_what_is_left_out_has_its_reason_and_name() -> None:
    comparison = Comparison(name="policy")
    broken = Failure(kind=FailureKind.CRASH, reason="the compiler died of SIGSEGV")
    comparison.add(make_module("a.c"), make_code(make_function("one")), make_code(make_function("two")))
    comparison.add(
        make_module("b.c"),
        make_code(make_function("three", content_hash="here")),
        make_code(make_function("three", content_hash="there")),
    )
    comparison.add(make_module("c.c"), make_code(), broken)

    assert comparison.pairs == []
    assert comparison.left_out == {
        LeftOut.MISSING: ["toy/a.c: one", "toy/a.c: two"],
        LeftOut.OTHER_PROBLEM: ["toy/b.c: three"],
        f"{LeftOut.FAILED}: crash": ["toy/c.c: the compiler died of SIGSEGV"],
    }


def test_only_the_ten_that_stand_out_most_are_named() -> None:
    names = [f"f{number:02}" for number in range(30)]
    standing = compared(dict.fromkeys(names, 10.0), {name: 11.0 + number for number, name in enumerate(names)})

    assert [one.function for one in standing.worst] == names[:-11:-1]
    assert standing.best == ()


def test_costs_are_compared_with_one_execution_added() -> None:
    comparison = Comparison(name="policy")
    comparison.add(make_module(), make_code(make_function("one", 0.0)), make_code(make_function("one", 6.0)))

    costs = Standing.of(comparison).costs
    assert costs["score"] == pytest.approx(4.0)
    assert costs["stores"] == pytest.approx(1.0)


def test_costs_of_edited_functions_are_told_apart() -> None:
    comparison = Comparison(name="policy")
    greedy = (make_function("one", 0.0, spilled=1), make_function("two", 0.0))
    comparison.add(make_module(), make_code(*greedy), make_code(make_function("one", 2.0), make_function("two", 8.0)))

    standing = Standing.of(comparison)
    assert standing.edited_costs["score"] == pytest.approx(2.0)
    assert standing.costs["score"] == pytest.approx(math.sqrt(2.0 * 5.0))


def test_the_mean_of_nothing_changes_nothing() -> None:
    assert geometric_mean([]) == 1.0


def test_cycles_of_hottest_blocks() -> None:
    comparison = Comparison(name="policy")
    greedy = [replace(make_function(name), hot_cycles=cycles) for name, cycles in (("a", 2.0), ("b", 4.0), ("c", None))]
    own = [replace(make_function(name), hot_cycles=cycles) for name, cycles in (("a", 4.0), ("b", 4.0), ("c", 1.0))]
    comparison.add(make_module(), make_code(*greedy), make_code(*own))

    standing = Standing.of(comparison)
    assert standing.cycles == pytest.approx(math.sqrt(2.0))
    assert standing.timed_blocks == 2
    assert compared({"one": 10.0}, {"one": 10.0}).cycles is None
