"""Whether every place holds the value of the node that the parts say lies there, at every position.

Not only where an instruction names the node: the allocated code is run with nodes for values. Each register unit and
each spill slot holds the names of the nodes whose newest value is in it; what reaches a block by two ways is what both
bring. An undefined value is nothing in particular, so that every place holds it: LLVM stores no such value. The steps
of the code have been compared with the stock compiler's text before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from rl4real_data.episodes.column_values import ChangeFlag, MoveKind

from .answer import AnswerCheck
from .columns import Episode
from .findings import Findings
from .liveness import Ranges
from .machine_text import Function, Instruction, Operand
from .opcodes import is_call, is_undefined
from .places import Places

State = dict[int, frozenset[int]]  # register unit, -1 - s for slot s, or ANYWHERE -> nodes
ANYWHERE = 1 << 32
_NONE: frozenset[int] = frozenset()


class CarriedCheck:
    """One episode that was aligned; `lives` are the positions of its nodes."""

    def __init__(self, check: AnswerCheck, before: Function, lives: Mapping[int, Ranges], findings: Findings) -> None:
        self.check, self.text, self.lives, self.findings = check, before, lives, findings
        self.episode: Episode = check.episode
        self.places: Places = check.places
        self.registers = self.episode.dataset.registers

    def run(self) -> None:
        entry: list[State | None] = [None] * len(self.text.blocks)
        entry[0] = {}
        due = [0]
        while due:
            block = due.pop()
            for successor, state in self._leave(block, dict(entry[block] or {}), None):
                joined = _join(entry[successor], state)
                if joined != entry[successor]:
                    entry[successor] = joined
                    due.append(successor)
        for block, reached in enumerate(entry):
            if reached is not None:
                list(self._leave(block, dict(reached), self._expected))
            else:
                self.findings.count("blocks that nothing reaches")

    @cached_property
    def _expected(self) -> Mapping[int, list[tuple[int, int]]]:
        """(node, place) for each position where a part of the node is."""
        found: dict[int, list[tuple[int, int]]] = {}
        for node, ranges in self.lives.items():
            if not self.episode["node_fate"][node]:
                place = self.episode["node_assigned"][node]
                for first, last in ranges:
                    for position in range(first, last):
                        found.setdefault(position, []).append((node, place))
        for node, parts in self.places.parts.items():
            for first, last, place in parts:
                for position in range(first, last) if place else ():
                    found.setdefault(position, []).append((node, place))
        return found

    def _leave(
        self, block: int, state: State, expected: Mapping[int, list[tuple[int, int]]] | None
    ) -> Iterator[tuple[int, State]]:
        """Runs a block, and yields what it hands to each successor."""
        thrown = dict(state)
        for kind, number in self.check.steps(block):
            if kind == "move":
                self._move(number, state)
                continue
            self._look(2 * number, state, expected, self._written_early(number))
            self._instruction(number, state)
            self._look(2 * number + 1, state, expected)
            if is_call(self.check.before[number]):
                thrown = dict(state)
        for successor in self.episode["block_succ"][block]:
            is_pad = "landing-pad" in self.text.blocks[successor].attributes
            yield successor, thrown if is_pad else state

    def _written_early(self, number: int) -> frozenset[int]:
        """Nodes that have their register from the instruction's begin, though not yet a value."""
        operands = self.check.before[number].operands
        return frozenset(self.episode.node_of[o.virtual] for o in operands if o.virtual >= 0 and _is_early(o))

    def _look(
        self,
        position: int,
        state: State,
        expected: Mapping[int, list[tuple[int, int]]] | None,
        coming: frozenset[int] = _NONE,
    ) -> None:
        for node, place in expected.get(position, ()) if expected is not None else ():
            if node in coming:
                self.findings.count("positions at which an early value is not yet there")
            elif all(node in state.get(unit, _NONE) for unit in self._units(place)):
                self.findings.count("positions at which the value is there")
            elif node in state.get(ANYWHERE, _NONE):
                self.findings.count("positions at which the value is nothing in particular")
            else:
                name = self.registers.name.get(place, place)
                vreg = self.episode["node_vreg"][node]
                self.findings.differ("the value is not there", self.episode, f"%{vreg} in {name} at {position}")

    def _units(self, place: int) -> Iterable[int]:
        return self.registers.units[place] if place > 0 else (place,)

    def _instruction(self, number: int, state: State) -> None:
        instruction, flags = self.check.before[number], self.check.changed.get(number, 0)
        written: dict[int, set[int]] = {}
        for place, operand in enumerate(instruction.operands):
            if operand.is_write and operand.virtual >= 0:
                node = self.episode.node_of[operand.virtual]
                written.setdefault(node, set()).update(self._destinations(number, place, node))
        if written and is_undefined(instruction):
            self._undefine(instruction.operands[0], written, state)
            return
        if flags & ChangeFlag.GONE:
            written = {node: set() for node in written}
        elif not self._is_identity_to_register(instruction, number):
            self._clobber(instruction, state)
        kept = self._kept_by_identity(instruction, number, written)
        for node, places in written.items():
            for unit in [unit for unit, nodes in state.items() if node in nodes]:
                state[unit] -= {node}
            for place in places:
                for unit in self._units(place):
                    state[unit] = frozenset({node}) | kept

    def _undefine(self, written: Operand, nodes: Iterable[int], state: State) -> None:
        """Of a part of a register, the other parts stay as they are."""
        if not written.subregister or "undef" in written.flags:
            for unit in state:
                state[unit] -= set(nodes)
            state[ANYWHERE] = state.get(ANYWHERE, _NONE) | set(nodes)

    def _destinations(self, number: int, place: int, node: int) -> set[int]:
        entry = self.episode.operand_rows.get((number, place), -1)
        return self.places.of_operand(entry, node, 2 * number + 1) - {0}

    def _kept_by_identity(
        self, instruction: Instruction, number: int, written: Mapping[int, set[int]]
    ) -> frozenset[int]:
        """A copy of a register to itself leaves what is in it."""
        if instruction.opcode != "COPY" or not written:
            return _NONE
        source = instruction.operands[1]
        if source.virtual < 0 or "undef" in source.flags:
            return _NONE
        node = self.episode.node_of[source.virtual]
        entry = self.episode.operand_rows.get((number, 1), -1)
        places = self.places.of_operand(entry, node, 2 * number)
        to = instruction.operands[0]
        is_same = to.subregister == source.subregister and places == next(iter(written.values()))
        return frozenset({node}) if is_same and len(places) == 1 else _NONE

    def _is_identity_to_register(self, instruction: Instruction, number: int) -> bool:
        """A copy of a node to a register that it is in: what the rewriter drops clobbers nothing."""
        to = instruction.operands[0].physical if instruction.opcode == "COPY" else ""
        return bool(to) and self.check.wanted(number, 1) == {to}

    def _clobber(self, instruction: Instruction, state: State) -> None:
        for operand in instruction.operands:
            if operand.is_write and operand.physical:
                number = self.registers.number.get(operand.physical)
                for unit in self.registers.units[number] if number is not None else ():
                    state.pop(unit, None)
            preserved = self._preserved(operand)
            if preserved is not None:
                for unit in [unit for unit in state if 0 <= unit < ANYWHERE and unit not in preserved]:
                    state.pop(unit)

    def _preserved(self, operand: Operand) -> frozenset[int] | None:
        """Units that a mask leaves alone; None for an operand that is no mask."""
        if operand.text.startswith("CustomRegMask<"):
            names = [word.strip("$ ") for word in operand.text[14:-1].split(";")]
            return self._units_of(self.registers.number[name] for name in names if name in self.registers.number)
        registers = self.episode.dataset.preserved.get(operand.text)
        return None if registers is None or operand.is_register else self._units_of(registers)

    def _units_of(self, registers: Iterable[int]) -> frozenset[int]:
        return frozenset(unit for register in registers for unit in self.registers.units.get(register, ()))

    def _move(self, number: int, state: State) -> None:
        row = self.episode
        kind, to, source = (row[f"move_{what}"][number] for what in ("kind", "to", "from"))
        if kind == MoveKind.REMATERIALIZATION:
            node = row["move_node"][number]
            carried = frozenset({node}) if node >= 0 else _NONE
        elif source:
            units = list(self._units(source))
            carried = frozenset.intersection(*(state.get(unit, _NONE) for unit in units))
        else:
            carried = _NONE
        for place in self._filled(number) if kind == MoveKind.REMATERIALIZATION else {to} - {0}:
            for unit in self._units(place):
                state[unit] = carried

    def _filled(self, number: int) -> set[int]:
        """Where a rematerialised value lies: it may write a part of the register, where the rest does not matter."""
        to, value = self.episode["move_to"][number], self.episode["move_value"][number]
        if to < 0 or value < 0:
            return {to}
        filled = {to}
        for place, operand in enumerate(self.check.before[value].operands):
            if operand.is_write and operand.virtual >= 0 and "undef" in operand.flags:
                index = self.episode["operand_subreg"][self.episode.operand_rows[value, place]]
                class_id = self.episode["node_class"][self.episode.node_of[operand.virtual]]
                wholes = self.registers.wholes_of(to, index)
                filled |= {whole for whole in wholes if class_id in self.registers.classes[whole]}
        return filled


def _is_early(operand: Operand) -> bool:
    return "early-clobber" in operand.flags


def _join(known: State | None, coming: State) -> State:
    if known is None:
        return {unit: nodes for unit, nodes in coming.items() if nodes}
    one, other = known.get(ANYWHERE, _NONE), coming.get(ANYWHERE, _NONE)
    joined = {ANYWHERE: one & other}
    for unit in known.keys() | coming.keys() if one or other else known.keys() & coming.keys():
        if unit != ANYWHERE:
            both = (known.get(unit, _NONE) | one) & (coming.get(unit, _NONE) | other)
            joined[unit] = both - joined[ANYWHERE]
    return {unit: nodes for unit, nodes in joined.items() if nodes}
