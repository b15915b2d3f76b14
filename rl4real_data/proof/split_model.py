"""The model with splits, as a linear program.

For each stretch of a node's life and each place one variable says whether the value is there. Moves bring it to where
it was not: a copy, a reload, a store, a rematerialisation. docs/labels.md states the rules.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from rl4real_data.proof.code_copies import CodeCopy, part_of
from rl4real_data.proof.function_code import NodeUse
from rl4real_data.proof.model_problem import ModelProblem
from rl4real_data.proof.place_groups import PlaceGroup
from rl4real_data.proof.program import Program, Var
from rl4real_data.proof.shared_places import add_shared_places
from rl4real_data.proof.stretches import Start, Stretch, Stretches


@dataclass(slots=True)
class GapMoves:
    """The moves of one node in one gap. `into`: place -> whether something comes into it there."""

    into: dict[int, Var] = field(default_factory=dict)
    copy: Var | None = None
    reload: Var | None = None
    remat: Var | None = None
    store: Var | None = None


class SplitModel:
    """The program of one function, and what its variables mean.

    `held` (stretch, place), `in_slot` (stretch): whether the value is there. `fold` (node, instruction): whether the
    slot stands in the register's place. `moves`: by stretch behind the gap. `same` (copy, place of source, place of
    target): whether both ends are one register. `tied`: pairs of stretches, read and written in one register.
    """

    def __init__(self, problem: ModelProblem) -> None:
        self.program: Final = Program()
        self.problem: Final = problem
        self.held: Final[dict[tuple[int, int], Var]] = {}
        self.in_slot: Final[dict[int, Var]] = {}
        self.fold: Final[dict[tuple[int, int], Var]] = {}
        self.moves: Final[dict[int, GapMoves]] = {}
        self.same: Final[dict[tuple[int, int, int], Var]] = {}
        self.tied: Final[list[tuple[int, int]]] = []
        self._places: Final[list[list[int]]] = [[] for _ in problem.stretches.all]
        self._saved_of: Final = {place: self._saved(group) for place, group in enumerate(problem.groups)}
        self._together: Final[list[list[int]]] = []
        self._add_places()
        self._add_starts()
        self._add_uses()
        self._add_interference()
        for number, copy in enumerate(problem.code.copies):
            self._add_copy(number, copy)

    def places(self, index: int) -> Sequence[int]:
        """Those in which a stretch can be, without its slot."""
        return self._places[index]

    def room_used(self, place: int, solution: Sequence[float]) -> int:
        """How many members of a group may be used: where they have to be saved, as many as the solution pays for."""
        var = self._saved_of[place]
        return self.problem.groups[place].room if var is None else round(solution[var])

    def meeting(self, spots: Iterable[tuple[int, int]]) -> Iterable[tuple[tuple[int, int], tuple[int, int]]]:
        """Pairs of these (stretch, place) that hold values at the same spot of the code, each pair once or more."""
        places: dict[int, list[int]] = defaultdict(list)
        for index, place in spots:
            places[index].append(place)
        for together in self._together:
            own = [(index, place) for index in together for place in places.get(index, ())]
            yield from itertools.combinations(own, 2)

    def excludes(self, one: tuple[int, int], other: tuple[int, int]) -> bool:
        """Whether two values in these places would be in one register if they were in one member."""
        return one[1] == other[1] and not self.problem.groups[one[1]].units

    def _frequency(self, block: int) -> float:
        return self.problem.code.blocks[block].frequency

    def _add_places(self) -> None:
        code, obstacles = self.problem.code, self.problem.obstacles
        for index, one in enumerate(self.problem.stretches.all):
            block = code.blocks[one.block]
            low, high = max(one.first, 2 * block.first), min(one.last, max(2 * block.end - 1, 2 * block.first))
            for place, group in enumerate(self.problem.groups):
                register = group.register(one.node)
                if register is not None and not obstacles.taken_from(one.node, register)[low : high + 1].any():
                    self.held[index, place] = self.program.new()
                    self._places[index].append(place)
            if code.can_spill[one.node] and code.can_move[one.node]:
                self.in_slot[index] = self.program.new()

    def _registers(self, index: int) -> list[Var]:
        return [self.held[index, place] for place in self._places[index]]

    def _add_starts(self) -> None:
        for index, one in enumerate(self.problem.stretches.all):
            if one.start is Start.BORDER:
                self._add_border(index, one)
            elif one.start is Start.READ:
                self._follow(index, one.before)
            elif one.start is Start.GAP:
                self._add_gap(index, one)

    def _follow(self, index: int, before: int) -> None:
        for place in self._places[index]:
            self.program.only_if(self.held[index, place], [self.held.get((before, place))])
        if index in self.in_slot:
            self.program.only_if(self.in_slot[index], [self.in_slot[before]])

    def _add_border(self, index: int, one: Stretch) -> None:
        for block in self.problem.code.blocks[one.block].predecessors:
            if (one.node, block) in self.problem.stretches.exit:
                self._follow(index, self.problem.stretches.exit[one.node, block])

    def _add_gap(self, index: int, one: Stretch) -> None:
        before, frequency, prices = one.before, self._frequency(one.block), self.problem.prices
        program, moves, remat = self.program, GapMoves(), self.problem.code.remat[one.node]
        self.moves[index] = moves
        moves.copy = program.new(prices.copy * frequency)
        program.only_if(moves.copy, self._registers(before))
        if index in self.in_slot:
            moves.reload = program.new(prices.reload * frequency)
            program.only_if(moves.reload, [self.in_slot[before]])
            moves.store = program.new(prices.store * frequency)
            program.only_if(moves.store, self._registers(before))
            program.only_if(self.in_slot[index], [self.in_slot[before], moves.store])
        if one.value is not None and one.value in remat:
            moves.remat = program.new(prices.remat(remat[one.value]) * frequency)
        for place in self._places[index]:
            register = self.problem.groups[place].register(one.node)
            assert register is not None, "it is one of the node's places"
            if not self.problem.obstacles.taken(register)[one.first]:  # else only a copy of what lies there may stay
                moves.into[place] = program.new()
            program.only_if(self.held[index, place], [self.held.get((before, place)), moves.into.get(place)])
        ways = [way for way in (moves.copy, moves.reload, moves.remat) if way is not None]
        program.add([*((way, 1.0) for way in ways), *((var, -1.0) for var in moves.into.values())], low=0.0)

    def _add_uses(self) -> None:
        for node, by_block in enumerate(self.problem.code.uses):
            for block, uses in by_block.items():
                for use in uses:
                    self._add_use(node, block, use)
        folds: dict[int, list[Var]] = defaultdict(list)
        for (_, inst), var in self.fold.items():
            folds[inst].append(var)
        for own in folds.values():
            if len(own) > 1:
                self.program.at_most(own)

    def _add_use(self, node: int, block: int, use: NodeUse) -> None:
        stretches, prices = self.problem.stretches, self.problem.prices
        reading = stretches.reading.get((node, use.inst)) if use.needs else None
        written = stretches.written.get((node, use.inst)) if use.gives else None
        spill = reading if reading is not None else written
        fold = None
        if use.is_foldable and spill in self.in_slot and use.inst not in self.problem.code.undefined:
            price = prices.reload if use.needs else prices.store
            fold = self.fold[node, use.inst] = self.program.new(self._frequency(block) * price)
        if reading is not None:
            self.program.at_least_one([*self._registers(reading), *([fold] if fold is not None else [])])
            if fold is not None:
                self.program.only_if(fold, [self.in_slot[reading]])
        if written is not None:
            self._add_write(node, use, written, fold, reading if use.is_tied else None)

    def _add_write(self, node: int, use: NodeUse, written: int, fold: Var | None, tied: int | None) -> None:
        code, program = self.problem.code, self.program
        ways = self._registers(written) + ([fold] if fold is not None else [])
        if use.inst in code.remat[node]:
            ways.append(program.new())  # nowhere: it is computed anew where it is wanted
        if written in self.in_slot:
            if use.inst in code.undefined:
                ways.append(self.in_slot[written])
            else:
                program.only_if(self.in_slot[written], [fold])
        program.exactly_one(ways)
        if tied is not None:
            self.tied.append((tied, written))
            for place in self._places[written]:
                program.only_if(self.held[written, place], [self.held.get((tied, place))])

    def _add_interference(self) -> None:
        by_block: dict[int, list[int]] = defaultdict(list)
        for index, one in enumerate(self.problem.stretches.all):
            by_block[one.block].append(index)
        for own in by_block.values():
            self._together.extend(_cliques(self.problem.stretches, own))
        for together in self._together:
            self._add_clique(together)

    def _saved(self, group: PlaceGroup) -> Var | None:
        """How many members of a group are used that have to be saved."""
        count = len(group.entries[0])
        return self.program.new(count * self.problem.prices.callee_saved, upper=group.room) if count else None

    def _add_clique(self, together: Sequence[int]) -> None:
        held = ((place, self.held[index, place]) for index in together for place in self._places[index])
        add_shared_places(self.program, self.problem.groups, self._saved_of, held)

    def _add_copy(self, number: int, copy: CodeCopy) -> None:
        ends = [self._end(copy.source, copy.inst, is_target=False), self._end(copy.target, copy.inst, is_target=True)]
        if None in ends:
            return
        folds = [self.fold.get((-1 - end, copy.inst)) for end in (copy.source, copy.target)]
        gone = [var for var in folds if var is not None]
        for place, register, one in self._ways(copy.source, ends[0], copy.source_part):
            for other, same, two in self._ways(copy.target, ends[1], copy.target_part):
                if register == same and (place == other or min(place, other) < 0):
                    var = self.same[number, place, other] = self.program.new()
                    for needed in (one, two):
                        if needed is not None:
                            self.program.only_if(var, [needed])
                    gone.append(var)
        stays = self.program.new(self.problem.prices.copy * self._frequency(self.problem.code.block_of[copy.inst]))
        self.program.at_least_one([stays, *gone])

    def _end(self, end: int, inst: int, *, is_target: bool) -> int | None:
        """The stretch of a node at a copy; -1 for a register, None where the node has none."""
        if end >= 0:
            return -1
        found = self.problem.stretches.written if is_target else self.problem.stretches.reading
        return found.get((-1 - end, inst))

    def _ways(self, end: int, index: int | None, part: int) -> Iterable[tuple[int, int, Var | None]]:
        """The places, and concrete registers, that an end of a copy can be."""
        if end >= 0:
            yield -1, end, None
            return
        assert index is not None, "an end that is a node has its stretch"
        for place in self._places[index]:
            register = self.problem.groups[place].register(-1 - end)
            assert register is not None, "it is one of the node's places"
            concrete = part_of(self.problem.table, register, part)
            if concrete is not None:
                yield place, concrete, self.held[index, place]


def _cliques(stretches: Stretches, own: Iterable[int]) -> list[list[int]]:
    """The stretches of one block that meet at a spot, without sets that are in another one."""
    events: list[tuple[int, int, int]] = []
    for index in own:
        one = stretches.all[index]
        events += [(one.first, 1, index), (one.last + 1, 0, index)]
    active: set[int] = set()
    found: list[list[int]] = []
    grew = False
    for _, begins, index in sorted(events):
        if begins:
            active.add(index)
            grew = True
        else:
            if grew:
                found.append(sorted(active))
            grew = False
            active.discard(index)
    return found
