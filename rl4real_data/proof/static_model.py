"""The model without splits, as a linear program.

Each node has one register for its whole life, or a slot, or is computed anew at every read. A node without a register
needs one for a moment at each instruction in which no slot can stand for it. docs/labels.md states the rules.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from rl4real_data.proof.code_copies import CodeCopy, part_of
from rl4real_data.proof.function_code import NodeUse
from rl4real_data.proof.model_problem import ModelProblem
from rl4real_data.proof.place_groups import PlaceGroup
from rl4real_data.proof.program import Program, Var
from rl4real_data.proof.shared_places import add_shared_places


@dataclass(frozen=True, slots=True)
class Moment:
    """A register for one instruction. Spots [first, last] of a block; `gap`: where its reload, or store, lies."""

    node: int
    block: int
    inst: int
    is_read: bool
    first: int
    last: int
    gap: int


class StaticModel:
    """The program of one function, and what its variables mean.

    `whole` (node, place), `spilled`, `anew` (node): where the node is. `fold` (node, instruction): whether a slot
    stands in the register's place. `moments`, and `held` (moment, place): registers of nodes that have none.
    `same`: variables that say that two nodes have one register, and these nodes.
    """

    def __init__(self, problem: ModelProblem) -> None:
        self.program: Final = Program()
        self.problem: Final = problem
        self.whole: Final[dict[tuple[int, int], Var]] = {}
        self.spilled: Final[dict[int, Var]] = {}
        self.anew: Final[dict[int, Var]] = {}
        self.fold: Final[dict[tuple[int, int], Var]] = {}
        self.moments: Final[list[Moment]] = []
        self.held: Final[dict[tuple[int, int], Var]] = {}
        self.same: Final[list[tuple[Var, int, int]]] = []
        self._places: Final[dict[int, list[int]]] = defaultdict(list)
        self._saved: Final = {place: self._count(group) for place, group in enumerate(problem.groups)}
        for node in range(problem.code.n_nodes):
            self._add_node(node)
        self._add_folds()
        for together in self.meeting():
            self._add_clique(together)
        for copy in problem.code.copies:
            self._add_copy(copy)

    def room_used(self, place: int, solution: Sequence[float]) -> int:
        """How many members of a group may be used: where they have to be saved, as many as the solution pays for."""
        var = self._saved[place]
        return self.problem.groups[place].room if var is None else round(solution[var])

    def items(self) -> Iterable[tuple[int, int, int, int]]:
        """(block, first, last, item): a node's life, item = node; a moment, item = -1 - its number."""
        for one in self.problem.stretches.all:
            yield one.block, one.first, one.last, one.node
        for number, moment in enumerate(self.moments):
            yield moment.block, moment.first, moment.last, -1 - number

    def meeting(self) -> list[list[int]]:
        """The items that meet at a spot, without sets that are in another one of the same block."""
        events: list[tuple[int, int, int, int]] = []
        for block, first, last, item in self.items():
            events += [(block, first, 1, item), (block, last + 1, 0, item)]
        active: dict[int, int] = defaultdict(int)
        found: list[list[int]] = []
        grew = False
        for _, _, begins, item in sorted(events):
            if begins:
                active[item] += 1
                grew = True
                continue
            if grew:
                found.append(sorted(one for one, count in active.items() if count))
            grew = False
            active[item] -= 1
        return [list(one) for one in dict.fromkeys(map(tuple, found))]

    def of_item(self, item: int) -> Iterable[tuple[int, Var]]:
        """The places of an item, with the variable that says so."""
        if item >= 0:
            return [(place, self.whole[item, place]) for place in self._places[item]]
        number = -1 - item
        return [(place, var) for place in self._all() if (var := self.held.get((number, place))) is not None]

    def _all(self) -> range:
        return range(len(self.problem.groups))

    def _count(self, group: PlaceGroup) -> Var | None:
        count = len(group.entries[0])
        return self.program.new(count * self.problem.prices.callee_saved, upper=group.room) if count else None

    def _free(self, node: int, spans: Iterable[tuple[int, int, int]]) -> list[int]:
        """The places that nothing fixed takes at any of the spots: (block, first, last)."""
        blocks, obstacles, found = self.problem.code.blocks, self.problem.obstacles, []
        ranges = [
            (max(first, 2 * blocks[block].first), min(last, max(2 * blocks[block].end - 1, 2 * blocks[block].first)))
            for block, first, last in spans
        ]
        for place, group in enumerate(self.problem.groups):
            register = group.register(node)
            if register is not None:
                taken = obstacles.taken_from(node, register)
                if not any(taken[low : high + 1].any() for low, high in ranges):
                    found.append(place)
        return found

    def _add_node(self, node: int) -> None:
        code, program = self.problem.code, self.program
        lives = [one for one in self.problem.stretches.all if one.node == node]
        for place in self._free(node, [(one.block, one.first, one.last) for one in lives]):
            self.whole[node, place] = program.new()
            self._places[node].append(place)
        uses = [(block, use) for block, own in sorted(code.uses[node].items()) for use in own]
        if code.can_spill[node] and self._is_placeable(uses):
            self.spilled[node] = program.new(self._spill_price(uses))
            gives = [use.inst for _, use in uses if use.gives]
            if gives and all(inst in code.remat[node] for inst in gives) and not code.merges[node] and len(gives) == 1:
                is_cheap = code.remat[node][gives[0]]
                reads = sum(code.blocks[block].frequency for block, use in uses if use.needs)
                self.anew[node] = program.new(self.problem.prices.remat(is_cheap) * reads)
            for block, use in uses:
                self._add_use(node, block, use)
        ways = [self.whole[node, place] for place in self._places[node]]
        program.exactly_one([*ways, *(own[node] for own in (self.spilled, self.anew) if node in own)])

    def _is_placeable(self, uses: Iterable[tuple[int, NodeUse]]) -> bool:
        """Whether code can be put in front of each read and behind each write in which no slot can stand."""
        for number, use in uses:
            block = self.problem.code.blocks[number]
            if use.is_foldable or use.inst in self.problem.code.undefined:
                continue
            if use.needs and min(use.inst, block.last_gap) < block.first_gap:
                return False
            if use.gives and not block.first_gap <= use.inst + 1 <= block.last_gap:
                return False
        return True

    def _spill_price(self, uses: Iterable[tuple[int, NodeUse]]) -> float:
        prices, code = self.problem.prices, self.problem.code
        return sum(
            code.blocks[block].frequency * (prices.reload * use.needs + prices.store * use.gives)
            for block, use in uses
            if use.inst not in code.undefined
        )

    def _add_use(self, node: int, block: int, use: NodeUse) -> None:
        code, program = self.problem.code, self.program
        if use.inst in code.undefined:
            return
        fold = None
        if use.is_foldable:
            saving = self.problem.prices.store * code.blocks[block].frequency if use.needs and use.gives else 0.0
            fold = self.fold[node, use.inst] = program.new(-saving)
            program.only_if(fold, [self.spilled[node]])
        read = self._add_moment(node, block, use, is_read=True) if use.needs else None
        wanted = [self.spilled[node]] + ([self.anew[node]] if node in self.anew else [])
        self._require(read, wanted, fold)
        written = self._add_moment(node, block, use, is_read=False) if use.gives else None
        self._require(written, wanted[:1], fold)
        if use.is_tied and read is not None and written is not None:
            for place in self._all():
                if (written, place) in self.held:
                    program.only_if(self.held[written, place], [self.held.get((read, place))])

    def _require(self, moment: int | None, wanted: Sequence[Var], fold: Var | None) -> None:
        if moment is None:
            return
        places = [var for place in self._all() if (var := self.held.get((moment, place))) is not None]
        ways = [*places, *([fold] if fold is not None else [])]
        self.program.add([*((way, 1.0) for way in ways), *((var, -1.0) for var in wanted)], low=0.0)

    def _add_moment(self, node: int, number: int, use: NodeUse, *, is_read: bool) -> int | None:
        """None where no code can be put: then a slot must stand for the register."""
        block = self.problem.code.blocks[number]
        gap = min(use.inst, block.last_gap) if is_read else use.inst + 1
        if not block.first_gap <= gap <= block.last_gap:
            self.moments.append(Moment(node, number, use.inst, is_read, 2 * use.inst, 2 * use.inst, gap))
            return len(self.moments) - 1  # without a place
        first, last = (2 * gap, 2 * use.inst) if is_read else (2 * use.inst + 1 - use.early, 2 * use.inst + 1)
        self.moments.append(Moment(node, number, use.inst, is_read, first, last, gap))
        index = len(self.moments) - 1
        for place in self._free(node, [(number, first, last)]):
            self.held[index, place] = self.program.new()
        return index

    def _add_folds(self) -> None:
        folds: dict[int, list[Var]] = defaultdict(list)
        for (_, inst), var in self.fold.items():
            folds[inst].append(var)
        for own in folds.values():
            if len(own) > 1:
                self.program.at_most(own)

    def _add_clique(self, together: Sequence[int]) -> None:
        held = (place_and_var for item in together for place_and_var in self.of_item(item))
        add_shared_places(self.program, self.problem.groups, self._saved, held)

    def _add_copy(self, copy: CodeCopy) -> None:
        """A copy stays unless a slot stands for an end, or both ends have one register all their lives."""
        code = self.problem.code
        folds = [self.fold.get((-1 - end, copy.inst)) for end in (copy.source, copy.target)]
        gone = [var for var in folds if var is not None]
        for place, register, one in self._ways(copy.source, copy.source_part):
            for other, same, two in self._ways(copy.target, copy.target_part):
                if register == same and (place == other or min(place, other) < 0):
                    var = self.program.new()
                    for needed in (one, two):
                        if needed is not None:
                            self.program.only_if(var, [needed])
                    gone.append(var)
                    if place >= 0 and other >= 0:
                        self.same.append((var, -1 - copy.source, -1 - copy.target))
        stays = self.program.new(self.problem.prices.copy * code.blocks[code.block_of[copy.inst]].frequency)
        self.program.at_least_one([stays, *gone])

    def _ways(self, end: int, part: int) -> Iterable[tuple[int, int, Var | None]]:
        if end >= 0:
            yield -1, end, None
            return
        for place in self._places[-1 - end]:
            register = self.problem.groups[place].register(-1 - end)
            assert register is not None, "it is one of the node's places"
            concrete = part_of(self.problem.table, register, part)
            if concrete is not None:
                yield place, concrete, self.whole[-1 - end, place]
