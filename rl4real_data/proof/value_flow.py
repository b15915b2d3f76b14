"""The value of a node on its way through the code.

Forward over the blocks: a place holds the value behind a write or a move into it, and loses it where the parts say that
the node is elsewhere; the slot keeps it until it is written anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from rl4real_data.episodes.column_values import MoveKind, OperandFlag, ValueFlag
from rl4real_data.proof.model_answer import SLOT, AnswerMove, AnswerPart, ModelAnswer
from rl4real_data.reading.episode import Episode

Held = frozenset[int]
"""Registers, and SLOT."""


class ValueFlow:
    """What all nodes of one answer have in common: the code, and which operands, moves and parts are whose."""

    def __init__(self, episode: Episode, answer: ModelAnswer) -> None:
        self.start: Final = episode.block_start.tolist()
        self.end: Final = [*self.start[1:], episode.n_instructions]
        self.successors: Final = [after.tolist() for after in episode.lists("block_succ")]
        self.operands: Final[dict[int, dict[int, list[int]]]] = defaultdict(lambda: defaultdict(list))
        columns = episode.known_together("operand_node", "operand_inst", "operand_flags")
        for node, inst, flags in zip(*(column.tolist() for column in columns), strict=True):
            self.operands[node][inst].append(flags)
        self.moves: Final[dict[int, dict[tuple[int, int], list[AnswerMove]]]] = defaultdict(lambda: defaultdict(list))
        for move in answer.moves:
            self.moves[move.node][move.block, move.inst].append(move)
        self.parts: Final[dict[int, list[AnswerPart]]] = defaultdict(list)
        for part in answer.parts:
            self.parts[part.node].append(part)
        self.folds: Final = set(answer.folds)
        self.values: Final = [
            dict(zip(defs.tolist(), flags.tolist(), strict=True))
            for defs, flags in zip(episode.lists("value_def"), episode.lists("value_flags"), strict=True)
        ]
        self.reads_nodes: Final = {
            inst
            for own in self.operands.values()
            for inst, flags in own.items()
            if any(flag & OperandFlag.READ for flag in flags)
        }


class NodeFlow:
    """One node. A state is None where nothing is known yet."""

    def __init__(self, flow: ValueFlow, node: int) -> None:
        self._flow, self._node = flow, node
        self._parts = flow.parts[node]
        self._insts = self._interesting()
        self._out: dict[int, Held | None] = {}
        self._faults: list[str] = []
        self._entry: dict[int, Held] = {}
        self._solve()

    def faults(self) -> Iterator[str]:
        """What does not hold, now that all is known."""
        self._faults = []
        for block in range(len(self._flow.start)):
            self._walk(block, self._into(block) or frozenset())
        yield from self._faults

    def entered(self) -> dict[int, Held]:
        """Block -> registers in which the value comes into it and is looked for there."""
        found = {}
        for block in range(len(self._flow.start)):
            wanted = self._registers(2 * self._flow.start[block]) if self._is_live_into(block) else set()
            first = [move for (at, _), own in self._flow.moves[self._node].items() if at == block for move in own]
            read = {move.source for move in first if move.kind in (MoveKind.COPY, MoveKind.STORE)}
            held = {one for one in (self._into(block) or frozenset()) if one > 0}
            found[block] = frozenset(held & (wanted | read))
        return found

    def _interesting(self) -> dict[int, list[int]]:
        """Block -> the instructions at which something happens to the node, its end among them."""
        flow, found = self._flow, set(self._flow.operands[self._node])
        for part in self._parts:
            found |= {part.first // 2, part.last // 2}
        insts: dict[int, set[int]] = defaultdict(set)
        for block, (first, end) in enumerate(zip(flow.start, flow.end, strict=True)):
            insts[block] = {inst for inst in found if first <= inst < end}
        for block, inst in flow.moves[self._node]:
            insts[block].add(inst)
        return {block: sorted(own) for block, own in insts.items()}

    def _registers(self, position: int) -> set[int]:
        return {one.place for one in self._parts if one.place > 0 and one.first <= position < one.last}

    def _lives(self, position: int) -> bool:
        return any(one.first <= position < one.last for one in self._parts)

    def _is_live_into(self, block: int) -> bool:
        start = self._flow.start[block]
        return self._is_before(start, _reads(self._flow.operands[self._node].get(start, ())))

    def _into(self, block: int) -> Held | None:
        """What holds the value at the begin: what holds it at the end of each block in front; None without any."""
        found: Held | None = None
        for before, after in enumerate(self._flow.successors):
            out = self._out.get(before)
            if block in after and out is not None:
                found = out if found is None else found & out
        return found

    def _solve(self) -> None:
        """Until nothing changes. A block that nothing is known of yet does not count: it is asked again."""
        is_changed = True
        while is_changed:
            is_changed = False
            for block in range(len(self._flow.start)):
                into = self._into(block)
                if not self._is_live_into(block):
                    into = frozenset()
                if into is None:
                    continue
                out = self._walk(block, into)
                known = self._out.get(block)
                if out != known:
                    self._out[block], is_changed = out, True

    def _walk(self, block: int, held: Held) -> Held | None:
        """Through a block. None if the node does not live at its end, so that nothing goes on from here."""
        flow = self._flow
        end = flow.end[block]
        for inst in self._insts.get(block, ()):
            held = self._move(block, inst, held)
            if inst < end:
                held = self._step(inst, held)
        is_out = self._lives(2 * end - 1) and any(self._is_live_into(after) for after in flow.successors[block])
        if flow.start[block] == end:
            is_out = self._is_live_into(block)
        return held if is_out else None

    def _move(self, block: int, inst: int, held: Held) -> Held:
        for move in self._flow.moves[self._node].get((block, inst), ()):
            if move.kind is MoveKind.REMATERIALIZATION:
                flags = self._flow.values[self._node].get(move.value, 0)
                if not flags & ValueFlag.REMATERIALIZABLE or move.value in self._flow.reads_nodes:
                    self._fault(f"computes anew what cannot be, in front of instruction {inst}")
            elif (move.source if move.source > 0 else SLOT) not in held:
                self._fault(f"moves what is not there, in front of instruction {inst}")
            held |= {move.target if move.target > 0 else SLOT}
        return held

    def _step(self, inst: int, held: Held) -> Held:
        """Through one instruction."""
        operands = self._flow.operands[self._node].get(inst, ())
        needs = _reads(operands)
        writes = [flag for flag in operands if flag & OperandFlag.WRITE]
        is_folded = (inst, self._node) in self._flow.folds
        held = self._arrive(2 * inst, held) if self._is_before(inst, needs) else held
        read = {one for one in held if one > 0}
        if needs and (SLOT not in held if is_folded else not read):
            self._fault(f"is read where it is not, by instruction {inst}")
        if not writes:
            return self._arrive(2 * inst + 1, held)
        return self._write(inst, writes, read if needs else None, is_folded)

    def _is_before(self, inst: int, needs: bool) -> bool:
        """Whether the node lives where control comes to an instruction: a result that is written early does not yet."""
        early = any(flag & OperandFlag.EARLY_CLOBBER for flag in self._flow.operands[self._node].get(inst, ()))
        return needs or (self._lives(2 * inst) and not early)

    def _arrive(self, position: int, held: Held) -> Held:
        wanted = self._registers(position)
        for register in sorted(wanted - held):
            self._fault(f"nothing brought it into {register} at position {position}")
        return frozenset(wanted | (held & {SLOT}))

    def _write(self, inst: int, writes: list[int], read: set[int] | None, is_folded: bool) -> Held:
        registers = self._registers(2 * inst + 1)
        flags = self._flow.values[self._node].get(inst, 0)
        if is_folded:
            registers = set()
        elif len(registers) > 1:
            self._fault(f"is written into several registers, by instruction {inst}")
        elif not registers and not flags & (ValueFlag.REMATERIALIZABLE | ValueFlag.IMPLICIT_DEF):
            self._fault(f"is written nowhere, by instruction {inst}")
        is_tied = any(flag & (OperandFlag.TIED | OperandFlag.PARTIAL_WRITE) for flag in writes)
        if is_tied and read is not None and not registers <= read and not is_folded:
            self._fault(f"is read and written in two registers, by instruction {inst}")
        in_slot = is_folded or (not registers and flags & ValueFlag.IMPLICIT_DEF)
        return frozenset(registers | ({SLOT} if in_slot else set()))

    def _fault(self, what: str) -> None:
        self._faults.append(f"node {self._node} {what}")


def _reads(operands: Iterable[int]) -> bool:
    return any(flag & OperandFlag.READ and not flag & OperandFlag.UNDEF for flag in operands)
