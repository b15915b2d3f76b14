"""The answer of an episode against the text that the stock compiler prints behind the rewriter.

The columns say in which order originals and insertions stand; the text must have exactly these, instruction by
instruction, and each register or slot in it must be the one that the parts give the node at that position.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence

from rl4real_data.episodes.column_values import ChangeFlag, MoveKind

from .columns import Episode
from .findings import Findings
from .machine_text import Function, Instruction, Operand
from .moves import MoveReader
from .opcodes import becomes_plain_access, constant_of, is_compared_with_zero, is_constant_store
from .places import NOWHERE, Places
from .repeated import Repeated

_METADATA = re.compile(r"!\d+")  # numbered anew where there are remarks
_VARIANTS = {("MOV32r0", "MOV32ri"), ("MOV32r1", "MOV32ri"), ("MOV32r_1", "MOV32ri")}


class AnswerCheck:
    """One episode; `run` reports into `findings`."""

    def __init__(self, episode: Episode, before: Function, after: Function, findings: Findings) -> None:
        self.episode, self.findings, self.after = episode, findings, after
        self.before = [instruction for block in before.blocks for instruction in block.instructions]
        self.places, self.registers = Places(episode), episode.dataset.registers
        self.repeated = Repeated(episode, self.before)
        self.changed = dict(zip(episode["changed_inst"], episode["changed_flags"], strict=True))
        known = {found.number for found in before.objects if not found.is_fixed}
        self.slots = [found.number for found in after.objects if found.is_spill_slot and found.number not in known]
        self.text: deque[Instruction] = deque()
        self.reader = MoveReader(self.registers, self.slots)
        self.constants: set[int] = set()  # moves that store one
        self.accesses: set[int] = set()  # instructions, no copies, of which a plain store or load is left
        self.aligned = True

    def run(self) -> None:
        self.findings.count("functions")
        if len(self.after.blocks) != len(self.episode["block_start"]):
            self.findings.differ("number of blocks", self.episode)
            self.aligned = False
            return
        for number, block in enumerate(self.after.blocks):
            self.text = deque(block.instructions)
            if not all(self._step(*step) for step in self.steps(number)):
                self.aligned = False  # it has been said where the texts part
            elif self.text:
                self.findings.differ("the text has more", self._where(number, "block"), self.text[0].text)
                self.aligned = False

    def _where(self, number: int, kind: str) -> str:
        return f"{self.episode} {kind} {number}"

    def steps(self, block: int) -> Iterator[tuple[str, int]]:
        """What stands in a block: moves and instructions in their order."""
        start, end = self.episode["block_start"][block], self.episode.block_ends[block]
        moves = deque(i for i, found in enumerate(self.episode["move_block"]) if found == block)
        for instruction in range(start, end + 1):
            while moves and self.episode["move_inst"][moves[0]] == instruction:
                yield "move", moves.popleft()
            if instruction < end:
                yield "instruction", instruction
        if moves:
            self.findings.differ("a move outside of its block", self._where(moves[0], "move"))

    def _step(self, kind: str, number: int) -> bool:
        if kind == "move":
            return self._move(number)
        flags = self.changed.get(number, 0)
        if flags & ChangeFlag.GONE:
            self.findings.count("instructions gone")
            return True
        return self._changed(number, flags) if flags else self._unchanged(number)

    def _take(self, opcode: str, where: str) -> Instruction | None:
        """The next instruction of the text, if it has the opcode."""
        found = self.text[0] if self.text else None
        if found and found.opcode == opcode:
            return self.text.popleft()
        self.findings.differ("misaligned", where, f"expected {opcode}, found {found.text if found else 'the end'}")
        return None

    def _unchanged(self, number: int) -> bool:
        original = self.before[number]
        wanted = [self.wanted(number, place) for place in range(len(original.operands))]
        if original.opcode == "COPY" and self._is_identity(original, wanted):
            self._identity(wanted[0], "of the problem")
            self._operands_seen(number, original)
            return True
        found = self._take(original.opcode, self._where(number, "instruction"))
        if not found:
            return False
        self.findings.count("instructions unchanged")
        for place, names in enumerate(wanted):
            self._compare(number, place, names, found)
        return True

    def _operands_seen(self, number: int, original: Instruction) -> None:
        for place, operand in enumerate(original.operands):
            if operand.virtual >= 0:
                self._ambiguity(number, place)
                self.findings.count("operands: of identity copies")

    def _is_identity(self, original: Instruction, wanted: Sequence[set[str] | None]) -> bool:
        """Whether both ends are one register; what an undefined read reads only the text can tell."""
        to, source = wanted[0], wanted[1]
        if source is not None or to is None:
            return to is not None and len(to) == 1 and to == source
        found = self.text[0] if self.text else None
        return not (found and found.opcode == original.opcode and found.operands[0].physical in to)

    def _identity(self, names: set[str] | None, whose: str) -> None:
        self.findings.count(f"identity copies {whose}")
        if self.text and self.text[0].opcode == "KILL" and {self.text[0].operands[0].physical} == names:
            self.text.popleft()
            self.findings.count("identity copies kept as KILL")

    def wanted(self, number: int, place: int) -> set[str] | None:
        """Names of registers of which one must be at that place; None where any may be, empty where none can."""
        operand = self.before[number].operands[place]
        if operand.physical:
            return {operand.physical}
        if operand.virtual < 0:
            return None
        node = self.episode.node_of.get(operand.virtual, -1)
        entry = self.episode.operand_rows.get((number, place), -1)
        if min(node, entry) < 0 or ("undef" in operand.flags and not operand.is_write):
            return None
        index = self.episode["operand_subreg"][entry]
        found = self.places.of_operand(entry, node, 2 * number + operand.is_write)
        return {self.registers.part_of(register, index) for register in found if register > 0}

    def _places(self, number: int, place: int) -> set[int]:
        operand = self.before[number].operands[place]
        return self.places.at(self.episode.node_of[operand.virtual], 2 * number + operand.is_write)

    def _ambiguity(self, number: int, place: int) -> None:
        """Several registers at once are an answer only if a choice names one."""
        entry = self.episode.operand_rows.get((number, place), -1)
        several = len({found for found in self._places(number, place) if found > 0}) > 1
        if several and entry not in self.places.choice:
            self.findings.differ("no choice", self._where(number, "instruction"), self.before[number].text)
        elif several:
            self.findings.count("choices")
        elif entry in self.places.choice:
            self.findings.count("choices where there is none")

    def _compare(self, number: int, place: int, names: set[str] | None, found: Instruction) -> None:
        operand = self.before[number].operands[place]
        where = f"{self._where(number, 'instruction')} operand {place}"
        if operand.is_implicit:
            self._compare_implicit(where, operand, names, found)
        elif place >= len(found.operands):
            self.findings.differ("an operand is missing", where, found.text)
        elif not operand.is_register:
            texts = (_METADATA.sub("!", text) for text in (operand.text, found.operands[place].text))
            self.findings.compare("operands: no registers", where, *texts)
        elif names is None:
            self.findings.count("operands: undefined reads")
        elif found.operands[place].physical in names:
            self.findings.count("operands: virtual, equal" if operand.virtual >= 0 else "operands: physical, equal")
        else:
            self.findings.differ("another register", where, f"{names or 'none'} in {found.text}")
        if operand.virtual >= 0 and names is not None:
            self._ambiguity(number, place)

    def _compare_implicit(self, where: str, operand: Operand, names: set[str] | None, found: Instruction) -> None:
        """The rewriter adds implicit operands, and drops those that say nothing new."""
        if names is None:
            self.findings.count("operands: undefined reads")
        elif names & {other.physical for other in found.operands if other.is_implicit}:
            self.findings.count("operands: implicit, equal")
        elif operand.physical:
            self.findings.count("operands: implicit, dropped by the rewriter")
        else:
            self.findings.differ("another implicit register", where, f"{names} in {found.text}")

    def _changed(self, number: int, flags: int) -> bool:
        where, original = self._where(number, "instruction"), self.before[number]
        if not self.text:
            self.findings.differ("misaligned", where, "found the end")
            return False
        found = self.text.popleft()
        self.findings.count(f"instructions changed: {ChangeFlag(flags).name}")
        if becomes_plain_access(original, found):
            self.accesses.add(number)
        slots, wanted = set(), []
        for place, operand in enumerate(original.operands):
            if not operand.is_register or operand.physical == "noreg":
                continue
            names = self.wanted(number, place)
            if operand.virtual >= 0 and names is not None and not names:
                slots |= self._slot_of(number, place, flags, found)
            elif names is not None and (operand.virtual >= 0 or not operand.is_implicit):
                wanted.append(names | self._wholes(number, operand))
        self.findings.compare("folded: slots", f"{where}: {found.text}", slots, {o.slot for o in found.operands} - {-1})
        if is_compared_with_zero(original, found):
            wanted = wanted[1:]
        self._compare_registers(f"{where}: {original.text} -> {found.text}", wanted, found, flags)
        return True

    def _wholes(self, number: int, source: Operand) -> set[str]:
        """A copy into a part of a node is stored as a whole, if the rest of it may be anything."""
        to = self.before[number].operands[0]
        if self.before[number].opcode != "COPY" or not source.physical or "undef" not in to.flags:
            return set()
        index = self.episode["operand_subreg"][self.episode.operand_rows[number, 0]]
        part = self.registers.number.get(source.physical, 0)
        return {self.registers.name[whole] for whole in self.registers.wholes_of(part, index)}

    def _slot_of(self, number: int, place: int, flags: int, text: Instruction) -> set[int]:
        """The stack object that stands where the node's register stood; none for what was computed anew.

        That may be even where a slot holds the value: LLVM folds a definition rather than a slot, where it can.
        """
        operand = self.before[number].operands[place]
        found = self._places(number, place)
        needed = ChangeFlag.WRITES_SLOT if operand.is_write else ChangeFlag.READS_SLOT
        where = f"{self._where(number, 'instruction')} operand {place}"
        if flags & ChangeFlag.OTHER and not operand.is_write:
            is_folded = self.repeated.is_folded(self.episode.node_of[operand.virtual], text)
            self.findings.compare("operands: a rematerialisation is folded", f"{where}: {text.text}", is_folded, True)
            return set()
        if len(found) != 1 or NOWHERE in found or not flags & needed:
            self.findings.differ("no slot where one is needed", where, f"{found} {ChangeFlag(flags)!r}")
            return set()
        self.findings.count("operands: in a slot")
        return {self.slots[-1 - place] for place in found}

    def _compare_registers(self, where: str, wanted: Sequence[set[str]], found: Instruction, flags: int) -> None:
        """All wanted registers, in their order; others only where an instruction was folded in that reads some."""
        named = [operand for operand in found.operands if operand.physical not in ("", "noreg")]
        left = deque(operand.physical for operand in named)
        for names in wanted:
            while left and left[0] not in names and (flags & ChangeFlag.OTHER or named[-len(left)].is_implicit):
                left.popleft()
            if not left or left.popleft() not in names:
                self.findings.differ("another register in a folded instruction", where, names)
                return
            self.findings.count("operands: equal in folded instructions")

    def _move(self, number: int) -> bool:
        kind = MoveKind(self.episode["move_kind"][number])
        where = self._where(number, f"move {kind.name}")
        to, source = (self.episode[column][number] for column in ("move_to", "move_from"))
        if kind is MoveKind.COPY and to == source:
            self._identity({self.registers.name[to]}, "inserted")
            return True
        if not self.text:
            self.findings.differ("misaligned", where, "found the end")
            return False
        found = self.text.popleft()
        expected = self.reader.told(kind, found, (source, to))
        self.findings.compare(f"moves: {kind.name}", f"{where}: {found.text}", (source, to), expected)
        if kind is MoveKind.REMATERIALIZATION:
            self._rematerialisation(number, found)
        return (source, to) == expected

    def _rematerialisation(self, number: int, found: Instruction) -> None:
        value = self.episode["move_value"][number]
        original = self.before[value] if value >= 0 else None
        where = self._where(number, f"rematerialisation of {value}")
        if not original:
            self.findings.differ("a rematerialisation of nothing", where, found.text)
        elif original.opcode == found.opcode:
            plain = [[o.text for o in one.operands if not o.is_register] for one in (original, found)]
            self.findings.compare("rematerialised opcodes", where, *plain)
        elif (original.opcode, found.opcode) in _VARIANTS:
            self.findings.count("rematerialised by a documented variant")
        elif is_constant_store(found):
            self.constants.add(number)
            self.findings.compare("constants stored", where, constant_of(original), constant_of(found))
        elif self.repeated.is_folded_before(original, found):
            self.findings.count("rematerialised with what was folded in before")
        else:
            self.findings.differ("another opcode is computed anew", where, f"{original.text} -> {found.text}")
