"""The legality of an allocation.

Every node lies somewhere all its life, in registers that it may have and that nobody else has, and each read finds the
value that the code says.
"""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np

from rl4real_data.episodes.column_values import UseFlag
from rl4real_data.proof.model_answer import AnswerMove, AnswerPart, ModelAnswer
from rl4real_data.proof.value_flow import NodeFlow, ValueFlow
from rl4real_data.reading.episode import Episode


def faults_of(episode: Episode, answer: ModelAnswer) -> Iterator[str]:
    """What is wrong with an answer, in words."""
    checks = _Checks(episode, answer)
    yield from checks.cover()
    yield from checks.classes()
    yield from checks.fixed()
    yield from checks.overlaps()
    yield from checks.folds()
    yield from checks.order()
    yield from checks.flow()


class _Checks:
    def __init__(self, episode: Episode, answer: ModelAnswer) -> None:
        self._episode: Final = episode
        self._answer: Final = answer
        self._parts: Final[dict[int, list[AnswerPart]]] = defaultdict(list)
        for part in answer.parts:
            self._parts[part.node].append(part)

    def cover(self) -> Iterator[str]:
        """The parts of a node cover its life and no more."""
        values, offsets = self._episode.live_positions()
        for node in range(self._episode.n_nodes):
            own = values[offsets[node] : offsets[node + 1]].tolist()
            found: list[int] = []
            for part in sorted(self._parts[node], key=lambda one: one.first):
                if found and part.first <= found[-1]:
                    found[-1] = max(found[-1], part.last)
                else:
                    found += [part.first, part.last]
            if found != own:
                yield f"node {node} lives at {own}, its parts at {found}"

    def classes(self) -> Iterator[str]:
        table, reserved = self._episode.register_table, set(self._episode.known_together("reserved")[0].tolist())
        for part in self._answer.parts:
            order = table.class_order[int(self._episode.node_class[part.node])].tolist()
            if part.place > 0 and (part.place not in order or part.place in reserved):
                yield f"node {part.node} is in {part.place}, which is none of its class"

    def fixed(self) -> Iterator[str]:
        """Nothing fixed holds the register there, and no call clobbers it."""
        ranges, masks = self._episode.fixed_ranges(), list(self._episode.mask_positions())
        places = [position for position, _ in masks]
        for part in self._answer.parts:
            if part.place <= 0:
                continue
            for first, last in ranges.held(part.node, part.place):
                if first < part.last and last > part.first:
                    where = f"at [{part.first}, {part.last}), taken at [{first}, {last})"
                    yield f"node {part.node} is in {part.place} {where}"
            low, high = bisect.bisect_left(places, part.first), bisect.bisect_left(places, part.last)
            for position, preserved in masks[low:high]:
                if part.place not in preserved:
                    yield f"node {part.node} is in {part.place} where a call at {position} clobbers it"

    def overlaps(self) -> Iterator[str]:
        """No unit holds two nodes at once."""
        units = self._episode.register_table.units
        held: dict[int, list[AnswerPart]] = defaultdict(list)
        for part in self._answer.parts:
            for unit in units[part.place].tolist() if part.place > 0 else ():
                held[unit].append(part)
        for unit, parts in held.items():
            last: AnswerPart | None = None
            for part in sorted(parts, key=lambda one: (one.first, one.last)):
                if last is not None and part.first < last.last and part.node != last.node:
                    yield f"nodes {last.node} and {part.node} are both in unit {unit} at {part.first}"
                last = part if last is None or part.last > last.last else last

    def folds(self) -> Iterator[str]:
        """A slot stands only where it can, and once an instruction."""
        insts, flags = self._episode.lists("use_inst"), self._episode.lists("use_flags")
        for inst, node in self._answer.folds:
            at = int(np.searchsorted(insts[node], inst))
            if at == len(insts[node]) or insts[node][at] != inst or not flags[node][at] & UseFlag.FOLDABLE:
                yield f"no slot can stand for node {node} at instruction {inst}"
        own = [inst for inst, _ in self._answer.folds]
        for inst in sorted({inst for inst in own if own.count(inst) > 1}):
            yield f"two slots at instruction {inst}"

    def order(self) -> Iterator[str]:
        """In one gap no move writes a register that a later one of another node reads."""
        gaps: dict[tuple[int, int], list[AnswerMove]] = defaultdict(list)
        for move in self._answer.moves:
            gaps[move.block, move.inst].append(move)
        for (block, inst), moves in gaps.items():
            yield from self._place(block, inst)
            for number, move in enumerate(moves):
                for later in moves[number + 1 :]:
                    if later.node != move.node and self._share(move.target, later.source):
                        yield f"in front of instruction {inst}: node {move.node} overwrites node {later.node}"

    def _place(self, block: int, inst: int) -> Iterator[str]:
        columns = self._episode.known_together("block_first_split", "block_last_split")
        first, last = (int(column[block]) for column in columns)
        if not first <= inst <= last:
            yield f"no code can be put in front of instruction {inst} in block {block}"

    def _share(self, one: int, other: int) -> bool:
        units = self._episode.register_table.units
        return one > 0 and other > 0 and bool(set(units[one].tolist()) & set(units[other].tolist()))

    def flow(self) -> Iterator[str]:
        """Each read finds its value; and at the borders of blocks nobody is in another's way."""
        flow = ValueFlow(self._episode, self._answer)
        at_entry: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for node in range(self._episode.n_nodes):
            found = NodeFlow(flow, node)
            yield from found.faults()
            for block, registers in found.entered().items():
                at_entry[block] += [(node, register) for register in registers]
        for block, own in at_entry.items():
            yield from self._collisions(block, own)

    def _collisions(self, block: int, own: Iterable[tuple[int, int]]) -> Iterator[str]:
        holder: dict[int, int] = {}
        for node, register in own:
            for unit in self._episode.register_table.units[register].tolist():
                if holder.setdefault(unit, node) != node:
                    yield f"nodes {holder[unit]} and {node} enter block {block} in one register"
