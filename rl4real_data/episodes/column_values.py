"""The numbers that columns of an episode hold, by name.

Enumerations for columns with one of a few values, flags for columns whose values are sums of bits.
"""

from __future__ import annotations

__all__ = ["BlockFlag", "ChangeFlag", "Fate", "MoveKind", "OperandFlag", "Outcome", "UseFlag", "ValueFlag"]

from enum import IntEnum, IntFlag


class Outcome(IntEnum):
    """The most that LLVM's allocator did with a virtual register; the values of `node_outcome`."""

    ASSIGNED = 0
    SPLIT = 1
    SPILLED = 2
    REMATERIALIZED = 3
    ELIMINATED = 4


class Fate(IntFlag):
    """All that LLVM's allocator did with a virtual register; the bits of `node_fate`. None: it has one register."""

    SPLIT = 1
    """Several registers hold parts of it, or copies lie between its parts, be it within one register."""
    SPILLED = 2
    """A stack slot holds it somewhere."""
    REMATERIALIZED = 4
    """Its value is computed anew somewhere, or folded into an instruction that uses it."""
    ELIMINATED = 8
    """Nothing of it is left: it was found dead."""


class OperandFlag(IntFlag):
    """How an operand touches its register; the bits of `operand_flags`."""

    READ = 1
    """The value is read; also by a write of a part of the register that keeps the rest."""
    WRITE = 2
    TIED = 4
    """Two operands that must get the same register: one reads, one writes."""
    PARTIAL_WRITE = 8
    """Writes a sub-register and keeps the rest, which it so reads, unless UNDEF says that the rest does not matter."""
    EARLY_CLOBBER = 16
    """Written before the instruction's last read."""
    UNDEF = 32
    """A read, or the rest that a partial write keeps, whose value does not matter."""
    DEAD = 64
    """A write that nobody reads: its value ends where it begins, whether or not the instruction says so."""
    IMPLICIT = 128
    """Not in the assembly: the instruction touches it by its nature."""


class UseFlag(IntFlag):
    """What happens at a use point, over all operands there; the bits of `use_flags`."""

    READ = 1
    WRITE = 2
    TIED = 4
    PARTIAL_WRITE = 8
    EARLY_CLOBBER = 16
    COPY = 32
    """The instruction is a copy of a register."""
    TERMINATOR = 64
    FOLDABLE = 128
    """LLVM can put the stack slot in the place of the register here, in all its explicit operands at once.

    TargetInstrInfo::foldMemoryOperand was tried, as the spiller does, with the class that the register has; so a copy
    that becomes a store or a load is foldable. Splitting may widen a class, and then more copies are.
    """


class ValueFlag(IntFlag):
    """What defines a value; the bits of `value_flags`."""

    MERGE = 1
    """The start of a block, where values of its predecessors meet."""
    IMPLICIT_DEF = 2
    """An instruction that defines nothing in particular (IMPLICIT_DEF)."""
    REMATERIALIZABLE = 4
    """TargetInstrInfo::isReMaterializable says so of the instruction.

    From LLVM 22 on it may read virtual registers, which must live where it is repeated. LLVM 19 repeats none that does.
    """
    CHEAP = 8
    """TargetInstrInfo::isAsCheapAsAMove says so of the instruction."""


class BlockFlag(IntFlag):
    """How a block begins and ends; the bits of `block_flags`."""

    RETURN = 1
    """It ends in a return or a tail call."""
    NO_SUCCESSOR = 2
    """Nothing follows it; without RETURN, what is behind its last instruction is unreachable."""
    LANDING_PAD = 4
    """It is entered by an exception."""
    INDIRECT_BRANCH = 8
    """It ends in an indirect branch: no code can be placed on its outgoing edges."""
    ASM_GOTO_TARGET = 16
    """Inline assembly jumps to it."""


class MoveKind(IntEnum):
    """What an instruction that the allocator inserted does; the values of `move_kind`."""

    COPY = 0
    STORE = 1
    RELOAD = 2
    REMATERIALIZATION = 3
    OTHER = 4
    """No code: a KILL in the place where a value that is undefined would be stored."""


class ChangeFlag(IntFlag):
    """What became of an instruction that is not as it was; the bits of `changed_flags`."""

    GONE = 1
    READS_SLOT = 2
    """A spill slot stands where it read a register."""
    WRITES_SLOT = 4
    """A spill slot stands where it wrote a register."""
    OTHER = 8
    """Another form for another reason: what it read is folded into it, such as a load or a constant, or it only marks
    the end of a register (KILL), since nobody reads what it wrote."""
