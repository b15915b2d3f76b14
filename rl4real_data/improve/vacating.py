"""Decisions that give up a callee-saved register, with all that lies in it.

Fewer saved registers are most of what a search finds, and a register is saved until the last of its nodes is gone. The
compiler tells of each candidate which are saved, and for whom (`TrialResult.saved`).
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

from rl4real_data.improve.candidate_pool import Candidate, Decision
from rl4real_data.improve.choices import NodeChoices

Saved = Mapping[str, Sequence[int]]
_MOST_NODES: Final = 12
"""With 30 functions of 41 to 300 nodes came to 0.8884 of greedy's, with 12 to 0.8885."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vacating:
    """What moves the nodes of a function out of registers. `nodes`: by the number of the virtual register."""

    nodes: Mapping[int, NodeChoices]

    @classmethod
    def of(cls, nodes: Sequence[NodeChoices]) -> Self:
        return cls(nodes={node.vreg: node for node in nodes})

    def each(self, saved: Saved) -> list[Candidate]:
        """For each register that can be given up, the cheapest first; with nodes spilled, then with their tails."""
        tenants = self._tenants(saved)
        moves = [tuple(_left(node, is_tail=is_tail) for node in own) for is_tail in (False, True) for own in tenants]
        return list(dict.fromkeys(moves))

    def by_chance(self, saved: Saved, rng: random.Random) -> Candidate:
        """For one register, rather a cheap one; each node leaves in its own way. () where none can be given up."""
        tenants = self._tenants(saved)
        if not tenants:
            return ()
        return tuple(_left_by_chance(node, rng) for node in tenants[int(rng.random() ** 2 * len(tenants))])

    def _tenants(self, saved: Saved) -> list[list[NodeChoices]]:
        """Of each register that can be given up, the cheapest first."""
        own = ([self.nodes[vreg] for vreg in vregs] for vregs in saved.values())
        free = [nodes for nodes in own if 0 < len(nodes) <= _MOST_NODES and all(map(_can_leave, nodes))]
        return sorted(free, key=lambda nodes: (sum(one.cost for one in nodes if one.crosses_calls), nodes[0].vreg))


def _can_leave(node: NodeChoices) -> bool:
    return node.can_spill if node.crosses_calls else bool(_caller_saved(node))


def _caller_saved(node: NodeChoices) -> list[str]:
    return [name for name in node.registers if name not in node.callee_saved]


def _left(node: NodeChoices, *, is_tail: bool) -> Decision:
    """A node that lives across calls is spilled, or its tail is; another one gets a register that a caller saves."""
    if not node.crosses_calls:
        return ("hint", node.vreg, _caller_saved(node)[0])
    if is_tail and node.points:
        return ("split", node.vreg, node.points[0], "spill-tail")
    return ("spill", node.vreg)


def _left_by_chance(node: NodeChoices, rng: random.Random) -> Decision:
    chance = rng.random()
    if not node.crosses_calls:
        if chance < 0.85:
            return (rng.choice(("assign", "hint")), node.vreg, rng.choice(_caller_saved(node)))
        return ("spill" if node.can_spill else "first", node.vreg)
    if 0.45 <= chance < 0.8 and node.points:
        point = node.points[int(rng.random() ** 2 * len(node.points))]
        return ("split", node.vreg, point, "spill-tail" if rng.random() < 2 / 3 else "spill-head")
    if 0.8 <= chance < 0.9 and node.loops:
        return ("loop", node.vreg, rng.choice(node.loops), rng.choice(("spill-inside", "spill-outside")))
    return ("last" if chance >= 0.9 else "spill", node.vreg)
