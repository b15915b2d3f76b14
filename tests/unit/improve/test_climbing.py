"""The search of one function, in a compiler whose answers follow from the decisions alone."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from fake_trial import ASSIGN, BEST, CRASH, DESCRIBED, SHIFT, SPILL, FakeFunction, result_of

from rl4real_data.episodes.label_values import Effect, Objective
from rl4real_data.improve.candidate_pool import ACROSS, INSTEAD, PRIOR, SETTINGS, candidate_pool
from rl4real_data.improve.choices import Known, read_choices
from rl4real_data.improve.climbing import with_decision, without
from rl4real_data.improve.found_text import from_bytes, to_bytes
from rl4real_data.improve.function_search import NEVER_PRINTED, Found, SearchSettings, search_function
from rl4real_data.improve.objective import Judge
from rl4real_data.improve.vacating import Vacating
from rl4real_data.labels.decisions import Decisions
from rl4real_data.live.trial_result import Executed, FinalCode, TrialResult

KNOWN = Known(callee_saved={"rbx", "rbp"}, greedy={1: "rcx", 2: "rax"})


def search(function: FakeFunction, **changes: Any) -> Found:
    settings = SearchSettings(**{"candidates": 300, **changes})
    found: Found = search_function(function, settings, KNOWN, identity="episode")  # type: ignore[arg-type]  # a fake
    return found


def test_decisions_that_help_are_found_and_combined() -> None:
    found = search(FakeFunction())

    assert (set(found.best), found.value, found.greedy_value) == (BEST, 85.0, 100.0)
    assert found.is_better
    assert found.result.final == result_of(found.best).final


def test_what_lowers_the_code_and_raises_the_score_does_not_count() -> None:
    function = FakeFunction()
    found = search(function, trials=1000)

    assert any(SHIFT in candidate for candidate in function.tried)
    assert SHIFT not in found.best
    assert not any(SHIFT in one.decisions and one.effect is Effect.BETTER for one in found.sample)


def test_crash_costs_its_candidate_alone() -> None:
    found = search(FakeFunction(), trials=1000)
    crashed = [one for one in found.sample if CRASH in one.decisions]

    assert found.failed == len(crashed) > 0
    assert {(one.effect, one.value, one.result.reason) for one in crashed} == {(Effect.FAILED, None, "SIGSEGV")}


def test_rules_are_tried_on_top_of_the_best_settings() -> None:
    function = FakeFunction(partial(result_of, helpful={SETTINGS[3]: 9.0, SETTINGS[5]: 4.0}))
    search(function, candidates=100)
    on_top = [tuple(one[0]) for one in function.tried if len(one) > 1 and one[0][0] == "set"]

    assert set(on_top[:6]) == {SETTINGS[3], SETTINGS[5]}


def test_number_of_candidates_is_kept() -> None:
    function = FakeFunction()

    assert search(function, candidates=40).candidates == 40
    assert len(function.tried) == 41  # and greedy alone
    assert len({tuple(map(tuple, one)) for one in function.tried}) == 41


def test_small_function_ends_when_all_was_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DESCRIBED, "nodes", [])
    found = search(FakeFunction(lambda _: result_of([])), candidates=100_000)

    assert found.candidates == len(SETTINGS)
    assert (found.best, found.is_better) == ((), False)


def test_same_seed_tries_the_same_and_another_one_does_not() -> None:
    functions = [FakeFunction() for _ in range(3)]
    found = [search(one, seed=seed) for one, seed in zip(functions, (1, 1, 2), strict=True)]

    assert functions[0].tried == functions[1].tried != functions[2].tried
    assert to_bytes(found[0]) == to_bytes(found[1])


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        (lambda made: result_of(made, is_printed=False), NEVER_PRINTED),
        (lambda _: TrialResult(reason="20 s of processor time"), "greedy alone: 20 s of processor time"),
    ],
)
def test_function_without_a_value_is_told_why(result: Callable[[Decisions], TrialResult], reason: str) -> None:
    function = FakeFunction(result)
    found = search(function)

    assert (found.reason, found.value, found.is_better, len(function.tried)) == (reason, None, False, 1)


def test_score_is_an_objective_of_its_own() -> None:
    def result(made: Decisions) -> TrialResult:
        return replace(result_of(made, is_printed=False), score=20.0 - 2.0 * (list(made) == [SPILL]))

    found = search(FakeFunction(result), objective=Objective.SCORE)

    assert (found.best, found.value, found.greedy_value) == ((SPILL,), 20.0, 22.0)  # 2 for a register that is saved


def test_as_many_decisions_as_need_be() -> None:
    """A decision that changes nothing is no part of the best."""

    def result(made: Decisions) -> TrialResult:
        return result_of([one for one in made if tuple(one) in BEST])

    assert set(search(FakeFunction(result), candidates=600).best) == BEST


def test_sample_has_the_best_and_every_effect() -> None:
    found = search(FakeFunction(), trials=12)

    assert len(found.sample) == 12
    assert found.best in [one.decisions for one in found.sample]
    assert {one.effect for one in found.sample} == {Effect.BETTER, Effect.WORSE, Effect.EQUAL, Effect.FAILED}
    assert [one.number for one in found.sample] == sorted(one.number for one in found.sample)
    assert search(FakeFunction(), trials=0).sample == ()


def test_found_is_read_as_it_was_written() -> None:
    found = search(FakeFunction())

    assert from_bytes(to_bytes(found)) == found
    for text in (b"", b"[]", b"{}", b'{"greedy": 1}'):
        with pytest.raises((KeyError, TypeError, ValueError)):
            from_bytes(text)


def test_all_kinds_of_a_node_are_offered() -> None:
    crossing, other, unspillable = read_choices(DESCRIBED, KNOWN)
    pool = candidate_pool([crossing, other, unspillable])

    assert crossing.crosses_calls
    assert not other.crosses_calls
    assert {kind for kind in pool if pool[kind]} <= set(PRIOR)
    assert pool["split, tail spilled" + ACROSS] == [("split", 1, 0, "spill-tail"), ("split", 1, 2, "spill-tail")]
    assert pool["loop, inside spilled" + ACROSS] == [("loop", 1, 5, "spill-inside")]
    assert pool["assign callee-saved"] == [ASSIGN, ("assign", 1, "rbx"), ("assign", 1, "rbp")]
    assert pool["hint copy partner"] == [("hint", 2, "rbx"), ("hint", 2, "rcx")]
    assert pool["spill"] == [("spill", 2)]


def test_what_is_seldom_executed_comes_first() -> None:
    nodes = read_choices(DESCRIBED, KNOWN)

    assert [node.cost for node in nodes] == [0.5 * 464, 0.25 * 464, 0.0]  # the last one cannot be spilled
    assert candidate_pool(nodes)["first"] == [("first", 3), ("first", 2), ("first", 1)]


def test_node_that_needs_no_callee_saved_register_may_leave_its_own() -> None:
    nodes = read_choices(DESCRIBED, replace(KNOWN, greedy={2: "rbx"}))

    assert candidate_pool(nodes)["assign caller-saved" + INSTEAD] == [("assign", 2, "rax"), ("assign", 2, "rcx")]


def test_callee_saved_registers_are_given_up_with_all_their_nodes() -> None:
    """The cheapest first; a node across a call is spilled, or its tail is, another one goes elsewhere."""
    vacating = Vacating.of(read_choices(DESCRIBED, KNOWN))
    leave, spill, tail = ("hint", 2, "rax"), ("spill", 1), ("split", 1, 0, "spill-tail")
    saved = {"rbp": [1], "rbx": [2], "r12": [], "r13": [2, 3]}

    assert vacating.each(saved) == [(leave,), (leave, ("hint", 3, "rax")), (spill,), (tail,)]
    assert vacating.each({"r12": []}) == []


def test_node_that_cannot_leave_keeps_its_register() -> None:
    crossing, *others = read_choices(DESCRIBED, KNOWN)
    vacating = Vacating.of([replace(crossing, can_spill=False), *others])

    assert vacating.each({"rbp": [1], "rbx": [1, 2]}) == []
    assert vacating.by_chance({"rbp": [1]}, random.Random(1)) == ()


def test_every_way_of_leaving_is_drawn() -> None:
    vacating, rng = Vacating.of(read_choices(DESCRIBED, KNOWN)), random.Random(1)
    drawn = {vacating.by_chance({"rbp": [1], "rbx": [2]}, rng) for _ in range(500)}
    whole = {("spill", 1), ("last", 1), ("loop", 1, 5, "spill-inside"), ("loop", 1, 5, "spill-outside")}
    cut = {("split", 1, point, f"spill-{side}") for point in (0, 2) for side in ("tail", "head")}
    elsewhere = {(word, 2, name) for word in ("assign", "hint") for name in ("rax", "rcx")}

    assert drawn == {(one,) for one in whole | cut | elsewhere | {("spill", 2)}}


def test_registers_that_the_best_still_saves_are_given_up() -> None:
    """Two nodes must leave at once, which only an answer behind the first step tells."""

    def result(made: Decisions) -> TrialResult:
        decisions = {tuple(one) for one in made}
        is_left = SPILL in decisions
        is_free = is_left and {("hint", 2, "rax"), ("hint", 3, "rax")} <= decisions
        executed = Executed(instructions=80.0 - 10.0 * is_left - 20.0 * is_free, loads=12.0, stores=8.0)
        saved = {} if is_free else {"rbx": (2, 3)} if is_left else {"rbp": (1,)}
        final = FinalCode(size=50, frozen=executed, recomputed=executed, moved=0.0)
        return replace(result_of([]), final=final, saved=saved)

    assert search(FakeFunction(result), candidates=60).value == 70.0


def test_second_decision_of_its_kind_replaces_the_first() -> None:
    candidate = (SPILL, ("assign", 2, "rax"), ("split", 1, 0))

    assert with_decision(candidate, ASSIGN) == (SPILL, ("split", 1, 0), ASSIGN)
    assert with_decision(candidate, ("split", 1, 2)) == (*candidate, ("split", 1, 2))
    assert with_decision(candidate, SPILL) == (("assign", 2, "rax"), ("split", 1, 0), SPILL)
    assert without(candidate, 1) == (SPILL, ("split", 1, 0))


def test_random_steps_stay_within_the_candidates_that_are_left() -> None:
    """Chance decides what is tried, never how much."""
    rng = random.Random(5)
    for number in rng.sample(range(1, 200), 20):
        assert search(FakeFunction(), candidates=number, seed=number).candidates <= number


def test_failed_greedy_allows_nothing() -> None:
    judge = Judge(objective=Objective.FINAL, greedy=TrialResult(reason="SIGSEGV"))

    assert judge.allowed(result_of([])) is None


def test_fewer_memory_accesses_are_not_paid_with_instructions() -> None:
    def with_code(instructions: float, loads: float) -> TrialResult:
        executed = Executed(instructions=instructions, loads=loads, stores=8.0)
        return replace(result_of([]), final=FinalCode(size=50, frozen=executed, recomputed=executed, moved=0.0))

    judge = Judge(objective=Objective.FINAL, greedy=with_code(80.0, 12.0))

    assert judge.allowed(with_code(80.0, 4.0)) == 92.0
    assert judge.allowed(with_code(81.0, 4.0)) is None
    assert judge.value(with_code(81.0, 4.0)) == 93.0
