"""Definitions that were folded into an instruction in the place of a register."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .columns import Episode
from .machine_text import Instruction, Operand

_CONSTANTS = ("V_SET", "FsFLD0", "AVX512_", "AVX_SET0", "AVX1_SETALLONES", "AVX2_SETALLONES", "MMX_SET0")
"""x86's ways to make one value without memory; folded, they are read from the constant pool."""


class Repeated:
    """The definitions of an episode's nodes; `before` are the instructions of the problem."""

    def __init__(self, episode: Episode, before: Sequence[Instruction]) -> None:
        self.episode, self.before = episode, before

    def is_folded(self, node: int, found: Instruction) -> bool:
        """Whether the instruction reads, where the node's register stood, what some definition of the node reads."""
        return any(_stands_in(definition, found) for definition in self._definitions(node, frozenset()))

    def is_folded_before(self, original: Instruction, found: Instruction) -> bool:
        """Whether it is the original with the definition of the node that it reads folded in, and nothing else."""
        sources = [operand for operand in original.operands if operand.virtual >= 0 and not operand.is_write]
        if len(sources) != 1 or found.opcode != f"{original.opcode.removesuffix('r')}m":
            return False
        return self.is_folded(self.episode.node_of[sources[0].virtual], found)

    def _definitions(self, node: int, seen: frozenset[int]) -> Iterator[Instruction]:
        """Those of the nodes, too, of which it is a plain copy: these may have been folded in first."""
        for number in self.episode["value_def"][node]:
            definition = self.before[number] if number >= 0 else None
            if not definition:
                continue
            yield definition
            for operand in definition.operands:
                other = self.episode.node_of[operand.virtual] if operand.virtual >= 0 else node
                if not operand.is_write and other not in seen | {node}:
                    yield from self._definitions(other, seen | {node})


def _stands_in(definition: Instruction, found: Instruction) -> bool:
    """Whether what the definition loads is what the instruction reads, address by address; or a constant's own load."""
    if definition.opcode.startswith(_CONSTANTS):
        return any(operand.text.startswith("%const.") for operand in found.operands)
    if ":: (load " not in definition.text:
        return False
    read = [operand for operand in definition.operands if not operand.is_write and not operand.is_implicit]
    ends = range(len(read), len(found.operands) + 1)
    return any(_are_same(read, found.operands[end - len(read) : end]) for end in ends)


def _are_same(read: Sequence[Operand], found: Sequence[Operand]) -> bool:
    """A node's register may be any here."""
    return all(
        bool(other.physical) if operand.virtual >= 0 else operand.text == other.text
        for operand, other in zip(read, found, strict=True)
    )
