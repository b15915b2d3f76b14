"""What instructions are, by their names in LLVM's tables: written down here, not asked of LLVM."""

from __future__ import annotations

import re

from .machine_text import Instruction

_RETURNS = re.compile(r"(RET|RET\d*|RETI\d*|RET_ReallyLR|TCRETURN\w*|TAILJMP\w*|EH_RETURN\d*|IRET\d*|RETA[AB]\w*)$")
_INDIRECT = re.compile(r"(JMP(16|32|64)[rm](_NT)?|BR|BRA[AB]Z?|INDIRECT_THUNK\w*)$")
_BRANCHES = re.compile(
    r"(JMP_[124]|JCC_[124]|JMP(16|32|64)[rm](_NT)?|B|Bcc|BCcc|CBN?Z[WX]|TBN?Z[WX]|CB[A-Z]*[WX][ri]\w*|BR|BRJumpTable|"
    r"INLINEASM_BR|CATCHRET|CLEANUPRET|FALLTHROUGH_RETURN|SPEEDUP\w*|"
    r"XBEGIN_4|EH_SjLj_Setup|AUTH_TCRETURN\w*)$"
)
_LABELS = frozenset({"EH_LABEL", "GC_LABEL", "ANNOTATION_LABEL", "CFI_INSTRUCTION"})
_CALLS = re.compile(r"(CALL\w*|BL|BLR\w*|TLSDESC_CALLSEQ|TLS_addr\w*|STATEPOINT|PATCHPOINT|STACKMAP|INLINEASM_BR)$")
_CONSTANT_STORE = re.compile(r"MOV(8|16|32|64)mi(32)?$")
_PLAIN_ACCESS = re.compile(
    r"V?MOV(8|16|32|64|S[SD]Z?|([AU]P[SD]|DQ[AU](8|16|32|64)?)(Y|Z|Z128|Z256)?)(mr|rm)(_NOREX|_alt)?$"
)
_MOVE = re.compile(
    r"(MOV(8|16|32|64)rr(_NOREX|_REV)?|V?MOV([AU]P[SD]|DQ[AU](8|16|32|64)?)(Y|Z|Z128|Z256)?rr(_REV)?|KMOV[BWDQ]kk)$"
)
_CONSTANT = re.compile(r"MOV(8|16|32|64)(mi|ri)(32|64)?$")
_CONSTANTS = {"MOV32r0": 0, "MOV32r1": 1, "MOV32r_1": -1}


def is_return(instruction: Instruction) -> bool:
    return bool(_RETURNS.match(instruction.opcode))


def is_indirect_branch(instruction: Instruction) -> bool:
    return bool(_INDIRECT.match(instruction.opcode))


def is_terminator(instruction: Instruction) -> bool:
    return is_return(instruction) or bool(_BRANCHES.match(instruction.opcode))


def is_label(instruction: Instruction) -> bool:
    return instruction.opcode in _LABELS


def is_call(instruction: Instruction) -> bool:
    return bool(_CALLS.match(instruction.opcode))


def is_constant_store(instruction: Instruction) -> bool:
    """A constant written to memory: no plain store for LLVM, which asks for the register that is stored."""
    return bool(_CONSTANT_STORE.match(instruction.opcode))


def is_plain_access(instruction: Instruction) -> bool:
    """A store or a load of x86 and nothing else: what is left of a move between two kinds of registers, too."""
    return bool(_PLAIN_ACCESS.match(instruction.opcode))


def becomes_plain_access(original: Instruction, found: Instruction) -> bool:
    """Whether LLVM counts it as one: behind the allocator an operand that names a part of a register still does."""
    return is_plain_access(found) and not any(operand.subregister for operand in original.operands)


def is_compared_with_zero(original: Instruction, found: Instruction) -> bool:
    """x86's test of a register against itself, which names it once when LLVM has tried to fold it, even in vain."""
    tested = original.operands[:2]
    is_test = original.opcode.startswith("TEST") and len({operand.text for operand in tested}) == 1
    return is_test and found.opcode.startswith("CMP") and found.operands[-2].text == "0"


def constant_of(instruction: Instruction) -> int | None:
    """What x86's moves of constants write, and its ways to make 0, 1 and -1."""
    if _CONSTANT.match(instruction.opcode):
        value = instruction.operands[-1].text
        return int(value) if value.removeprefix("-").isdigit() else None
    return _CONSTANTS.get(instruction.opcode)


def is_copy(instruction: Instruction) -> bool:
    """COPY, x86's moves between registers of a kind, AArch64's bitwise or with the zero register, not shifted.

    No copy is for LLVM an x86 move into a part of a register of which the rest may be anything.
    """
    if _MOVE.match(instruction.opcode):
        to = instruction.operands[0]
        return not (to.subregister and "undef" in to.flags)
    if instruction.opcode not in ("ORRWrs", "ORRXrs"):
        return instruction.opcode == "COPY"
    to, zero, _, shift = instruction.operands
    return zero.physical == f"{instruction.opcode[3].lower()}zr" and shift.text == "0" and not to.subregister


def is_undefined(instruction: Instruction) -> bool:
    """Whether what it writes is nothing in particular."""
    is_copied = instruction.opcode == "COPY" and "undef" in instruction.operands[1].flags
    return instruction.opcode == "IMPLICIT_DEF" or is_copied
