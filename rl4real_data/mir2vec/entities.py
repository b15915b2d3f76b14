"""Names of MIR2Vec entities.

What an instruction's opcode and operands are called.

The names are those of LLVM 22's `MIR2Vec.h`, in four sections. Opcodes go by their base name; operands that are no
registers by their kind; a physical register by the smallest class that holds it; a virtual register by its class.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final


class Section(StrEnum):
    """The parts of a vocabulary, in LLVM's order; the value is the name of the section in LLVM's JSON."""

    OPCODES = "Opcodes"
    COMMON_OPERANDS = "CommonOperands"
    PHYSICAL_REGISTERS = "PhysicalRegisters"
    VIRTUAL_REGISTERS = "VirtualRegisters"


PHYSICAL_PREFIX: Final = "PhyReg_"
VIRTUAL_PREFIX: Final = "VirtReg_"
ANY_PHYSICAL: Final = PHYSICAL_PREFIX + "*"
"""Stands for every physical register that a vocabulary does not name: older ones know only one `PHY_REG`."""

COMMON_OPERANDS: Final = (
    *("Immediate", "CImmediate", "FPImmediate", "MBB", "FrameIndex", "ConstantPoolIndex", "TargetIndex"),
    *("JumpTableIndex", "ExternalSymbol", "GlobalAddress", "BlockAddress", "RegisterMask", "RegisterLiveOut"),
    *("Metadata", "MCSymbol", "CFIIndex", "IntrinsicID", "Predicate", "ShuffleMask", "LaneMask"),
)
"""Kinds of operands that are no registers, in LLVM's order."""

_BASE: Final = re.compile(r"[A-Za-z_]+")
_LACKS_IMMEDIATE: Final = re.compile(r"^(V?(?:EXTRACTPS|INSERTPS|(?:MMX_)?P(?:EXTR|INSR)[BDQW])Z?(?:rr|rm|mr))(_REV)?$")
"""What LLVM 22 calls `PEXTRWrri` was `PEXTRWrr` in LLVM 19. AVX-512's masks were renamed too; no recipe has them."""


def base_opcode(name: str) -> str:
    """The first letters and underscores of an opcode's name, without underscores at the end: `ADD32rr` is `ADD`.

    As `MIRVocabulary::extractBaseOpcodeName`; a name without any letter stays as it is. Names of LLVM 19 come out as
    LLVM 22's.
    """
    match = _BASE.search(name)
    return _LACKS_IMMEDIATE.sub(r"\1i\2", match[0].rstrip("_")) if match else name


def operand_section(entity: str) -> Section:
    """The section of an operand's entity."""
    if entity.startswith(PHYSICAL_PREFIX):
        return Section.PHYSICAL_REGISTERS
    if entity.startswith(VIRTUAL_PREFIX):
        return Section.VIRTUAL_REGISTERS
    return Section.COMMON_OPERANDS
