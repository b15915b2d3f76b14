"""What an inserted instruction of the text moves from where to where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rl4real_data.episodes.column_values import MoveKind

from .columns import Registers
from .machine_text import Instruction, Operand
from .places import NOWHERE


@dataclass(frozen=True, slots=True)
class MoveReader:
    """`slots` are the numbers of the stack objects that the allocator made, in their order."""

    registers: Registers
    slots: Sequence[int]

    def told(self, kind: MoveKind, found: Instruction, recorded: tuple[int, int]) -> tuple[int, int]:
        """What the text says that the move reads and writes; what is of no known kind says nothing."""
        match kind:
            case MoveKind.COPY:
                return self._copied(found)
            case MoveKind.STORE:
                return self._stored(found)
            case MoveKind.RELOAD:
                register, slot = self._stored(found)
                return slot, register
            case MoveKind.REMATERIALIZATION:
                return NOWHERE, self._slot(found.operands) or self._number(found.operands[0])
            case MoveKind.OTHER:
                return recorded

    def _number(self, operand: Operand) -> int:
        return self.registers.number.get(operand.physical, 0)

    def _copied(self, found: Instruction) -> tuple[int, int]:
        if found.opcode != "COPY":
            return 0, 0
        return self._number(found.operands[1]), self._number(found.operands[0])

    def _stored(self, found: Instruction) -> tuple[int, int]:
        """(register, slot) of a store; those of a reload are the same operands."""
        registers = [operand for operand in found.operands if operand.physical not in ("", "noreg")]
        slot = self._slot(found.operands)
        return (self._number(registers[0]), slot) if slot and registers else (0, 0)

    def _slot(self, operands: Sequence[Operand]) -> int:
        """The place of the spill slot among them, 0 for none."""
        slots = [operand.slot for operand in operands if operand.slot in self.slots]
        return -1 - self.slots.index(slots[0]) if slots else 0
