"""The fixed menu of decisions that are tried in a function to learn from.

First all settings, each alone; then, on top of the best of them, single decisions on nodes, of the kinds that helped
most in searches and of nodes that are seldom executed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from rl4real_data.improve.candidate_pool import ACROSS, Decision, candidate_pool
from rl4real_data.improve.choices import NodeChoices

MENU_VERSION: Final = 2
"""Raised whenever the same function is offered other decisions."""

SETTING_VALUES: Final[tuple[tuple[str, int], ...]] = (
    # What greedy must save before it takes a callee-saved register for the first time; 16384 is the entry block once.
    *(
        ("regalloc-csr-first-time-cost", value)
        for value in (1024, 4096, 8192, 12288, 16384, 24576, 32768, 49152, 65536, 81920, 131072, 262144, 2000000)
    ),
    ("greedy-reverse-local-assignment", 1),
    ("split-threshold-for-reg-with-hint", 100),
)
"""Options for one function and their values: the columns of the network's output `set`. Of 256 functions, six other
values that a search tries lowered the code of none by more than a thousandth on average."""

SETTINGS: Final[tuple[Decision, ...]] = tuple(("set", option, value) for option, value in SETTING_VALUES)

_AT_MOST: Final[Mapping[str, int]] = MappingProxyType(
    {"spill" + ACROSS: 10, "split, tail spilled" + ACROSS: 8, "spill": 2, "first": 2}
)
"""Kind of decision -> how many of it."""


def node_decisions(nodes: Sequence[NodeChoices]) -> tuple[Decision, ...]:
    """What is tried on single nodes; splits behind the first use point, where the value begins to wait for its use."""
    pool = candidate_pool([_first_point_alone(node) for node in nodes])
    return tuple(one for kind, most in _AT_MOST.items() for one in pool.get(kind, ())[:most])


def _first_point_alone(node: NodeChoices) -> NodeChoices:
    """Without the choices that the menu has not."""
    return NodeChoices(
        vreg=node.vreg,
        can_spill=node.can_spill,
        cost=node.cost,
        greedy=None,
        points=[point for point in node.points if point == 0],
        loops=(),
        registers=node.registers,
        callee_saved=node.callee_saved,
        partners=(),
    )
