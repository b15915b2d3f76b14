"""The answer that a solution of the model stands for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from rl4real_data.episodes.column_values import MoveKind
from rl4real_data.proof.colouring import Webs
from rl4real_data.proof.model_answer import NOWHERE, SLOT, AnswerMove, AnswerPart, ModelAnswer
from rl4real_data.proof.needed_places import IN_SLOT, NeededPlaces, Spot
from rl4real_data.proof.spans import joined
from rl4real_data.proof.split_model import SplitModel

_ORDER: Final = (MoveKind.STORE, MoveKind.COPY, MoveKind.RELOAD, MoveKind.REMATERIALIZATION)
"""Of the moves in one gap: what leaves a register goes first."""


def read_off(model: SplitModel, solution: Sequence[float]) -> ModelAnswer | None:
    """None where the groups of like registers have no room after all, or copies of one gap would have to swap."""
    needed = NeededPlaces(model, solution)
    registers = _registers(model, needed, solution)
    if registers is None:
        return None
    moves = _moves(model, needed, registers)
    if moves is None:
        return None
    return ModelAnswer(
        parts=tuple(sorted(_parts(model, needed, registers))),
        moves=moves,
        folds=tuple(needed.folds),
        choices=_choices(model, needed, registers),
    )


def _registers(model: SplitModel, needed: NeededPlaces, solution: Sequence[float]) -> Mapping[Spot, int] | None:
    """The register of each needed spot: what stays in place is one, what meets is not."""
    spots = sorted(spot for spot in needed.spots if spot[1] != IN_SLOT)
    number = {spot: index for index, spot in enumerate(spots)}
    ties = [
        (number[before], number[behind])
        for before, behind in (*needed.stays, *needed.same)
        if before in number and behind in number
    ]
    conflicts = [(number[one], number[other]) for one, other in model.meeting(spots) if model.excludes(one, other)]
    found = Webs(range(len(spots)), ties).coloured(conflicts, lambda index: model.room_used(spots[index][1], solution))
    if found is None:
        return None
    groups, stretches = model.problem.groups, model.problem.stretches
    return {spot: groups[spot[1]].members[found[index]][stretches.all[spot[0]].node] for spot, index in number.items()}


def _parts(model: SplitModel, needed: NeededPlaces, registers: Mapping[Spot, int]) -> Iterable[AnswerPart]:
    held: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    life: dict[int, list[tuple[int, int]]] = defaultdict(list)
    in_register: dict[int, list[tuple[int, int]]] = defaultdict(list)
    in_slot: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for index, one in enumerate(model.problem.stretches.all):
        block = model.problem.code.blocks[one.block]
        span = (max(one.first, 2 * block.first), min(one.last + 1, 2 * block.end))
        if span[0] >= span[1]:
            continue
        life[one.node].append(span)
        places = [place for place in model.places(index) if (index, place) in needed.spots]
        for place in places:
            held[one.node, registers[index, place]].append(span)
            in_register[one.node].append(span)
        if not places and (index, IN_SLOT) in needed.spots:
            in_slot[one.node].append(span)
    for (node, register), spans in held.items():
        yield from (AnswerPart(node, first, last, register) for first, last in joined(spans))
    for node, spans in in_slot.items():
        yield from (AnswerPart(node, first, last, SLOT) for first, last in joined(spans))
    for node, spans in life.items():
        rest = sorted(set(spans) - set(in_register[node]) - set(in_slot[node]))
        yield from (AnswerPart(node, first, last, NOWHERE) for first, last in joined(rest))


def _moves(model: SplitModel, needed: NeededPlaces, registers: Mapping[Spot, int]) -> tuple[AnswerMove, ...] | None:
    by_gap: dict[tuple[int, int], list[AnswerMove]] = defaultdict(list)
    for index, own in needed.moves.items():
        one = model.problem.stretches.all[index]
        for kind, source, target in own:
            value = one.value if kind is MoveKind.REMATERIALIZATION and one.value is not None else -1
            from_place = NOWHERE if value >= 0 else SLOT if source == IN_SLOT else registers[one.before, source]
            by_gap[one.block, one.gap].append(
                AnswerMove(
                    kind=kind,
                    inst=one.gap,
                    block=one.block,
                    node=one.node,
                    source=from_place,
                    target=SLOT if target == IN_SLOT else registers[index, target],
                    value=value,
                )
            )
    found: list[AnswerMove] = []
    for _, moves in sorted(by_gap.items()):
        ordered = _ordered(model, moves)
        if ordered is None:
            return None
        found += ordered
    return tuple(found)


def _ordered(model: SplitModel, moves: Iterable[AnswerMove]) -> list[AnswerMove] | None:
    """The moves of one gap, so that no copy writes what a later one reads. None for copies in a circle."""
    rest = sorted(moves, key=lambda move: (_ORDER.index(move.kind), move.node, move.target))
    copies = [move for move in rest if move.kind is MoveKind.COPY]
    units = model.problem.table.units
    sorted_copies: list[AnswerMove] = []
    while copies:
        free = next(
            (
                one
                for one in copies
                if not any(set(units[one.target]) & set(units[other.source]) for other in copies if other is not one)
            ),
            None,
        )
        if free is None:
            return None
        copies.remove(free)
        sorted_copies.append(free)
    stores = [move for move in rest if move.kind is MoveKind.STORE]
    return [*stores, *sorted_copies, *(move for move in rest if move.kind not in (MoveKind.STORE, MoveKind.COPY))]


def _choices(
    model: SplitModel, needed: NeededPlaces, registers: Mapping[Spot, int]
) -> tuple[tuple[int, int, int], ...]:
    stretches, folded = model.problem.stretches, set(needed.folds)
    return tuple(
        sorted(
            (inst, node, registers[stretches.reading[node, inst], place])
            for (node, inst), place in needed.reads.items()
            if (node, inst) in stretches.reading
            and (inst, node) not in folded
            and sum(
                (stretches.reading[node, inst], one) in needed.spots
                for one in model.places(stretches.reading[node, inst])
            )
            > 1
        )
    )
