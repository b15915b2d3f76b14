"""The expert's own answer in the terms of the models."""

from __future__ import annotations

from rl4real_data.episodes.column_values import ChangeFlag, MoveKind, OperandFlag
from rl4real_data.proof.model_answer import SLOT, AnswerMove, AnswerPart, ModelAnswer
from rl4real_data.reading.episode import Episode


def recorded_answer(episode: Episode) -> ModelAnswer:
    """That of an episode. DatasetError if its source does not tell (version 0)."""
    parts = episode.parts()
    columns = (parts.node, parts.first, parts.last, parts.place)
    names = ("kind", "inst", "block", "node", "from", "to", "value")
    moves = zip(*(episode.known_together(f"move_{name}")[0].tolist() for name in names), strict=True)
    return ModelAnswer(
        parts=tuple(
            AnswerPart(node, first, last, _place(place))
            for node, first, last, place in zip(*(column.tolist() for column in columns), strict=True)
        ),
        moves=tuple(
            AnswerMove(
                kind=MoveKind(kind),
                inst=inst,
                block=block,
                node=node,
                source=_place(source),
                target=_place(target),
                value=value,
            )
            for kind, inst, block, node, source, target, value in moves
            if kind != MoveKind.OTHER
        ),
        folds=tuple(sorted(_folds(episode))),
        choices=_choices(episode),
    )


def _place(place: int) -> int:
    return max(place, SLOT)


def _folds(episode: Episode) -> set[tuple[int, int]]:
    """The operands in whose place the answer has a slot, of instructions that name one now."""
    inst, changes = (column.tolist() for column in episode.known_together("changed_inst", "changed_flags"))
    changed = {
        one
        for one, flags in zip(inst, changes, strict=True)
        if flags & (ChangeFlag.READS_SLOT | ChangeFlag.WRITES_SLOT) and not flags & ChangeFlag.GONE
    }
    operands = episode.known_together("operand_inst", "operand_node", "operand_flags")
    rows = zip(*(column.tolist() for column in operands), episode.operand_registers().tolist(), strict=True)
    return {
        (inst, node)
        for inst, node, flags, place in rows
        if inst in changed and place < 0 and not flags & (OperandFlag.UNDEF | OperandFlag.IMPLICIT)
    }


def _choices(episode: Episode) -> tuple[tuple[int, int, int], ...]:
    entries, places = episode.known_together("choice_operand", "choice_place")
    columns = episode.known_together("operand_inst", "operand_node", "operand_flags")
    inst, node, flags = (column.tolist() for column in columns)
    rows = zip(entries.tolist(), places.tolist(), strict=True)
    return tuple(sorted((inst[one], node[one], place) for one, place in rows if flags[one] & OperandFlag.READ))
