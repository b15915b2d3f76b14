"""The single decisions of all kinds that a function offers, and where to look first.

`PRIOR` is the table of what helped: 100 functions of `demo` that greedy had split or spilled, 400 candidates each,
final code. A kind's share of the candidates follows its mean gain and how often it lowered the code at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from rl4real_data.improve.choices import NodeChoices

Decision = tuple[str | int | float, ...]
Candidate = tuple[Decision, ...]
Pool = Mapping[str, Sequence[Decision]]
"""Kind -> its decisions."""

SETTING: Final = "set"
SETTINGS: Final[tuple[Decision, ...]] = tuple(
    (SETTING, option, value)
    for option, value in (
        ("regalloc-csr-first-time-cost", 16384),  # what the entry block costs
        ("regalloc-csr-first-time-cost", 4096),
        ("regalloc-csr-first-time-cost", 81920),
        ("regalloc-csr-first-time-cost", 32768),
        ("regalloc-csr-first-time-cost", 8192),
        ("regalloc-csr-first-time-cost", 1024),
        ("regalloc-csr-first-time-cost", 2000000),
        ("greedy-reverse-local-assignment", 1),
        ("split-threshold-for-reg-with-hint", 100),
        ("split-threshold-for-reg-with-hint", 0),
        ("greedy-regclass-priority-trumps-globalness", 1),
        ("exhaustive-register-search", 1),
        ("regalloc-eviction-max-interference-cutoff", 100000),
        ("grow-region-complexity-budget", 1000000),
    )
)
"""Options for one function, the best first: the first one lowers more code than any other single decision."""

ACROSS: Final = " across calls"
"""Behind the kinds of nodes that live across calls: those whom a callee-saved register is dear to."""

INSTEAD: Final = " instead of callee-saved"
"""Behind the kinds that may free a callee-saved register of a node that needs none."""

PRIOR: Final[Mapping[str, float]] = MappingProxyType(
    {
        "spill" + ACROSS: 10.0,
        "split, tail spilled" + ACROSS: 9.0,
        "split" + ACROSS: 5.0,
        "split, head spilled" + ACROSS: 2.5,
        "loop" + ACROSS: 4.0,
        "loop, inside spilled" + ACROSS: 3.0,
        "loop, outside spilled" + ACROSS: 1.0,
        "assign copy partner": 6.0,
        "hint copy partner": 2.0,
        "assign callee-saved": 4.0,
        "hint callee-saved": 3.0,
        "assign caller-saved" + INSTEAD: 6.0,
        "hint caller-saved" + INSTEAD: 3.0,
        "assign caller-saved": 2.0,
        "hint caller-saved": 1.5,
        "first": 3.0,
        "last": 2.0,
        "keep": 0.4,
        "weight up": 0.7,
        "weight down": 0.7,
        "spill": 1.0,
        "split": 1.0,
        "split, tail spilled": 0.7,
        "split, head spilled": 0.4,
        "loop": 3.0,
        "loop, inside spilled": 1.5,
        "loop, outside spilled": 0.4,
    }
)


def candidate_pool(nodes: Sequence[NodeChoices]) -> Pool:
    """All of `PRIOR`'s kinds that the function offers, of each those of nodes that are seldom executed first.

    Without the settings, which every function offers.
    """
    pool: dict[str, list[Decision]] = defaultdict(list)
    for node in sorted(nodes, key=lambda node: (node.cost, node.vreg)):
        for kind, decision in _of_node(node):
            pool[kind].append(decision)
    return pool


def _of_node(node: NodeChoices) -> Iterator[tuple[str, Decision]]:
    vreg, across = node.vreg, ACROSS if node.crosses_calls else ""
    if node.can_spill:
        yield f"spill{across}", ("spill", vreg)
    for word, places, sides in (("split", node.points, ("head", "tail")), ("loop", node.loops, ("outside", "inside"))):
        for place in places:
            yield f"{word}{across}", (word, vreg, place)
            for side in sides if node.can_spill else ():
                yield f"{word}, {side} spilled{across}", (word, vreg, place, f"spill-{side}")
    for word in ("assign", "hint"):
        for name in node.registers:
            yield f"{word} {_saved_by(name, node)}", (word, vreg, name)
        for name in node.partners:
            yield f"{word} copy partner", (word, vreg, name)
    yield "first", ("first", vreg)
    if node.can_spill:
        yield "last", ("last", vreg)
        yield "keep", ("keep", vreg)
        yield "weight up", ("weight", vreg, 8)
        yield "weight down", ("weight", vreg, 0.125)


def _saved_by(name: str, node: NodeChoices) -> str:
    if name in node.callee_saved:
        return "callee-saved"
    return f"caller-saved{INSTEAD if node.greedy in node.callee_saved else ''}"
