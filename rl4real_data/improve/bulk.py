"""Candidates that treat many nodes of a function alike.

In a large function one node changes little, and a few hundred candidates see few of its nodes. A rule over all nodes of
a kind moves the whole, and what it does too much is left out again by the search.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from rl4real_data.improve.candidate_pool import Candidate
from rl4real_data.improve.choices import NodeChoices

_FEWEST: Final = 4
"""Fewer nodes are what single decisions and their combinations try."""
_SHARES: Final = (1.0, 0.5, 0.25)


def bulk_candidates(nodes: Sequence[NodeChoices]) -> list[Candidate]:
    """Each rule for all nodes that it fits, for half of them, a quarter and so on, down to four."""
    return list(dict.fromkeys(part for rule in _rules(nodes) for part in _parts(rule)))


def bulk_additions(nodes: Sequence[NodeChoices]) -> list[Candidate]:
    """What is tried on top of a setting: first each rule for all its nodes, then for half of them, then a quarter."""
    rules = list(_rules(nodes))
    parts = [rule[: max(round(len(rule) * share), 1)] for share in _SHARES for rule in rules if rule]
    return list(dict.fromkeys(parts))


def _rules(nodes: Sequence[NodeChoices]) -> Iterator[Candidate]:
    """Those that cost what a node costs begin with nodes that are seldom executed; those that favour one, with nodes
    that are executed most.
    """
    seldom = sorted(nodes, key=lambda node: (node.cost, node.vreg))
    yield from _giving_up(seldom)
    yield from _favouring(seldom[::-1])


def _giving_up(nodes: Sequence[NodeChoices]) -> Iterator[Candidate]:
    """Rules that take a register away from nodes; of those that live across calls, whose register is dear."""
    spillable = [node for node in nodes if node.can_spill]
    across = [node for node in spillable if node.crosses_calls]
    yield tuple(("spill", node.vreg) for node in across)
    yield tuple(("split", node.vreg, node.points[0], "spill-tail") for node in across if node.points)
    yield tuple(("split", node.vreg, node.points[0]) for node in across if node.points)
    yield tuple(("loop", node.vreg, node.loops[0], "spill-outside") for node in across if node.loops)
    yield tuple(("loop", node.vreg, node.loops[0]) for node in nodes if node.loops)
    yield tuple(("last", node.vreg) for node in spillable)
    yield tuple(("last", node.vreg) for node in across)
    yield tuple(("weight", node.vreg, 0.125) for node in spillable)


def _favouring(nodes: Sequence[NodeChoices]) -> Iterator[Candidate]:
    """Rules that give nodes what they want: the register of a copy, an early choice, a register that they keep."""
    spillable = [node for node in nodes if node.can_spill]
    yield tuple(("hint", node.vreg, node.partners[0]) for node in nodes if node.partners)
    yield tuple(("assign", node.vreg, node.partners[0]) for node in nodes if node.partners)
    yield tuple(("first", node.vreg) for node in nodes)
    yield tuple(("first", node.vreg) for node in spillable if node.crosses_calls)
    yield tuple(("keep", node.vreg) for node in spillable)
    yield tuple(("weight", node.vreg, 8) for node in spillable)


def _parts(rule: Candidate) -> Iterator[Candidate]:
    count = len(rule)
    while count >= _FEWEST:
        yield rule[:count]
        count //= 2
