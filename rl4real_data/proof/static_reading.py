"""The answer that a solution of the model without splits stands for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rl4real_data.episodes.column_values import MoveKind
from rl4real_data.labels.decisions import Decisions
from rl4real_data.proof.colouring import Webs
from rl4real_data.proof.model_answer import NOWHERE, SLOT, AnswerMove, AnswerPart, ModelAnswer
from rl4real_data.proof.spans import joined, without
from rl4real_data.proof.static_model import StaticModel
from rl4real_data.reading.episode import Episode


def read_static(model: StaticModel, solution: Sequence[float]) -> StaticReading | None:
    """None where the groups of like registers have no room after all."""
    place_of = _places(model, solution)
    ties = [(one, other) for var, one, other in model.same if solution[var] > 0.5]
    webs = Webs(place_of, (*ties, *_tied(model, place_of)))
    conflicts = [
        (one, other)
        for together in model.meeting()
        for one, other in _pairs([item for item in together if item in place_of])
        if place_of[one] == place_of[other] and not model.problem.groups[place_of[one]].units
    ]
    found = webs.coloured(conflicts, lambda item: model.room_used(place_of[item], solution))
    if found is None:
        return None
    groups = model.problem.groups
    registers = {item: groups[place_of[item]].members[found[item]][_node(model, item)] for item in place_of}
    return StaticReading(model, solution, registers)


def _pairs(items: Sequence[int]) -> Iterator[tuple[int, int]]:
    for index, one in enumerate(items):
        for other in items[:index]:
            yield other, one


def _places(model: StaticModel, solution: Sequence[float]) -> dict[int, int]:
    """Item -> its place, of those that are in one; what one instruction ties is in one place."""
    found: dict[int, int] = {}
    for item in sorted({item for _, _, _, item in model.items()}):
        on = [place for place, var in model.of_item(item) if solution[var] > 0.5]
        if on and _is_wanted(model, item, solution):
            found[item] = on[0]
    for read, written in _tied(model, found):
        found[read] = found[written]
    return found


def _node(model: StaticModel, item: int) -> int:
    return item if item >= 0 else model.moments[-1 - item].node


def _is_wanted(model: StaticModel, item: int, solution: Sequence[float]) -> bool:
    """Whether a moment is one of a node that needs it: the program may leave others on."""
    if item >= 0:
        return True
    moment = model.moments[-1 - item]
    is_anew = moment.node in model.anew and solution[model.anew[moment.node]] > 0.5
    is_spilled = moment.node in model.spilled and solution[model.spilled[moment.node]] > 0.5
    fold = model.fold.get((moment.node, moment.inst))
    return (is_spilled and (fold is None or solution[fold] < 0.5)) or (is_anew and moment.is_read)


def _tied(model: StaticModel, place_of: Mapping[int, int]) -> Iterator[tuple[int, int]]:
    """Moments of one instruction that reads and writes a node in one register."""
    number = {(one.node, one.inst, one.is_read): -1 - index for index, one in enumerate(model.moments)}
    for node, by_block in enumerate(model.problem.code.uses):
        for uses in by_block.values():
            for use in uses:
                read, written = number.get((node, use.inst, True)), number.get((node, use.inst, False))
                if use.is_tied and read is not None and written is not None and {read, written} <= place_of.keys():
                    yield read, written


@dataclass(frozen=True, slots=True)
class StaticReading:
    """A solution. `registers`: item -> its register, of those that are in one."""

    model: StaticModel
    solution: Sequence[float]
    registers: Mapping[int, int]

    def _is_on(self, var: int | None) -> bool:
        return var is not None and self.solution[var] > 0.5

    def answer(self) -> ModelAnswer:
        folds = sorted((inst, node) for (node, inst), var in self.model.fold.items() if self._is_on(var))
        return ModelAnswer(parts=tuple(sorted(self._parts())), moves=tuple(self._moves()), folds=tuple(folds))

    def decisions(self, episode: Episode) -> Decisions:
        """Spills, then registers, as a decisions file has them; LLVM chooses between a slot and computing anew."""
        names, vreg = episode.register_table.names, episode.node_vreg.tolist()
        nodes = range(self.model.problem.code.n_nodes)
        spilled: list[list[str | int | float]] = [["spill", vreg[node]] for node in nodes if node not in self.registers]
        return [
            *spilled,
            *(["assign", vreg[node], names[self.registers[node]]] for node in nodes if node in self.registers),
        ]

    def _spans(self, node: int) -> list[tuple[int, int]]:
        blocks = self.model.problem.code.blocks
        return joined(
            (max(one.first, 2 * blocks[one.block].first), min(one.last + 1, 2 * blocks[one.block].end))
            for one in self.model.problem.stretches.all
            if one.node == node
        )

    def _parts(self) -> Iterable[AnswerPart]:
        moments: dict[int, list[tuple[int, int, int]]] = {}
        for item, register in self.registers.items():
            if item < 0:
                one = self.model.moments[-1 - item]
                moments.setdefault(one.node, []).append((register, one.first, one.last + 1))
        for node in range(self.model.problem.code.n_nodes):
            if node in self.registers:
                yield from (AnswerPart(node, *span, self.registers[node]) for span in self._spans(node))
                continue
            own = moments.get(node, [])
            for register in sorted({register for register, _, _ in own}):
                for span in joined((first, last) for one, first, last in own if one == register):
                    yield AnswerPart(node, *span, register)
            rest = NOWHERE if self._is_on(self.model.anew.get(node)) else SLOT
            for span in without(self._spans(node), joined((first, last) for _, first, last in own)):
                yield AnswerPart(node, *span, rest)

    def _moves(self) -> Iterable[AnswerMove]:
        found: list[tuple[int, int, int, AnswerMove]] = []
        for item, register in self.registers.items():
            if item >= 0:
                continue
            one = self.model.moments[-1 - item]
            value = -1
            kind = MoveKind.RELOAD if one.is_read else MoveKind.STORE
            if self._is_on(self.model.anew.get(one.node)):
                kind, value = MoveKind.REMATERIALIZATION, next(iter(self.model.problem.code.remat[one.node]))
            source, target = (SLOT, register) if one.is_read else (register, SLOT)
            move = AnswerMove(
                kind=kind,
                inst=one.gap,
                block=one.block,
                node=one.node,
                source=NOWHERE if value >= 0 else source,
                target=target,
                value=value,
            )
            found.append((one.block, one.gap, one.is_read, move))
        return [move for *_, move in sorted(found, key=lambda each: (*each[:3], each[3].node))]
