"""Registers that are alike, as one place with room for several values.

Two registers are alike in a function if every node may have both or neither, at the same spots, and both or neither
have to be saved. A model that counts how many of a group are taken has no copies of one answer with other names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rl4real_data.proof.function_code import FunctionCode
from rl4real_data.proof.obstacles import Obstacles
from rl4real_data.reading.register_table import RegisterTable


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceGroup:
    """`members`: for each member node -> its register there. `units`: those of the only member, empty if the group is
    of whole register families, which hold one value each. `entries`: the callee-saved registers that a member costs.
    """

    members: tuple[Mapping[int, int], ...]
    units: tuple[int, ...]
    entries: tuple[tuple[int, ...], ...]

    @property
    def room(self) -> int:
        return len(self.members)

    def register(self, node: int) -> int | None:
        """The first member's register for the node; the others are like it."""
        return self.members[0].get(node)


def place_groups(
    code: FunctionCode, obstacles: Obstacles, table: RegisterTable, saved: Mapping[int, Sequence[int]], *, merge: bool
) -> tuple[PlaceGroup, ...]:
    """All places in registers. `saved`: register -> entries of the callee-saved registers that it costs.

    Without `merge` each group has one member.
    """
    family_of = _families(table, {register for own in code.registers for register in own})
    by_family: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for node, own in enumerate(code.registers):
        for register in own:
            by_family[family_of[register]][node].append(register)
    copied = {family_of.get(end) for copy in code.copies for end in (copy.source, copy.target) if end > 0}
    alike: dict[tuple[object, ...], list[Mapping[int, int]]] = defaultdict(list)
    odd: list[PlaceGroup] = []
    for family, nodes in sorted(by_family.items()):
        if _is_simple(nodes, table):
            one = {node: registers[0] for node, registers in nodes.items()}
            is_alone = not merge or family in copied
            alike[(family if is_alone else -1, *_looks(one, obstacles, saved))].append(one)
        else:
            odd += _one_by_one(nodes, table, saved)
    groups = [
        PlaceGroup(members=tuple(found), units=(), entries=tuple(_entries(one, saved) for one in found))
        for found in alike.values()
    ]
    return (*groups, *odd)


def _families(table: RegisterTable, registers: set[int]) -> dict[int, int]:
    """Register -> the least unit of all that hang together with it."""
    parent: dict[int, int] = {}

    def root(unit: int) -> int:
        while parent.setdefault(unit, unit) != unit:
            unit = parent[unit]
        return unit

    for register in sorted(registers):
        units = [root(unit) for unit in table.units[register].tolist()]
        for unit in units:
            parent[unit] = min(units)
    return {register: root(int(table.units[register][0])) for register in registers}


def _is_simple(nodes: Mapping[int, Sequence[int]], table: RegisterTable) -> bool:
    """Whether each node has one register of the family, and any two of these share a unit."""
    own = sorted({register for registers in nodes.values() for register in registers})
    units = [set(table.units[register].tolist()) for register in own]
    return all(len(registers) == 1 for registers in nodes.values()) and all(
        one & other for index, one in enumerate(units) for other in units[:index]
    )


def _looks(one: Mapping[int, int], obstacles: Obstacles, saved: Mapping[int, Sequence[int]]) -> tuple[object, ...]:
    rows = (
        (node, obstacles.taken_from(node, register).tobytes(), obstacles.taken(register).tobytes())
        for node, register in sorted(one.items())
    )
    return (len(_entries(one, saved)), *rows)


def _entries(one: Mapping[int, int], saved: Mapping[int, Sequence[int]]) -> tuple[int, ...]:
    return tuple(sorted({entry for register in one.values() for entry in saved.get(register, ())}))


def _one_by_one(
    nodes: Mapping[int, Sequence[int]], table: RegisterTable, saved: Mapping[int, Sequence[int]]
) -> list[PlaceGroup]:
    by_register: dict[int, dict[int, int]] = defaultdict(dict)
    for node, registers in nodes.items():
        for register in registers:
            by_register[register][node] = register
    return [
        PlaceGroup(
            members=(own,), units=tuple(table.units[register].tolist()), entries=(tuple(saved.get(register, ())),)
        )
        for register, own in sorted(by_register.items())
    ]
