"""The recount sees every way in which an answer is none, and tells the expert's own costs."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from proof_problem import dataset_of, straight_line
from whole_episode import make_edited_episode, make_whole_episode

from rl4real_data.episodes.column_values import MoveKind, OperandFlag
from rl4real_data.proof.model_answer import NOWHERE, SLOT, AnswerMove, AnswerPart, ModelAnswer
from rl4real_data.proof.recorded_answer import recorded_answer
from rl4real_data.proof.recount import recount

LINE = straight_line(["d0", "d1", "u0 f1"], calls=[1], fixed_unit=[20], fixed_live=[[4, 6]])
"""Node 0 lives at [1, 5), node 1 at [3, 5); the call at position 3 leaves r3 alone, and r2 is taken from 4 on."""


def store(node: int, inst: int, source: int) -> AnswerMove:
    return AnswerMove(kind=MoveKind.STORE, inst=inst, block=0, node=node, source=source, target=SLOT)


def reload(node: int, inst: int, target: int) -> AnswerMove:
    return AnswerMove(kind=MoveKind.RELOAD, inst=inst, block=0, node=node, source=SLOT, target=target)


SOUND = ModelAnswer(
    parts=(
        AnswerPart(0, 1, 2, 1),
        AnswerPart(0, 2, 4, SLOT),
        AnswerPart(0, 4, 5, 1),
        AnswerPart(1, 3, 5, 3),
    ),
    moves=(store(0, 1, 1), reload(0, 2, 1)),
    folds=(),
)
FAULTS = {
    "its parts at": replace(SOUND, parts=SOUND.parts[:3]),
    "none of its class": replace(SOUND, parts=(*SOUND.parts[:3], AnswerPart(1, 3, 5, 5))),
    "a call at 3 clobbers it": replace(SOUND, parts=(*SOUND.parts[:3], AnswerPart(1, 3, 5, 1))),
    r"taken at \[4, 6\)": replace(SOUND, parts=(*SOUND.parts[:2], AnswerPart(0, 4, 5, 2), SOUND.parts[3])),
    "are both in unit 30": replace(SOUND, parts=(*SOUND.parts[:2], AnswerPart(0, 4, 5, 3), SOUND.parts[3])),
    "no slot can stand for node 0": replace(SOUND, folds=((2, 0),)),
    "moves what is not there": replace(SOUND, moves=SOUND.moves[1:]),
    "nothing brought it into 1": replace(SOUND, moves=SOUND.moves[:1]),
    "computes anew what cannot be": replace(
        SOUND,
        moves=(
            AnswerMove(kind=MoveKind.REMATERIALIZATION, inst=2, block=0, node=0, source=NOWHERE, target=1, value=0),
        ),
    ),
    "no code can be put in front of instruction 9": replace(SOUND, moves=(*SOUND.moves, store(0, 9, 1))),
    "overwrites node 1": replace(SOUND, moves=(store(0, 1, 1), reload(0, 2, 3), store(1, 2, 3))),
    "is written nowhere": replace(SOUND, parts=(*SOUND.parts[:3], AnswerPart(1, 3, 5, SLOT)), folds=((2, 1),)),
}


def test_an_answer_that_is_one_has_no_fault(tmp_path: Path) -> None:
    found = recount(dataset_of(tmp_path, LINE)[0], SOUND)

    assert found.faults == ()
    assert (found.costs.spills, found.costs.reloads, found.costs.callee_saved) == (1, 1, 1)
    assert (found.costs.spill_cost, found.costs.callee_saved_cost) == (2.0, 2.0)


@pytest.mark.parametrize("words", FAULTS)
def test_a_fault_is_named(tmp_path: Path, words: str) -> None:
    found = recount(dataset_of(tmp_path, LINE)[0], FAULTS[words])

    assert [fault for fault in found.faults if re.search(words, fault)], found.faults


def test_a_value_comes_into_a_block_that_begins_with_reading_it_and_writing_it_early(tmp_path: Path) -> None:
    """Such as a loop that begins with a load of AArch64's that steps its own address forward."""
    early = int(OperandFlag.WRITE | OperandFlag.EARLY_CLOBBER | OperandFlag.TIED)
    stepping = straight_line(
        ["d0", "u0", "u0"],
        **{"block_start": [0, 1], "block_freq": [1.0, 1.0], "block_loop_depth": [0, 0], "block_flags": [0, 1]},
        **{"block_succ": [[1], []], "block_succ_prob": [[1.0], []]},
        **{"block_first_split": [0, 1], "block_last_split": [1, 3]},
        **{"operand_inst": [0, 1, 1, 2], "operand_index": [0, 0, 1, 0], "operand_node": [0] * 4},
        **{"operand_subreg": [0] * 4, "value_def": [[0, 1]], "value_flags": [[0, 0]]},
        operand_flags=[int(OperandFlag.WRITE), early, int(OperandFlag.READ), int(OperandFlag.READ)],
    )
    sound = ModelAnswer(parts=(AnswerPart(0, 1, 5, 1),), moves=(), folds=())

    assert recount(dataset_of(tmp_path, stepping)[0], sound).faults == ()


@pytest.mark.parametrize("make", [make_whole_episode, make_edited_episode])
def test_the_experts_answer_costs_what_the_columns_say(tmp_path: Path, make: object) -> None:
    episode = dataset_of(tmp_path, make())[0]  # type: ignore[operator] # a builder of rows

    found = recount(episode, recorded_answer(episode)).costs

    own = episode.outcome.costs
    assert {kind: getattr(found, f"{kind}_cost") for kind in ("spills", "reloads")} == {
        kind: own[kind].cost for kind in ("spills", "reloads")
    }
