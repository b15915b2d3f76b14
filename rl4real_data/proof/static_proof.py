"""The best allocation without splits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from rl4real_data.episodes.column_values import MoveKind
from rl4real_data.labels.decisions import Decisions
from rl4real_data.proof.colouring import colour
from rl4real_data.proof.cp_sat import SOLVER_NAME, solve_with_cp_sat
from rl4real_data.proof.function_code import function_code_of
from rl4real_data.proof.model_answer import NOWHERE, SLOT, AnswerMove, AnswerPart, ModelAnswer
from rl4real_data.proof.obstacles import Obstacles
from rl4real_data.proof.place_groups import place_groups
from rl4real_data.proof.prices import Prices
from rl4real_data.proof.proof import Proof, proof_of, without_answer
from rl4real_data.proof.solution import Solution, SolutionStatus
from rl4real_data.proof.spans import joined, without
from rl4real_data.proof.static_model import StaticModel, StaticProblem
from rl4real_data.proof.stretches import stretches_of
from rl4real_data.reading.episode import Episode
from rl4real_data.reading.register_classes import RegisterClass

_FOUND: Final = (SolutionStatus.OPTIMAL, SolutionStatus.FEASIBLE)


def prove_static(episode: Episode, classes: Mapping[int, RegisterClass], *, seconds: float) -> Proof:
    """What is found in so many seconds of CP-SAT's deterministic time. DatasetError for an episode of version 0."""
    least = 0.0
    for is_merged in (True, False):
        model, solution = _solved(episode, classes, seconds, is_merged=is_merged)
        if solution.status not in _FOUND:
            return without_answer(solution, solver=SOLVER_NAME)
        least = max(least, solution.bound)
        registers = _registers(model, solution.values)
        if registers is not None:
            reader = _Reader(model, solution.values, registers)
            return proof_of(episode, reader.answer(), least, decisions=reader.decisions(episode))
    return without_answer(solution, solver=SOLVER_NAME)


def _solved(
    episode: Episode, classes: Mapping[int, RegisterClass], seconds: float, *, is_merged: bool
) -> tuple[StaticModel, Solution]:
    code = function_code_of(episode, classes)
    still = replace(code, can_move=(False,) * code.n_nodes)
    obstacles = Obstacles(episode, frozenset(register for own in code.registers for register in own))
    prices, table = Prices.of(episode), episode.register_table
    model = StaticModel(
        StaticProblem(
            code=code,
            stretches=stretches_of(still, obstacles),
            obstacles=obstacles,
            groups=place_groups(code, obstacles, table, prices.saved_entries(table), merge=is_merged),
            prices=prices,
            table=table,
        )
    )
    return model, solve_with_cp_sat(model.program, seconds=seconds)


def _registers(model: StaticModel, solution: Sequence[float]) -> dict[int, int] | None:
    """Item -> its register, of those that are in one; None where the groups have no room after all."""
    place_of: dict[int, int] = {}
    for together in model.meeting():
        for item in together:
            for place, var in model.of_item(item):
                if solution[var] > 0.5 and _is_wanted(model, item, solution):
                    place_of.setdefault(item, place)
    items = sorted(place_of)
    root = {item: item for item in items}

    def find(one: int) -> int:
        while root[one] != one:
            one = root[one]
        return one

    ties = [(one, other) for var, one, other in model.same if solution[var] > 0.5]
    for one, other in (*ties, *_tied(model, place_of)):
        if one in root and other in root:
            low, high = sorted((find(one), find(other)))
            root[high] = low
    webs = {one: index for index, one in enumerate(sorted({find(item) for item in items}))}
    conflicts = set()
    for together in model.meeting():
        own = [item for item in together if item in place_of]
        for index, one in enumerate(own):
            for other in own[:index]:
                if place_of[one] == place_of[other] and not model.problem.groups[place_of[one]].units:
                    conflicts.add((webs[find(one)], webs[find(other)]))
    limits = [range(model.room_used(place_of[one], solution)) for one in webs]
    found = colour(len(webs), sorted(conflicts), limits)
    if found is None:
        return None
    return {
        item: model.problem.groups[place_of[item]].members[found[webs[find(item)]]][_node(model, item)]
        for item in items
    }


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


def _tied(model: StaticModel, place_of: Mapping[int, int]) -> Iterable[tuple[int, int]]:
    """Moments of one instruction that reads and writes a node in one register."""
    number = {(one.node, one.inst, one.is_read): -1 - index for index, one in enumerate(model.moments)}
    for node, by_block in enumerate(model.problem.code.uses):
        for uses in by_block.values():
            for use in uses:
                pair = number.get((node, use.inst, True)), number.get((node, use.inst, False))
                if use.is_tied and pair[0] in place_of and pair[1] in place_of:
                    yield pair  # type: ignore[misc] # both are there


@dataclass(slots=True)
class _Reader:
    """Reads the answer off a solution."""

    model: StaticModel
    solution: Sequence[float]
    registers: Mapping[int, int]

    def _is_on(self, var: int | None) -> bool:
        return var is not None and self.solution[var] > 0.5

    def answer(self) -> ModelAnswer:
        folds = sorted((inst, node) for (node, inst), var in self.model.fold.items() if self._is_on(var))
        return ModelAnswer(parts=tuple(sorted(self._parts())), moves=tuple(self._moves()), folds=tuple(folds))

    def decisions(self, episode: Episode) -> Decisions:
        """Spills first, then registers, as a decisions file has them; LLVM chooses between a slot and computing anew."""
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
