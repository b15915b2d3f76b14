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
