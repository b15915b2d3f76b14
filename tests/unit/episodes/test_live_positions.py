"""Live ranges from operands and blocks, against functions that are small enough to see through."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from rl4real_data.episodes.column_values import OperandFlag
from rl4real_data.episodes.live_positions import NodeCode, live_instructions, live_positions

R, W = OperandFlag.READ, OperandFlag.WRITE
EARLY, UNDEF, TIED = OperandFlag.EARLY_CLOBBER, OperandFlag.UNDEF, OperandFlag.TIED


def code(
    operands: Sequence[tuple[int, int, int]],
    instructions: int = 8,
    blocks: Sequence[int] = (0,),
    successors: Sequence[Sequence[int]] = ((),),
    nodes: int | None = None,
) -> NodeCode:
    inst, node, flags = np.array(operands, np.int64).reshape(-1, 3).T
    return NodeCode(
        n_nodes=int(node.max(initial=-1)) + 1 if nodes is None else nodes,
        n_instructions=instructions,
        block_start=np.array(blocks),
        successors=successors,
        operand_inst=inst,
        operand_node=node,
        operand_flags=flags,
    )


def ranges(given: NodeCode) -> list[list[int]]:
    values, offsets = live_positions(given)
    return [part.tolist() for part in np.split(values, offsets[1:-1])]


def test_a_value_lives_from_behind_its_write_to_its_last_read() -> None:
    assert ranges(code([(0, 0, W), (2, 0, R), (4, 0, R)])) == [[1, 9]]


def test_a_write_in_vain_takes_the_register_up_to_the_next_instruction() -> None:
    assert ranges(code([(1, 0, W), (2, 1, W | EARLY), (4, 1, W), (5, 1, R)])) == [[3, 4], [4, 6, 9, 11]]


def test_an_early_write_begins_in_front_of_its_instruction() -> None:
    assert ranges(code([(1, 0, W | EARLY), (3, 0, R)])) == [[2, 7]]


def test_a_tied_operand_goes_on_without_a_gap() -> None:
    assert ranges(code([(0, 0, W), (2, 0, W | TIED), (2, 0, R | TIED), (3, 0, R)])) == [[1, 7]]


def test_a_new_value_leaves_a_gap_behind_the_last_read_of_the_old_one() -> None:
    assert ranges(code([(0, 0, W), (1, 0, R), (4, 0, W), (6, 0, R)])) == [[1, 3, 9, 13]]


def test_a_partial_write_reads_the_rest_unless_that_is_undefined() -> None:
    partial = W | OperandFlag.PARTIAL_WRITE
    assert ranges(code([(0, 0, partial | UNDEF), (2, 0, partial | R), (5, 0, R)])) == [[1, 11]]


def test_an_undefined_read_needs_no_value() -> None:
    assert ranges(code([(0, 0, R | UNDEF), (1, 0, UNDEF)])) == [[]]


def test_a_loop_carries_a_value_around() -> None:
    # 0: def | 2: use, def of 1 | 4: use of 1; the loop is block 1
    given = code([(0, 0, W), (2, 0, R), (2, 1, W), (4, 1, R)], 6, [0, 2, 4], [[1], [1, 2], []])
    assert ranges(given) == [[1, 8], [5, 9]]


def test_a_value_of_one_way_alone_is_not_live_on_the_other() -> None:
    # block 0 branches to 1 (writes) and 2; both go on to 3, which reads: on the way over 2 nothing is defined
    given = code([(2, 0, W), (6, 0, R)], 8, [0, 2, 4, 6], [[1, 2], [3], [3], []])
    assert ranges(given) == [[5, 8, 12, 13]]


def test_blocks_without_instructions_let_values_through() -> None:
    given = code([(0, 0, W), (3, 0, R)], 5, [0, 2, 2, 2], [[1], [2], [3], []])
    assert ranges(given) == [[1, 7]]


def test_functions_one_behind_the_other_are_as_each_alone() -> None:
    loop = code([(0, 0, W), (2, 0, R), (2, 1, W), (4, 1, R)], 6, [0, 2, 4], [[1], [1, 2], []])
    pair = [(0, 0, W), (3, 0, R), (4, 1, W), (5, 1, R)]
    both = NodeCode(
        n_nodes=4,
        n_instructions=12,
        block_start=np.array([0, 2, 4, 6, 9]),
        successors=[[1], [1, 2], [], [4], []],
        operand_inst=np.concatenate((loop.operand_inst, [6 + inst for inst, _, _ in pair])),
        operand_node=np.concatenate((loop.operand_node, [2 + node for _, node, _ in pair])),
        operand_flags=np.concatenate((loop.operand_flags, [flags for _, _, flags in pair])),
        first_node=np.array([0, 2]),
        first_block=np.array([0, 3]),
    )
    assert ranges(both) == [[1, 8], [5, 9], [13, 19], [21, 23]]


def test_nodes_that_no_instruction_names_live_nowhere() -> None:
    assert ranges(code([(0, 1, W), (1, 1, R)], nodes=3)) == [[], [1, 3], []]
    assert ranges(code([], nodes=2)) == [[], []]
    assert live_positions(code([], nodes=0, instructions=0, blocks=[0]))[1].tolist() == [0]


def test_instructions_are_those_behind_which_the_node_is_live() -> None:
    values, offsets = live_positions(
        code([(0, 0, W), (3, 0, R), (4, 1, W), (5, 2, W | EARLY), (6, 2, R)], 8, [0, 3], [[1], []])
    )
    live, starts = live_instructions(values, offsets)

    assert [part.tolist() for part in np.split(live, starts[1:-1])] == [[0, 3], [4, 5], [5, 6]]


def test_a_range_that_ends_at_the_first_instruction_of_a_block_leaves_none_there() -> None:
    live, starts = live_instructions(np.array([1, 2, 6, 7], np.int32), np.array([0, 4], np.int32))
    assert (live.tolist(), starts.tolist()) == ([0, 1], [0, 2])


@pytest.mark.parametrize(
    ("operands", "blocks", "successors", "message"),
    [
        ([(9, 0, W)], [0], [[]], "an operand names an instruction"),
        ([(0, 5, W)], [0], [[]], "an operand names a node"),
        ([(0, 0, W)], [0, 40], [[], []], "a block starts"),
        ([(0, 0, W)], [0], [[3]], "followed by one"),
        ([(0, 0, W)], [], [], "no blocks"),
    ],
)
def test_indices_that_do_not_fit_are_refused(
    operands: list[tuple[int, int, int]], blocks: list[int], successors: list[list[int]], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        live_positions(code(operands, 8, blocks, successors, nodes=2))
