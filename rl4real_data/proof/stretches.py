"""The stretches of a node's life in which a model holds it in the same places.

A life is cut in front of and behind each use point of the node, at the first and the last gap of each block, and where
registers of its class begin to be taken, or end, between two of these. Spots count half instructions within a block:
2 i is right in front of instruction i, 2 i + 1 right behind it; 2 first - 1 is the block's begin, 2 end its end.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

import numpy as np

from rl4real_data.proof.function_code import CodeBlock, FunctionCode, NodeUse
from rl4real_data.proof.obstacles import Obstacles


class Start(Enum):
    """How a stretch begins."""

    BORDER = "border"  # at the begin of a block, out of the blocks in front of it
    WRITE = "write"  # the instruction writes a value
    GAP = "gap"  # behind a gap, where moves may lie
    READ = "read"  # behind a read: no move, but places may be left


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Spots [first, last] of a block. `gap`: the instruction in front of which its moves lie, if it begins behind one.

    `before`: the stretch in front of it, by index, if it begins behind a gap or a read. `value`: the instruction that
    defines what it holds, or -1 - b where values meet at the begin of block b, or None where nobody can tell.
    """

    node: int
    block: int
    first: int
    last: int
    start: Start
    gap: int = -1
    before: int = -1
    value: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretches:
    """All of one function, by node, block and spot. `entry`, `exit`: (node, block) -> the stretch at its border.

    `reading`, `written`: (node, instruction) -> the stretch that it reads, that it writes.
    """

    all: tuple[Stretch, ...]
    entry: dict[tuple[int, int], int]
    exit: dict[tuple[int, int], int]
    reading: dict[tuple[int, int], int]
    written: dict[tuple[int, int], int]


def stretches_of(code: FunctionCode, obstacles: Obstacles) -> Stretches:
    """Those of all nodes."""
    cutter = _Cutter(code, obstacles)
    for node in range(code.n_nodes):
        cutter.cut(node)
    return cutter.found()


@dataclass(slots=True)
class _Run:
    """One value's life in one block. `reads`: instructions. `use`: what writes it; None at the block's begin."""

    first: int
    last: int
    reads: list[int]
    use: NodeUse | None


class _Cutter:
    def __init__(self, code: FunctionCode, obstacles: Obstacles) -> None:
        self._code, self._obstacles = code, obstacles
        self._all: list[Stretch] = []
        self._found = Stretches(all=(), entry={}, exit={}, reading={}, written={})

    def found(self) -> Stretches:
        own = self._found
        return Stretches(all=tuple(self._all), entry=own.entry, exit=own.exit, reading=own.reading, written=own.written)

    def cut(self, node: int) -> None:
        code = self._code
        values = _values_at_entry(code, node)
        for number, block in enumerate(code.blocks):
            is_in, is_out = node in code.live_in[number], node in code.live_out[number]
            for run in _runs(code.uses[node].get(number, ()), block, is_in=is_in, is_out=is_out):
                self._cut_run(node, number, run, values.get(number))

    def _cut_run(self, node: int, number: int, run: _Run, entry_value: int | None) -> None:
        code, block = self._code, self._code.blocks[number]
        own = code.uses[node].get(number, ())
        gaps = self._gaps(node, block, run, [use.inst for use in own]) if code.can_move[node] else set()
        drops = {2 * inst + 1 for inst in run.reads if 2 * inst + 1 <= run.last}
        starts = sorted({2 * gap for gap in gaps} | drops)
        value = entry_value if run.use is None else run.use.inst
        for first, last in zip([run.first, *starts], [*(one - 1 for one in starts), run.last], strict=True):
            index = len(self._all)
            kind = Start.BORDER if run.use is None else Start.WRITE
            if first > run.first:
                kind = Start.READ if first in drops else Start.GAP
            self._all.append(
                Stretch(
                    node=node,
                    block=number,
                    first=first,
                    last=last,
                    start=kind,
                    value=value,
                    gap=first // 2 if kind is Start.GAP else -1,
                    before=index - 1 if first > run.first else -1,
                )
            )
            self._note(index, run, block)

    def _note(self, index: int, run: _Run, block: CodeBlock) -> None:
        one, found = self._all[index], self._found
        if one.start is Start.BORDER:
            found.entry[one.node, one.block] = index
        if one.start is Start.WRITE and run.use is not None:
            found.written[one.node, run.use.inst] = index
        if one.last == 2 * block.end:
            found.exit[one.node, one.block] = index
        for inst in run.reads:
            if one.first <= 2 * inst <= one.last:
                found.reading[one.node, inst] = index

    def _gaps(self, node: int, block: CodeBlock, run: _Run, insts: Iterable[int]) -> set[int]:
        """Gaps at which the run is cut: 2 gap lies behind its first spot."""

        def inside(gaps: Iterable[int]) -> set[int]:
            return {gap for gap in gaps if block.first_gap <= gap <= block.last_gap and run.first < 2 * gap <= run.last}

        own = inside([block.first_gap, block.last_gap, *insts, *(inst + 1 for inst in insts)])
        return own | inside(self._changes(node, block, run, own))

    def _changes(self, node: int, block: CodeBlock, run: _Run, own: set[int]) -> Iterable[int]:
        """Between own gaps: in front of the first place where a register begins to be taken, behind the last one."""
        low, high = max(run.first, 2 * block.first), min(run.last, 2 * block.end - 1)
        if low >= high:
            return
        rises = np.zeros(high - low, np.bool_)
        falls = np.zeros(high - low, np.bool_)
        for register in self._code.registers[node]:
            taken = self._obstacles.taken(register)[low : high + 1]
            rises |= taken[1:] & ~taken[:-1]
            falls |= taken[:-1] & ~taken[1:]
        up, down = (np.flatnonzero(one) + low + 1 for one in (rises, falls))
        bounds = [low, *sorted(2 * gap for gap in own), high + 1]
        for first, last in itertools.pairwise(bounds):
            for place in up[(up >= first) & (up < last)][:1].tolist():
                yield place // 2
            for place in down[(down >= first) & (down < last)][-1:].tolist():
                yield (place + 1) // 2


def _runs(uses: Iterable[NodeUse], block: CodeBlock, *, is_in: bool, is_out: bool) -> list[_Run]:
    found = [_Run(2 * block.first - 1, 2 * block.first - 1, [], None)] if is_in else []
    for use in uses:
        if use.needs and found:
            found[-1].reads.append(use.inst)
            found[-1].last = 2 * use.inst
        if use.gives:
            found.append(_Run(2 * use.inst + 1 - use.early, 2 * use.inst + 1, [], use))
    if is_out and found:
        found[-1].last = 2 * block.end
    return found


def _values_at_entry(code: FunctionCode, node: int) -> dict[int, int]:
    """Block -> the value that lives into it, where it is one."""
    at_end: dict[int, int] = {}
    for number, uses in code.uses[node].items():
        for use in uses:
            if use.gives:
                at_end[number] = use.inst
    found = {block: -1 - block for block in code.merges[node]}
    into = [block for block in range(len(code.blocks)) if node in code.live_in[block]]
    is_changed = True
    while is_changed:
        is_changed = False
        for block in into:
            before = [one for one in code.blocks[block].predecessors if node in code.live_out[one]]
            coming = [at_end.get(one, found.get(one)) for one in before]
            known = next((one for one in coming if one is not None), None)
            if block not in found and known is not None:
                found[block], is_changed = known, True
    return found
