"""Candidates that give up a callee-saved register, with all that greedy put into it.

Fewer saved registers are most of what a search finds, and a register is saved until the last of its nodes is gone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from rl4real_data.improve.candidate_pool import Decision
from rl4real_data.improve.choices import NodeChoices

Candidate = tuple[Decision, ...]
_MOST_NODES: Final = 12


def vacating_candidates(nodes: Sequence[NodeChoices]) -> list[Candidate]:
    """One for each callee-saved register that can be given up, the cheapest first; then these for two registers, three…

    Nodes that live across calls are spilled, or their tails are; others get a register that a caller saves.
    """
    tenants: dict[str, list[NodeChoices]] = defaultdict(list)
    for node in nodes:
        if node.greedy is not None and node.greedy in node.callee_saved:
            tenants[node.greedy].append(node)
    free = [own for own in tenants.values() if len(own) <= _MOST_NODES and all(map(_can_leave, own))]
    free.sort(key=lambda own: (sum(node.cost for node in own if node.crosses_calls), own[0].vreg))
    found: list[Candidate] = []
    for is_tail in (False, True):
        moves = [tuple(_leaving(node, is_tail=is_tail) for node in own) for own in free]
        found += moves
        found += [tuple(one for move in moves[:count] for one in move) for count in range(2, len(moves) + 1)]
    return list(dict.fromkeys(found))


def _can_leave(node: NodeChoices) -> bool:
    return node.can_spill if node.crosses_calls else len(node.callee_saved) < len(node.registers)


def _leaving(node: NodeChoices, *, is_tail: bool) -> Decision:
    if not node.crosses_calls:
        name = next(name for name in node.registers if name not in node.callee_saved)
        return ("hint", node.vreg, name)
    if is_tail and node.points:
        return ("split", node.vreg, node.points[0], "spill-tail")
    return ("spill", node.vreg)
