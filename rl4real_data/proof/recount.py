"""The recount of an allocation.

Whether it is legal at every position, and what it costs by kind.

Nothing of the models is used here: what they say is held against the columns of the episode.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from rl4real_data.episodes.column_values import BlockFlag, MoveKind, OperandFlag, UseFlag, ValueFlag
from rl4real_data.labels.trial_costs import TrialCosts
from rl4real_data.proof.legality import faults_of
from rl4real_data.proof.model_answer import SLOT, ModelAnswer
from rl4real_data.reading.episode import Episode

_KIND: Final = {MoveKind.COPY: "copies", MoveKind.STORE: "spills", MoveKind.RELOAD: "reloads"}
_SLOT_KINDS: Final = ("spills", "reloads", "folded_spills", "folded_reloads")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recount:
    """`faults`: why the answer is none, in words; empty for one that is legal."""

    costs: TrialCosts
    faults: tuple[str, ...]


def recount(episode: Episode, answer: ModelAnswer) -> Recount:
    """Of one answer to the episode's problem. DatasetError if its source does not tell (version 0)."""
    return Recount(costs=costs_of(episode, answer), faults=tuple(faults_of(episode, answer)))


def costs_of(episode: Episode, answer: ModelAnswer) -> TrialCosts:
    """What an answer costs by kind, whether or not it is legal."""
    return _Counter(episode, answer).costs()


class _Counter:
    def __init__(self, episode: Episode, answer: ModelAnswer) -> None:
        self._episode, self._answer = episode, answer
        self._number = dict.fromkeys((*_SLOT_KINDS, "copies", "cheap_remats", "dear_remats"), 0)
        self._cost = dict.fromkeys(self._number, 0.0)
        self._frequency = episode.instruction_frequencies().tolist()
        self._folds = set(answer.folds)

    def costs(self) -> TrialCosts:
        self._add_moves()
        self._add_folds()
        self._add_copies()
        saved = len(self._saved())
        number: dict[str, Any] = {**self._number, "callee_saved": saved}
        cost = {**self._cost, "callee_saved": saved * saving_frequency(self._episode)}
        return TrialCosts(
            **number | {f"{kind}_cost": one for kind, one in cost.items()},
            spill_cost=sum(cost[kind] for kind in _SLOT_KINDS),
        )

    def _add(self, kind: str, frequency: float) -> None:
        self._number[kind] += 1
        self._cost[kind] += frequency

    def _add_moves(self) -> None:
        frequency, cheap = self._episode.block_freq.tolist(), self._cheapness()
        for move in self._answer.moves:
            if move.kind is MoveKind.REMATERIALIZATION:
                kind = "cheap_remats" if cheap[move.value] else "dear_remats"
                self._add("spills" if move.target == SLOT else kind, frequency[move.block])
            elif move.kind is not MoveKind.COPY or move.source != move.target:
                self._add(_KIND[move.kind], frequency[move.block])

    def _cheapness(self) -> dict[int, bool]:
        defs, flags = self._episode.ragged("value_def")[0], self._episode.ragged("value_flags")[0]
        return {one: bool(flag & ValueFlag.CHEAP) for one, flag in zip(defs.tolist(), flags.tolist(), strict=True)}

    def _add_folds(self) -> None:
        insts, flags = self._episode.lists("use_inst"), self._episode.lists("use_flags")
        for inst, node in self._answer.folds:
            flag = int(flags[node][np.searchsorted(insts[node], inst)])
            kind = "reloads" if self._reads(node, inst) else "spills"
            self._add(kind if flag & UseFlag.COPY else f"folded_{kind}", self._frequency[inst])

    def _reads(self, node: int, inst: int) -> bool:
        operands, nodes, flags = self._episode.known_together("operand_inst", "operand_node", "operand_flags")
        own = flags[(operands == inst) & (nodes == node)]
        return bool(((own & OperandFlag.READ != 0) & (own & OperandFlag.UNDEF == 0)).any())

    def _add_copies(self) -> None:
        names = ("copy_inst", "copy_to", "copy_from", "copy_to_subreg", "copy_from_subreg")
        for inst, target, source, to_part, from_part in zip(
            *(column.tolist() for column in self._episode.known_together(*names)), strict=True
        ):
            ends = ((target, to_part, 2 * inst + 1), (source, from_part, 2 * inst))
            nodes = [-1 - end for end, _, _ in ends if end < 0]
            if not nodes or any((inst, node) in self._folds for node in nodes):
                continue
            written, read = (self._concrete(*end, inst) for end in ends)
            if written and read and not written & read:
                self._add("copies", self._frequency[inst])

    def _concrete(self, end: int, part: int, position: int, inst: int) -> set[int]:
        """The registers that an end of a copy may be."""
        registers = {end}
        if end < 0:
            chosen = {place for at, node, place in self._answer.choices if (at, node) == (inst, -1 - end)}
            registers = chosen if chosen and position == 2 * inst else self._places(-1 - end, position)
        subregisters = self._episode.register_table.subregisters
        return {subregisters[one].get(part, -1) if part else one for one in registers} - {-1}

    def _places(self, node: int, position: int) -> set[int]:
        return {
            part.place
            for part in self._answer.parts
            if part.node == node and part.place > 0 and part.first <= position < part.last
        }

    def _saved(self) -> set[int]:
        episode, units = self._episode, self._episode.register_table.units
        written = self._written_units()
        for register in {part.place for part in self._answer.parts if part.place > 0}:
            written.update(units[register].tolist())
        return {
            entry
            for entry, register in enumerate(episode.known_together("callee_saved")[0].tolist())
            if written & set(units[register].tolist())
        }

    def _written_units(self) -> set[int]:
        """Units that an instruction of the problem writes: a range of it begins behind an instruction."""
        ranges = zip(
            self._episode.known_together("fixed_unit")[0].tolist(), self._episode.lists("fixed_live"), strict=True
        )
        return {unit for unit, own in ranges if any(first % 2 for first in own[0::2].tolist())}


def saving_frequency(episode: Episode) -> float:
    """Executions of what saves a callee-saved register at the entry, and restores it in each block that returns."""
    flags, frequency = episode.known_together("block_flags", "block_freq")
    return 1.0 + float(frequency[(flags & BlockFlag.RETURN) != 0].sum())


def weighted(costs: TrialCosts, weights: Mapping[str, float]) -> float:
    """One number of costs by kind."""
    return float(sum(weight * getattr(costs, f"{kind}_cost") for kind, weight in weights.items()))
