"""An allocation in the terms of the models.

Where each node lies, what is moved, and where a slot stands for a register. Numbers as in the columns of an episode.
"""

from __future__ import annotations

from dataclasses import dataclass

from rl4real_data.episodes.column_values import MoveKind

SLOT = -1
NOWHERE = 0


@dataclass(frozen=True, slots=True, order=True)
class AnswerPart:
    """A node lies in one place at the positions [first, last): a register's reg_id, `SLOT`, or `NOWHERE`."""

    node: int
    first: int
    last: int
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerMove:
    """An inserted instruction, in front of instruction `inst`. `value`: what a rematerialisation computes, else -1."""

    kind: MoveKind
    inst: int
    block: int
    node: int
    source: int
    target: int
    value: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelAnswer:
    """`parts`: of all nodes, ascending. `moves`: in the order of the code. `folds`: (instruction, node), ascending: the
    node's slot stands in the place of its register. `choices`: (instruction, node, register) where a read could be of
    several.
    """

    parts: tuple[AnswerPart, ...]
    moves: tuple[AnswerMove, ...]
    folds: tuple[tuple[int, int], ...]
    choices: tuple[tuple[int, int, int], ...] = ()
