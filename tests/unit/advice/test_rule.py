"""From scores to decisions: thresholds, rivals, ties and further tries."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rl4real_data.advice.rule import AdviceRule, FunctionNames

NAMES = FunctionNames(vregs=(4, 7), use_offsets=(0, 2, 5))
SETTINGS = (("csr", 16384), ("csr", 32768), ("other", 1))
PLANS = (
    (("set", "csr", 16384), ("first", "all")),
    (("set", "csr", 32768),),
    (("spill", "across-cold/2"),),
)
NEVER = -np.inf


def scores(**found: object) -> dict[str, np.ndarray]:
    return {name: np.array(values, np.float32) for name, values in found.items()}


def test_highest_scores_above_the_threshold_are_carried_out_together() -> None:
    rule = AdviceRule(settings=SETTINGS, decisions=3, threshold=0.1)

    assert rule.proposals(scores(set=[0.2, 0.0, 0.1], spill=[0.05, 0.3]), NAMES) == [
        (("spill", 7), ("set", "csr", 16384))
    ]
    assert rule.proposals(scores(set=[0.1, 0.0, 0.1]), NAMES) == [()], "the threshold itself is not above it"


def test_only_so_many_decisions_are_made() -> None:
    found = scores(set=[0.2, 0.0, 0.3], spill=[0.4, 0.1])

    assert AdviceRule(settings=SETTINGS).proposals(found, NAMES) == [(("spill", 4),)]
    assert AdviceRule(settings=SETTINGS, decisions=2).proposals(found, NAMES) == [(("spill", 4), ("set", "other", 1))]


def test_an_option_gets_one_value_and_a_node_one_decision() -> None:
    rule = AdviceRule(settings=SETTINGS, decisions=9)
    found = scores(set=[0.2, 0.5, 0.1], spill=[0.4, NEVER], split_spill_tail=[0.9, 0.1, 0.2, 0.3, NEVER])

    assert rule.proposals(found, NAMES) == [
        (("split", 4, 0, "spill-tail"), ("set", "csr", 32768), ("split", 7, 1, "spill-tail"), ("set", "other", 1))
    ]


def test_a_plan_is_several_decisions_and_tolerates_no_other_about_nodes() -> None:
    rule = AdviceRule(settings=SETTINGS, plans=PLANS, decisions=9)

    assert rule.proposals(scores(plan=[0.3, 0.1, 0.2], set=[0, 0, 0.1], spill=[0.2, 0.2]), NAMES) == [
        (("set", "csr", 16384), ("first", "all"), ("set", "other", 1))
    ], "one value of csr, no other group, no node beside a group"
    assert rule.proposals(scores(plan=[0.3, 0.1, 0.2], spill=[0.9, 0.2]), NAMES) == [
        (("spill", 4), ("spill", 7), ("set", "csr", 32768))
    ]
    assert rule.proposals(scores(plan=[0.3, 0.1, NEVER]), NAMES, tries=3)[1:] == [(("set", "csr", 32768),)]


def test_equal_scores_follow_the_order_of_outputs_and_of_indices() -> None:
    rule = AdviceRule(settings=SETTINGS, registers=("rax", "rbx"), decisions=9)
    found = scores(hint=[[0.5, 0.5], [0.5, 0.5]], last=[0.5, 0.5], set=[0.5, 0.5, 0.5])

    assert rule.proposals(found, NAMES) == [(("set", "csr", 16384), ("set", "other", 1), ("last", 4), ("last", 7))]


def test_every_output_has_its_decision() -> None:
    rule = AdviceRule(settings=SETTINGS, registers=("rax", "rbx"), decisions=1)
    point, of_block, of_register = (
        [NEVER] * 3 + [1.0, NEVER],
        [[NEVER] * 3, [NEVER, NEVER, 1.0]],
        [[NEVER] * 2, [NEVER, 1]],
    )

    def one(**found: object) -> tuple[object, ...]:
        return rule.proposals(scores(**found), NAMES)[0][0]

    for word in ("first", "last", "keep", "spill"):
        assert one(**{word: [NEVER, 1.0]}) == (word, 7)
    assert one(assign=of_register) == ("assign", 7, "rbx")
    assert one(hint=of_register) == ("hint", 7, "rbx")
    assert one(split=point) == ("split", 7, 1)
    assert one(split_spill_head=point) == ("split", 7, 1, "spill-head")
    assert one(loop=of_block) == ("loop", 7, 2)
    assert one(loop_spill_inside=of_block) == ("loop", 7, 2, "spill-inside")
    assert one(loop_spill_outside=of_block) == ("loop", 7, 2, "spill-outside")


def test_further_tries_are_the_next_ones_alone() -> None:
    """Below the threshold and of the same option, too; never one that must not be."""
    rule = AdviceRule(settings=SETTINGS, decisions=2, threshold=0.1)
    found = scores(set=[0.2, 0.15, -0.1], spill=[NEVER, 0.3])

    assert rule.proposals(found, NAMES, tries=5) == [
        (("spill", 7), ("set", "csr", 16384)),
        (("set", "csr", 32768),),
        (("set", "other", 1),),
    ]
    assert rule.proposals(found, NAMES, tries=2)[1:] == [(("set", "csr", 32768),)]
    assert replace(rule, threshold=1.0).proposals(found, NAMES, tries=2) == [(), (("spill", 7),)]


def test_scores_that_are_no_numbers_leave_the_function_to_greedy() -> None:
    found = scores(set=[0.9, 0.0, 0.0], spill=[np.nan, 0.0])

    assert AdviceRule(settings=SETTINGS).proposals(found, NAMES, tries=3) == [()]


def test_a_function_without_nodes_has_settings() -> None:
    empty = FunctionNames(vregs=(), use_offsets=(0,))

    assert AdviceRule(settings=SETTINGS).proposals(scores(set=[0.5, 0, 0], spill=[]), empty) == [
        (("set", "csr", 16384),)
    ]


def test_rule_travels_in_metadata() -> None:
    rule = AdviceRule(settings=SETTINGS, plans=PLANS, registers=("rax",), decisions=3, threshold=0.0125)

    assert AdviceRule.of_metadata(rule.metadata()) == rule
    assert rule.metadata()["mlra.kind"] == "advice"
    assert AdviceRule.of_metadata({}) == AdviceRule()
    with pytest.raises(ValueError, match="invalid literal"):
        AdviceRule.of_metadata({"mlra.decisions": "many"})
