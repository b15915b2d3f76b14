"""The problem's columns against the text that the stock compiler prints in front of the allocator."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from rl4real_data.episodes.column_values import BlockFlag, OperandFlag, UseFlag, ValueFlag

from .columns import Episode
from .findings import Findings
from .machine_text import Block, Function, Instruction, Operand
from .opcodes import is_call, is_copy, is_indirect_branch, is_label, is_return, is_terminator

_FLAGS = {"early-clobber": OperandFlag.EARLY_CLOBBER, "undef": OperandFlag.UNDEF, "dead": OperandFlag.DEAD}
_PER_USE = OperandFlag.READ | OperandFlag.WRITE | OperandFlag.TIED | OperandFlag.PARTIAL_WRITE
_PER_USE |= OperandFlag.EARLY_CLOBBER  # these bits mean the same for use points
_PROBABILITY_ERROR = 1e-6


class ProblemCheck:
    """One episode; `run` reports into `findings`."""

    def __init__(self, episode: Episode, text: Function, findings: Findings) -> None:
        self.episode, self.text, self.findings = episode, text, findings

    def run(self) -> None:
        found = [instruction.opcode for instruction in self.instructions]
        self._compare("opcodes", self.episode.opcodes, found)
        if found != self.episode.opcodes:
            return
        self._operands()
        self._tied()
        self._use_flags()
        self._copies()
        self._definitions()
        self._masks()
        for number, block in enumerate(self.text.blocks):
            self._block(number, block)

    def _compare(self, kind: str, found: object, expected: object) -> None:
        self.findings.compare(kind, self.episode, found, expected)

    @cached_property
    def instructions(self) -> list[Instruction]:
        return [instruction for block in self.text.blocks for instruction in block.instructions]

    def _operands_of_nodes(self) -> Iterator[tuple[int, int, Operand]]:
        for number, instruction in enumerate(self.instructions):
            for place, operand in enumerate(instruction.operands):
                if operand.virtual >= 0:
                    yield number, place, operand

    def _operands(self) -> None:
        """All but TIED, which the text shows for inline assembly alone."""
        names = self.episode.dataset.registers.index_name
        columns = (self.episode[f"operand_{name}"] for name in ("inst", "index", "node", "subreg", "flags"))
        rows = [
            (number, place, self.episode["node_vreg"][node], names[index], flags & ~OperandFlag.TIED)
            for number, place, node, index, flags in zip(*columns, strict=True)
        ]
        expected = [(i, k, o.virtual, o.subregister, flags_of(o)) for i, k, o in self._operands_of_nodes()]
        for row, told in zip(rows, expected, strict=False):
            self._compare("operand rows", row, told)
        self._compare("operand counts", len(rows), len(expected))

    def _tied(self) -> None:
        """Whoever is tied has a partner of the same node there; and what the text says is tied is."""
        ties: dict[tuple[int, int], list[int]] = {}
        columns = (self.episode[f"operand_{name}"] for name in ("inst", "node", "flags"))
        for number, node, flags in zip(*columns, strict=True):
            if flags & OperandFlag.TIED:
                ties.setdefault((number, node), []).append(flags)
        for (number, node), found in ties.items():
            writes = [flags for flags in found if flags & OperandFlag.WRITE]
            self._compare("tied pairs", (number, node, len(found)), (number, node, 2 * len(writes)))
        for number, place, operand in self._operands_of_nodes():
            if operand.tied_to >= 0:
                flags = self.episode["operand_flags"][self.episode.operand_rows[number, place]]
                self._compare("ties told by the text", bool(flags & OperandFlag.TIED), True)

    def _use_flags(self) -> None:
        expected: dict[tuple[int, int], int] = {}
        columns = (self.episode[f"operand_{name}"] for name in ("inst", "node", "flags"))
        for number, node, flags in zip(*columns, strict=True):
            if flags & (OperandFlag.READ | OperandFlag.WRITE):
                known = expected.get((node, number), 0)
                expected[node, number] = known | flags & _PER_USE | _by_opcode(self.instructions[number])
        rows = {
            (node, number): flags & ~UseFlag.FOLDABLE
            for node, (numbers, all_flags) in enumerate(
                zip(self.episode["use_inst"], self.episode["use_flags"], strict=True)
            )
            for number, flags in zip(numbers, all_flags, strict=True)
        }
        for key in sorted(rows.keys() | expected.keys()):
            self._compare("use points", (key, rows.get(key)), (key, expected.get(key)))

    def _copies(self) -> None:
        names = self.episode.dataset.registers
        expected = []
        for number, instruction in enumerate(self.instructions):
            if instruction.opcode == "COPY" and any(o.virtual >= 0 for o in instruction.operands[:2]):
                to, source = instruction.operands[:2]
                expected.append((number, self._end(to), self._end(source), to.subregister, source.subregister))
        columns = (self.episode[f"copy_{name}"] for name in ("inst", "to", "from", "to_subreg", "from_subreg"))
        found = [
            (number, to, source, names.index_name[to_index], names.index_name[index])
            for number, to, source, to_index, index in zip(*columns, strict=True)
            if self.instructions[number].opcode == "COPY"
        ]
        self._compare("copies", found, expected)
        for number in self.episode["copy_inst"]:
            if self.instructions[number].opcode != "COPY":
                self.findings.count(f"copies by {self.instructions[number].opcode}")

    def _end(self, operand: Operand) -> int:
        if operand.physical:
            return self.episode.dataset.registers.number[operand.physical]
        return -1 - self.episode.node_of[operand.virtual]

    def _definitions(self) -> None:
        """Every value that an instruction defines; merges are a matter of liveness."""
        written: dict[int, set[int]] = {}
        for number, _, operand in self._operands_of_nodes():
            if operand.is_write:
                written.setdefault(self.episode.node_of[operand.virtual], set()).add(number)
        for node, (values, flags) in enumerate(
            zip(self.episode["value_def"], self.episode["value_flags"], strict=True)
        ):
            numbers = [value for value in values if value >= 0]
            self._compare("values", (node, numbers), (node, sorted(written.get(node, set()))))
            for value, flag in zip(values, flags, strict=True):
                self._compare("merges", bool(flag & ValueFlag.MERGE), value < 0)
                is_implicit = value >= 0 and self.instructions[value].opcode == "IMPLICIT_DEF"
                self._compare("implicit definitions", bool(flag & ValueFlag.IMPLICIT_DEF), is_implicit)

    def _masks(self) -> None:
        pads = {
            self.episode["block_start"][number]
            for number, block in enumerate(self.text.blocks)
            if "landing-pad" in block.attributes
        }
        expected = [
            (number, mask)
            for number, instruction in enumerate(self.instructions)
            for mask in map(self._mask_of, instruction.operands)
            if mask
        ]
        found = [
            (number, self._mask(mask))
            for number, mask in zip(self.episode["mask_inst"], self.episode["mask_id"], strict=True)
        ]
        if found != expected and pads:  # who unwinds clobbers what the text does not say
            self.findings.count("masks of landing pads", len(found) - len(expected))
            found = [pair for pair in found if pair[0] not in pads]
        self._compare("masks", found, expected)

    def _mask(self, number: int) -> str | frozenset[str]:
        if number >= 0:
            return self.episode.dataset.masks[number].lower()
        names = self.episode.dataset.registers.name
        return frozenset(names[register] for register in self.episode["mask_preserved"][-1 - number])

    def _mask_of(self, operand: Operand) -> str | frozenset[str] | None:
        if operand.text.startswith("CustomRegMask<"):
            return frozenset(word.strip("$ ") for word in operand.text[14:-1].split(";"))
        return operand.text if operand.text in self._mask_names else None

    @cached_property
    def _mask_names(self) -> frozenset[str]:
        return frozenset(name.lower() for name in self.episode.dataset.masks.values())

    def _block(self, number: int, block: Block) -> None:
        layout = {other.number: place for place, other in enumerate(self.text.blocks)}
        expected = sorted((layout[successor], chance) for successor, chance in block.successors.items())
        successors, chances = (self.episode[name][number] for name in ("block_succ", "block_succ_prob"))
        self._compare("block successors", list(successors), [successor for successor, _ in expected])
        for found, (_, chance) in zip(chances, expected, strict=True):
            is_near = chance is None or abs(found - chance) <= _PROBABILITY_ERROR
            self._compare("probabilities", is_near or (number, found), is_near or (number, chance))
        self._compare("block flags", (number, self.episode["block_flags"][number]), (number, _flags_of_block(block)))
        self._split_points(number, block)

    def _split_points(self, number: int, block: Block) -> None:
        start = self.episode["block_start"][number]
        labels = next((i for i, found in enumerate(block.instructions) if not is_label(found)), len(block.instructions))
        self._compare("first split", self.episode["block_first_split"][number], start + labels)
        places = range(len(block.instructions))
        last = next((i for i in places if is_terminator(block.instructions[i])), len(block.instructions))
        if self._leaves_early(block):
            last = next((i for i in reversed(places) if is_call(block.instructions[i])), last)
        self._compare("last split", (number, self.episode["block_last_split"][number]), (number, start + last))

    def _leaves_early(self, block: Block) -> bool:
        entered = {other.number for other in self.text.blocks if other.attributes & _ENTERED}
        return bool(entered & set(block.successors))


_ENTERED = frozenset({"landing-pad", "inlineasm-br-indirect-target"})


def flags_of(operand: Operand) -> int:
    found = OperandFlag(0)
    for word, flag in _FLAGS.items():
        if word in operand.flags:
            found |= flag
    if operand.is_implicit:
        found |= OperandFlag.IMPLICIT
    if not operand.is_write:
        return found if "undef" in operand.flags else found | OperandFlag.READ
    found |= OperandFlag.WRITE
    if operand.subregister:
        found |= OperandFlag.PARTIAL_WRITE if "undef" in operand.flags else OperandFlag.PARTIAL_WRITE | OperandFlag.READ
    return found


def _by_opcode(instruction: Instruction) -> UseFlag:
    found = UseFlag(0)
    if is_copy(instruction):
        found |= UseFlag.COPY
    if is_terminator(instruction):
        found |= UseFlag.TERMINATOR
    return found


def _flags_of_block(block: Block) -> int:
    found = BlockFlag(0)
    last = block.instructions[-1] if block.instructions else None
    if last and is_return(last):
        found |= BlockFlag.RETURN
    if not block.successors:
        found |= BlockFlag.NO_SUCCESSOR
    if "landing-pad" in block.attributes:
        found |= BlockFlag.LANDING_PAD
    if last and is_indirect_branch(last):
        found |= BlockFlag.INDIRECT_BRANCH
    if "inlineasm-br-indirect-target" in block.attributes:
        found |= BlockFlag.ASM_GOTO_TARGET
    return int(found)
