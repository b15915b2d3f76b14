"""The rules of labels and candidates, each broken once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import label_builder as build
import pytest

from rl4real_data.episodes.label_values import Effect, LabelSource, LabelStatus, Objective
from rl4real_data.labels.checked_rows import checked_tables
from rl4real_data.labels.decisions import decisions_of
from rl4real_data.labels.label import Label


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"status": LabelStatus.OPTIMAL}, "its status is optimal, which improve does not have"),
        ({"reason": "?"}, "its status is better, and it has a reason"),
        ({"value": 160.0, "final": build.make_code(110.0)}, "its status is better, by its value beside greedy's it is"),
        ({"value": 131.0}, "its value is 131.0, by its figures 130.0"),
        ({"greedy_value": 151.0}, "its greedy_value is 151.0, by its figures 150.0"),
        ({"costs": build.make_costs(spill_cost=4.0)}, "its costs.spill_cost is not the sum"),
        ({"greedy_costs": build.make_costs(copies_cost=-1.0)}, "its greedy_costs.copies_cost is -1.0"),
        ({"score": float("inf")}, "its score is inf"),
        ({"decisions": None}, "it has neither decisions nor parts"),
        ({"candidates": None}, "it does not say how many candidates"),
        ({"failed_candidates": 41}, "41 of 40 candidates failed"),
        ({"source": LabelSource.STATIC}, "is a label of static, final, and not of improve, final"),
    ],
)
def test_a_label_that_breaks_a_rule_is_refused(changes: Any, said: str) -> None:
    with pytest.raises(ValueError, match=f"^e: {said}"):
        checked_tables(build.make_origin(), [build.make_label("e", **changes)], ())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"bound": 7.5}, "its value 7.0 is below its bound 7.5"),
        ({"bound": 6.0}, "it is optimal, and its value 7.0 is not its bound 6.0"),
        ({"solver": None}, "it names no solver"),
        ({"parts": None}, "it has neither decisions nor parts"),
        ({"status": LabelStatus.NONE}, "its status is none, and it has no reason"),
    ],
)
def test_a_proof_that_breaks_a_rule_is_refused(changes: Any, said: str) -> None:
    with pytest.raises(ValueError, match=f"^e: {said}"):
        checked_tables(build.of_proofs(), [build.make_proof("e", **changes)], ())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"effect": Effect.BETTER}, "its effect is better, by its value beside greedy's it is worse"),
        ({"effect": Effect.FAILED}, "its effect is failed, and it has no reason"),
        ({"score": None}, "its effect is worse, and it has no score"),
        ({"final": None}, "its effect is worse, and it has no final"),
        ({"objective": Objective.SCORE}, "is of a search for score, and not of improve, final"),
    ],
)
def test_a_candidate_that_breaks_a_rule_is_refused(changes: Any, said: str) -> None:
    trial = build.make_trial(**{"episode_id": "e", **changes})

    with pytest.raises(ValueError, match=f"e: candidate 0: {said}"):
        checked_tables(build.make_origin(), [build.make_label("e")], [trial])


def test_rows_that_are_there_twice_are_refused() -> None:
    label, trial = build.make_label("e"), build.make_trial("e")

    with pytest.raises(ValueError, match="it has two labels"):
        checked_tables(build.make_origin(), [label, label], ())
    with pytest.raises(ValueError, match="candidate 0: it is there twice"):
        checked_tables(build.make_origin(), [label], [trial, trial])


def test_a_candidate_of_an_episode_without_a_label_is_refused() -> None:
    with pytest.raises(ValueError, match="other: candidate 0: its episode has no label"):
        checked_tables(build.make_origin(), [build.make_label("e")], [build.make_trial("other")])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("7", "it is no list"),
        ("[7]", "7 is no decision"),
        ('[["spil", 7]]', "no kind of decision is called spil"),
        ('[["spill"]]', "spill takes 1 more, not 0"),
        ('[["spill", null]]', "is no decision"),
        ("[" * 100_000, "nested too deeply"),
        ("[", "Expecting value"),
    ],
)
def test_a_text_that_is_no_list_of_decisions_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        decisions_of(text)


def test_a_ratio_is_of_the_same_measure() -> None:
    assert build.make_label("a").ratio == pytest.approx(130 / 150)
    assert build.make_equal("a").ratio == 1.0
    assert replace(build.make_proof("a"), value=0.0, greedy_value=0.0).ratio == 1.0
    assert replace(build.make_proof("a"), greedy_value=0.0).ratio is None
    assert replace(build.make_proof("a"), greedy_value=None).ratio is None


def test_a_label_without_an_answer_says_so() -> None:
    label: Label = replace(build.make_proof("a"), status=LabelStatus.NONE, reason="20 s were not enough", parts=None)

    assert not label.has_answer
    assert build.make_proof("a").has_answer
