"""Register pressure, instruction by instruction.

For a *bank* of registers (classes that share registers, such as GR64, GR32 and GR8) and an instruction i:

    pressure(bank, i) = sum of width(class of node) over the nodes of the bank with first <= i < last
                        for one of their ranges [first, last) in `node_live`

so it is what must be held at once right behind instruction i, before anything is spilled. The *main class* of a bank
is the one that most of its nodes have, of those whose registers do not overlap each other if there is one. `width` is
how many registers of the main class a register of a class overlaps at least: 1, or more for tuples such as AArch64's
QQ. What the pressure is to be compared with is `registers`: those of the main class that are not in `reserved`. What
calls and fixed operands take for a while is not counted, so a function may have to spill below that line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from rl4real_data.core import interruption
from rl4real_data.episodes.ragged import Ints

UNKNOWN_BANK: Final = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassFile:
    """`units`: reg_id -> register units, which aliasing registers share; `members`: class_id -> reg_ids."""

    units: Mapping[int, frozenset[int]]
    members: Mapping[int, tuple[int, ...]]

    def first_unit(self, register: int) -> int:
        """The least unit, which tells registers of one size apart; below zero for a register without units."""
        return min(self.units.get(register, ()), default=-register)

    def overlaps(self, register: int, others: Sequence[int]) -> int:
        """How many of the others share a unit with the register."""
        interruption.check()
        own = self.units.get(register, frozenset())
        return sum(not own.isdisjoint(self.units.get(other, frozenset())) for other in others)

    def is_disjoint(self, class_id: int) -> bool:
        """Whether no two registers of the class overlap."""
        units = [unit for register in self.members.get(class_id, ()) for unit in self.units.get(register, ())]
        return len(units) == len(set(units))

    def banks(self) -> dict[int, int]:
        """class_id -> the least class_id of its bank: classes that share a unit, with others in between or not."""
        banks: list[tuple[set[int], set[int]]] = []
        for class_id, members in sorted(self.members.items()):
            interruption.check()
            own = {unit for register in members for unit in self.units.get(register, ())}
            joined = [bank for bank in banks if bank[1] & own]
            banks = [bank for bank in banks if not bank[1] & own]
            banks.append(({class_id}.union(*(ids for ids, _ in joined)), own.union(*(have for _, have in joined))))
        return {class_id: min(ids) for ids, _ in banks for class_id in ids}


@dataclass(frozen=True, slots=True, kw_only=True)
class BankPressure:
    """`classes`: class_ids that occur, the main one first; `live`: pressure right behind each instruction.

    `nodes`: indices of the bank's nodes. `registers` is None where no file tells the registers of the main class.
    """

    classes: tuple[int | None, ...]
    nodes: tuple[int, ...]
    registers: int | None
    live: tuple[int, ...]
    names: tuple[str, ...] = ()
    """Those of the classes, for who shows them."""

    @property
    def peak(self) -> int:
        return max(self.live, default=0)

    @property
    def instructions_over(self) -> int:
        """How many instructions have more live behind them than there are registers."""
        return 0 if self.registers is None else sum(count > self.registers for count in self.live)


def measure_pressure(
    live: Sequence[Sequence[int]],
    classes: Sequence[int | None],
    instructions: int,
    reserved: Sequence[int],
    file: ClassFile,
) -> tuple[BankPressure, ...]:
    """The banks, that with most nodes first. `live`: first, last, first, last, … of each node, as in `node_live`.

    ValueError if a range is none of the function's.
    """
    bank_of = file.banks()
    by_bank: dict[int, list[int]] = {}
    for node, class_id in enumerate(classes):
        alone = UNKNOWN_BANK if class_id is None else -2 - class_id  # of which no register is known
        by_bank.setdefault(alone if class_id is None else bank_of.get(class_id, alone), []).append(node)
    ranked = sorted(by_bank.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple(_bank(nodes, live, classes, instructions, frozenset(reserved), file) for _, nodes in ranked)


def _bank(
    nodes: list[int],
    live: Sequence[Sequence[int]],
    classes: Sequence[int | None],
    instructions: int,
    reserved: frozenset[int],
    file: ClassFile,
) -> BankPressure:
    counts = Counter(classes[node] for node in nodes)
    main = _main_class(counts, file)
    members = () if main is None else file.members.get(main, ())
    widths = {class_id: _width(class_id, members, file) for class_id in counts}
    weights = [widths[classes[node]] for node in nodes]
    found = count_live([live[node] for node in nodes], weights, instructions)
    others = sorted((one for one in counts if one != main), key=lambda one: (-counts[one], -1 if one is None else one))
    return BankPressure(
        classes=(main, *others),
        nodes=tuple(nodes),
        registers=sum(register not in reserved for register in members) if members else None,
        live=tuple(found.tolist()),
    )


def _main_class(counts: Mapping[int | None, int], file: ClassFile) -> int | None:
    def rank(class_id: int) -> tuple[bool, int, int, int]:
        size = len(file.members.get(class_id, ()))
        return (not file.is_disjoint(class_id), -counts[class_id], -size, class_id)

    known = [class_id for class_id in counts if class_id is not None]
    return min(known, key=rank, default=None)


def _width(class_id: int | None, main: Sequence[int], file: ClassFile) -> int:
    own = () if class_id is None else file.members.get(class_id, ())
    return max(1, min((file.overlaps(register, main) for register in own), default=1))


def count_live(live: Sequence[Sequence[int]], weights: Sequence[int], instructions: int) -> Ints:
    """(instructions,) int64: the sum of the weights of those that have a value right behind each instruction."""
    change = np.zeros(instructions + 1, np.int64)
    for ranges, weight in zip(live, weights, strict=True):
        for first, last in zip(ranges[0::2], ranges[1::2], strict=True):
            if not 0 <= first <= last <= instructions:
                raise ValueError(f"a live range from {first} to {last} in a function of {instructions} instructions")
            change[first] += weight
            change[last] -= weight
    counts: Ints = change.cumsum()[:-1]
    return counts
