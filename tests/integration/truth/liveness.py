"""The problem's live ranges against a liveness computed from the stock compiler's text.

The classic backward dataflow, for virtual registers and for register units; `node_live` and `fixed_live` are what the
plugin took from LLVM's live intervals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from .columns import Episode
from .findings import Findings
from .machine_text import Block, Function, Instruction, Operand
from .merges import merging_blocks

Ranges = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Effect:
    """What an instruction reads, and what it writes, in time or early."""

    reads: frozenset[int]
    writes: frozenset[int]
    early: frozenset[int]


class LivenessCheck:
    """One episode; `run` reports into `findings`."""

    def __init__(self, episode: Episode, text: Function, findings: Findings) -> None:
        self.episode, self.text, self.findings = episode, text, findings

    def run(self) -> None:
        instructions = self._instructions
        if len(instructions) != len(self.episode["inst"]):
            return  # the opcodes have been compared
        nodes = self.nodes
        for node, live in enumerate(self.episode["node_live"]):
            expected = _in_instructions(nodes.get(node, []))
            self.findings.compare("node_live", f"{self.episode} node {node}", _pairs(live), expected)
        self._merges()
        effects = [_effect(found, self._units) for found in instructions]
        units = live_positions(self.episode, effects, [self._entering(block) for block in self.text.blocks])
        expected_units = {unit: ranges for unit, ranges in units.items() if unit in self._given_out}
        found_units = zip(self.episode["fixed_unit"], self.episode["fixed_live"], strict=True)
        fixed = {unit: _joined(_pairs(live)) for unit, live in found_units}
        for unit in sorted(fixed.keys() | expected_units.keys()):
            where = f"{self.episode} unit {unit}"
            self.findings.compare("fixed_live", where, fixed.get(unit), expected_units.get(unit))

    def _merges(self) -> None:
        """The values of a node that no instruction defines are those that its definitions make necessary."""
        effects = [_effect(found, self._nodes) for found in self._instructions]
        starts, successors = self.episode["block_start"], self.episode["block_succ"]
        reach = _live_in(starts, self.episode.block_ends, successors, effects, [frozenset()] * len(starts))
        defining: dict[int, set[int]] = {}
        for number, effect in enumerate(effects):
            for node in effect.writes:
                defining.setdefault(node, set()).add(self.episode.block_of(number))
        expected = merging_blocks(successors, defining, reach)
        for node, values in enumerate(self.episode["value_def"]):
            found = sorted(-1 - value for value in values if value < 0)
            self.findings.compare("merging blocks", f"{self.episode} node {node}", found, expected.get(node, []))

    @cached_property
    def nodes(self) -> dict[int, Ranges]:
        """Positions of each node."""
        return live_positions(self.episode, [_effect(found, self._nodes) for found in self._instructions])

    @cached_property
    def _instructions(self) -> list[Instruction]:
        return [instruction for block in self.text.blocks for instruction in block.instructions]

    def _entering(self, block: Block) -> frozenset[int]:
        """Units that are written on the way in: a landing pad gets its registers from whoever unwinds."""
        registers = self.episode.dataset.registers
        names = block.live_in if "landing-pad" in block.attributes else ()
        return frozenset(unit for name in names for unit in registers.units[registers.number[name]])

    def _nodes(self, operand: Operand) -> Iterable[int]:
        return () if operand.virtual < 0 else (self.episode.node_of[operand.virtual],)

    def _units(self, operand: Operand) -> Iterable[int]:
        registers = self.episode.dataset.registers
        if operand.physical in ("", "noreg"):
            return ()
        number = registers.number.get(operand.physical)
        return () if number is None else registers.units[number]

    @cached_property
    def _given_out(self) -> frozenset[int]:
        """Units of registers that an allocator may give out."""
        registers = self.episode.dataset.registers
        given = registers.allocatable - set(self.episode["reserved"])
        return frozenset(unit for number in given for unit in registers.units[number])


def live_positions(
    episode: Episode, effects: Sequence[Effect], entering: Sequence[frozenset[int]] = ()
) -> dict[int, Ranges]:
    """Half-open ranges of doubled instruction indices, ascending, none touching the next.

    `entering` is what the start of each block writes; what it writes in vain is there at that position alone.
    """
    starts, ends, successors = episode["block_start"], episode.block_ends, episode["block_succ"]
    entering = entering or [frozenset()] * len(starts)
    reach = _live_in(starts, ends, successors, effects, entering)
    found: dict[int, Ranges] = {}
    for block, (start, end) in enumerate(zip(starts, ends, strict=True)):
        live = {key: 2 * end for successor in successors[block] for key in reach[successor]}
        for number in reversed(range(start, end)):
            _step(number, effects[number], live, found)
        for key, last in live.items():
            found.setdefault(key, []).append((2 * start, last))
        for key in entering[block] - live.keys():
            found.setdefault(key, []).append((2 * start, 2 * start + 1))
    return {key: _joined(sorted(ranges)) for key, ranges in found.items()}


def _step(number: int, effect: Effect, live: dict[int, int], found: dict[int, Ranges]) -> None:
    """One instruction upwards; `live` holds where what is live ends."""
    for key in effect.writes:
        first = 2 * number + (key not in effect.early)
        found.setdefault(key, []).append((first, live.pop(key, 2 * number + 2)))
    for key in effect.reads:
        live.setdefault(key, 2 * number + 1)


def _live_in(
    starts: Sequence[int],
    ends: Sequence[int],
    successors: Sequence[Sequence[int]],
    effects: Sequence[Effect],
    entering: Sequence[frozenset[int]],
) -> list[frozenset[int]]:
    gains, losses = [], []
    for start, end, written in zip(starts, ends, entering, strict=True):
        gain: set[int] = set()
        loss: set[int] = set()
        for effect in reversed(effects[start:end]):
            gain = (gain - effect.writes) | effect.reads
            loss |= effect.writes
        gains.append(frozenset(gain - written))
        losses.append(frozenset(loss | written))
    reach: list[frozenset[int]] = list(gains)
    changed = True
    while changed:
        changed = False
        for block in reversed(range(len(starts))):
            behind = frozenset().union(*(reach[successor] for successor in successors[block]))
            live = gains[block] | (behind - losses[block])
            changed |= live != reach[block]
            reach[block] = live
    return reach


def _effect(instruction: Instruction, keys_of: Callable[[Operand], Iterable[int]]) -> Effect:
    reads: set[int] = set()
    writes: set[int] = set()
    early: set[int] = set()
    for operand in instruction.operands:
        keys = frozenset(keys_of(operand))
        if operand.is_write:
            writes |= keys
            early |= keys if "early-clobber" in operand.flags else frozenset()
        keeps_the_rest = operand.is_write and operand.subregister
        if "undef" not in operand.flags and (not operand.is_write or keeps_the_rest):
            reads |= keys
    return Effect(frozenset(reads), frozenset(writes), frozenset(early))


def _joined(ranges: Ranges) -> Ranges:
    whole: Ranges = []
    for first, last in ranges:
        if whole and first <= whole[-1][1]:
            whole[-1] = whole[-1][0], max(last, whole[-1][1])
        else:
            whole.append((first, last))
    return whole


def _in_instructions(ranges: Ranges) -> Ranges:
    """Positions as `node_live` has them: instruction i if the value is live right behind i, or i writes it in vain."""
    return _joined([(first // 2, last // 2) for first, last in ranges if first // 2 < last // 2])


def _pairs(flat: Sequence[int]) -> Ranges:
    return list(zip(flat[::2], flat[1::2], strict=True))
