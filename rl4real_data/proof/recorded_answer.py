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
    changed = {
        inst
        for inst, flags in zip(episode.changed_inst.tolist(), episode.changed_flags.tolist(), strict=True)
        if flags & (ChangeFlag.READS_SLOT | ChangeFlag.WRITES_SLOT) and not flags & ChangeFlag.GONE
    }
    places = episode.operand_registers().tolist()
    rows = zip(
        episode.operand_inst.tolist(),
        episode.operand_node.tolist(),
        episode.operand_flags.tolist(),
        places,
        strict=True,
    )
    return {
        (inst, node)
        for inst, node, flags, place in rows
        if inst in changed and place < 0 and not flags & (OperandFlag.UNDEF | OperandFlag.IMPLICIT)
    }


def _choices(episode: Episode) -> tuple[tuple[int, int, int], ...]:
    entries = episode.choice_operand.tolist()
    inst, node, flags = (getattr(episode, f"operand_{name}").tolist() for name in ("inst", "node", "flags"))
    rows = zip(entries, episode.choice_place.tolist(), strict=True)
    return tuple(sorted((inst[one], node[one], place) for one, place in rows if flags[one] & OperandFlag.READ))
