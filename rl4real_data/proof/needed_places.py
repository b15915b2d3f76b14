"""The places of a solution that somebody needs.

A program may leave values in places where nobody looks for them, since that costs nothing. From the reads backwards,
this finds the places and moves that matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rl4real_data.episodes.column_values import MoveKind
from rl4real_data.proof.split_model import SplitModel
from rl4real_data.proof.stretches import Start

IN_SLOT: Final = -1

Spot = tuple[int, int]
"""A stretch, and a place in which it is needed: one of the model's, or IN_SLOT."""


class NeededPlaces:
    """Of one solution.

    `spots`: what is needed. `stays`, `same`: pairs of spots that are one register, one behind the other, and for what a
    copy or tied operands ask. `reads`: (node, instruction) -> the place that it reads. `moves`: stretch -> (kind, place
    it comes from, place that it goes to); a rematerialisation computes the value of its stretch. `folds`: (instruction,
    node).
    """

    def __init__(self, model: SplitModel, solution: Sequence[float]) -> None:
        self._model: Final = model
        self._is_on: Final = [value > 0.5 for value in solution]
        self.spots: Final[set[Spot]] = set()
        self.stays: Final[list[tuple[Spot, Spot]]] = []
        self.reads: Final[dict[tuple[int, int], int]] = {}
        self.moves: Final[dict[int, list[tuple[MoveKind, int, int]]]] = {}
        self.folds: Final = sorted((inst, node) for (node, inst), var in model.fold.items() if self._is_on[var])
        self._open: Final[list[Spot]] = []
        self._places: Final[dict[int, list[int]]] = {}
        for (index, place), var in model.held.items():
            if self._is_on[var]:
                self._places.setdefault(index, []).append(place)
        self.same: Final[list[tuple[Spot, Spot]]] = []
        self._keep_copies()
        self._start()
        while self._open:
            self._trace(*self._open.pop())
        for read, written in model.tied:
            self.same.extend(((read, place), (written, place)) for place in self._places.get(written, ()))

    def _keep_copies(self) -> None:
        """Copies whose ends are one register stay so."""
        stretches = self._model.problem.stretches
        for (number, source, target), var in self._model.same.items():
            copy = self._model.problem.code.copies[number]
            if not self._is_on[var]:
                continue
            if copy.source < 0:
                self.reads[-1 - copy.source, copy.inst] = source
            if copy.source < 0 and copy.target < 0:
                one = (stretches.reading[-1 - copy.source, copy.inst], source)
                self.same.append((one, (stretches.written[-1 - copy.target, copy.inst], target)))

    def _start(self) -> None:
        stretches, folded = self._model.problem.stretches, {(node, inst) for inst, node in self.folds}
        for (node, inst), index in stretches.written.items():
            for place in self._places.get(index, ())[:1]:
                self._need((index, place))
                if (node, inst) in stretches.reading and place in self._places.get(stretches.reading[node, inst], ()):
                    self.reads.setdefault((node, inst), place)  # where it is tied it must be that one
        for (node, inst), index in stretches.reading.items():
            if (node, inst) in folded:
                self._need((index, IN_SLOT))
            else:
                self._need((index, self.reads.setdefault((node, inst), self._places[index][0])))

    def _need(self, spot: Spot) -> None:
        if spot not in self.spots:
            self.spots.add(spot)
            self._open.append(spot)

    def _holds(self, index: int, place: int) -> bool:
        if place == IN_SLOT:
            return index in self._model.in_slot and self._is_on[self._model.in_slot[index]]
        return place in self._places.get(index, ())

    def _trace(self, index: int, place: int) -> None:
        """Where what is needed here comes from."""
        one, stretches = self._model.problem.stretches.all[index], self._model.problem.stretches
        if one.start is Start.BORDER:
            for block in self._model.problem.code.blocks[one.block].predecessors:
                if (one.node, block) in stretches.exit:
                    self._stay((stretches.exit[one.node, block], place), (index, place))
        elif one.start is not Start.WRITE:
            if self._holds(one.before, place):
                self._stay((one.before, place), (index, place))
            else:
                self._move(index, one.before, place)

    def _stay(self, before: Spot, behind: Spot) -> None:
        self.stays.append((before, behind))
        self._need(before)

    def _move(self, index: int, before: int, place: int) -> None:
        moves = self._model.moves[index]
        used = [kind for kind, _, _ in self.moves.get(index, ())]
        ways = ((MoveKind.COPY, moves.copy), (MoveKind.RELOAD, moves.reload), (MoveKind.REMATERIALIZATION, moves.remat))
        kind = MoveKind.STORE
        if place != IN_SLOT:
            kind = next(kind for kind, var in ways if var is not None and self._is_on[var] and kind not in used)
        source = IN_SLOT
        if kind in (MoveKind.COPY, MoveKind.STORE):
            held = self._places[before]
            source = next((one for one in held if (before, one) in self.spots), held[0])
        self.moves.setdefault(index, []).append((kind, source, place))
        if kind is not MoveKind.REMATERIALIZATION:
            self._need((before, source))
