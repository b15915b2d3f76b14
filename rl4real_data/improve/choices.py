"""The choices that a function offers, as the compiler describes them in front of its allocator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Final

_LENGTHENED: Final = 400
"""LLVM divides the frequencies of a node by its size and this, so that short live ranges do not weigh too much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeChoices:
    """What can be decided of one virtual register.

    `points`: use points behind which it can be split. `registers` are free all its life; `callee_saved` are those of
    them that the function must save. `partners`: registers that copies would like it to have. `greedy`: where greedy
    put it, if in one register that is known. `cost`: about how often its instructions are executed.
    """

    vreg: int
    can_spill: bool
    cost: float
    greedy: str | None
    points: Sequence[int]
    loops: Sequence[int]
    registers: Sequence[str]
    callee_saved: Sequence[str]
    partners: Sequence[str]

    @property
    def crosses_calls(self) -> bool:
        """Whether nothing but callee-saved registers is left, which is what a call leaves."""
        return bool(self.callee_saved) and len(self.callee_saved) == len(self.registers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a function beyond its description: its callee-saved registers, and where greedy put nodes."""

    callee_saved: AbstractSet[str]
    greedy: Mapping[int, str]


def guessed(described: Mapping[str, Any]) -> Known:
    """What a description alone tells: a node with half of the registers that others have lives across a call, and what
    that leaves is callee-saved. Where greedy puts nodes is not known.
    """
    free = [node["registers"] for node in described["nodes"]]
    most = max(map(len, free), default=0)
    return Known(callee_saved={name for names in free if 2 * len(names) <= most for name in names}, greedy={})


def read_choices(described: Mapping[str, Any], known: Known) -> tuple[NodeChoices, ...]:
    """The nodes in the order of their numbers. KeyError, TypeError or ValueError for what is no description."""
    return tuple(_Reader(known).node(node) for node in described["nodes"])


@dataclass(frozen=True, slots=True)
class _Reader:
    known: Known

    def node(self, node: Mapping[str, Any]) -> NodeChoices:
        registers = tuple(map(str, node["registers"]))
        return NodeChoices(
            vreg=int(node["vreg"]),
            can_spill=node["weight"] is not None,
            cost=0.0 if node["weight"] is None else float(node["weight"]) * (int(node["size"]) + _LENGTHENED),
            greedy=self.known.greedy.get(int(node["vreg"])),
            points=[number for number, (_, _, can_split) in enumerate(node["points"]) if can_split],
            loops=tuple(map(int, node["loops"])),
            registers=registers,
            callee_saved=tuple(name for name in registers if name in self.known.callee_saved),
            partners=tuple(self._partners(node, registers)),
        )

    def _partners(self, node: Mapping[str, Any], registers: Sequence[str]) -> list[str]:
        """Of a hint that is a node, the register in which greedy has that one."""
        greedy = self.known.greedy
        hints = [hint if isinstance(hint, str) else greedy.get(int(hint)) for hint in node["hints"]]
        wanted = dict.fromkeys(hint for hint in hints if hint in registers and hint != greedy.get(int(node["vreg"])))
        return [hint for hint in wanted if hint is not None]
