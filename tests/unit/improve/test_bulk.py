"""Rules over many nodes: which nodes they take, and in which order."""

from __future__ import annotations

from typing import Any

from rl4real_data.improve.bulk import bulk_additions, bulk_candidates
from rl4real_data.improve.choices import NodeChoices


def node(vreg: int, **changes: Any) -> NodeChoices:
    """One that lives across calls; the higher its number, the seldomer it is executed."""
    values = {
        "vreg": vreg,
        "can_spill": True,
        "cost": 100.0 - vreg,
        "greedy": "rbx",
        "points": (3, 5),
        "loops": (),
        "registers": ("rbx", "rbp"),
        "callee_saved": ("rbx", "rbp"),
        "partners": (),
    }
    return NodeChoices(**{**values, **changes})


def of_kind(nodes: list[NodeChoices], *decision: object) -> list[list[int]]:
    """The nodes of each candidate whose decisions are these, but for the node."""
    kind, rest = decision[0], decision[1:]
    found = [one for one in bulk_candidates(nodes) if one[0][0] == kind and one[0][2:] == rest]
    return [[int(each[1]) for each in one] for one in found]


def test_rule_takes_all_then_half_of_them() -> None:
    nodes = [node(vreg) for vreg in range(1, 10)]

    assert of_kind(nodes, "spill") == [[9, 8, 7, 6, 5, 4, 3, 2, 1], [9, 8, 7, 6]]  # seldom executed first
    assert of_kind(nodes, "split", 3, "spill-tail") == of_kind(nodes, "spill")  # behind the first point


def test_favours_go_to_what_is_executed_most() -> None:
    nodes = [node(vreg, partners=("rdi",)) for vreg in range(1, 5)]

    assert of_kind(nodes, "hint", "rdi") == of_kind(nodes, "weight", 8) == [[1, 2, 3, 4]]
    assert of_kind(nodes, "weight", 0.125) == [[4, 3, 2, 1]]


def test_only_nodes_that_the_rule_fits() -> None:
    unspillable = [node(vreg, can_spill=False) for vreg in (1, 2)]
    not_across = [node(vreg, registers=("rax", "rbx"), callee_saved=("rbx",)) for vreg in (3, 4)]
    nodes = [*unspillable, *not_across, *(node(vreg, loops=(7,)) for vreg in (5, 6, 7, 8))]

    assert of_kind(nodes, "spill") == [[8, 7, 6, 5]]
    assert of_kind(nodes, "keep") == [[3, 4, 5, 6, 7, 8]]
    assert of_kind(nodes, "loop", 7, "spill-outside") == of_kind(nodes, "loop", 7) == [[8, 7, 6, 5]]
    assert [1, 2, 3, 4, 5, 6, 7, 8] in of_kind(nodes, "first")


def test_few_nodes_have_no_rules() -> None:
    assert bulk_candidates([node(vreg) for vreg in (1, 2, 3)]) == []
    assert bulk_candidates([]) == []


def test_additions_are_rules_for_all_nodes_before_those_for_few() -> None:
    found = [
        [int(each[1]) for each in one]
        for one in bulk_additions([node(vreg) for vreg in range(1, 5)])
        if one[0][0] == "spill"
    ]

    assert found == [[4, 3, 2, 1], [4, 3], [4]]
    assert bulk_additions([]) == []
