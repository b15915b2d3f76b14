"""The two weights of MIR2Vec's formula."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What the opcode, and what each operand, counts: in the RL4ReAl fork 1 and 0.2, in LLVM's own tool 1 and 1."""

    opcode: float
    operand: float
