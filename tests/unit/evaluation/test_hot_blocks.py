"""Hottest blocks, cut out of assembly."""

from __future__ import annotations

from dataclasses import replace

import pytest
from evaluation_builder import make_function

from rl4real_data.evaluation.final_file import FunctionCode
from rl4real_data.evaluation.hot_blocks import hot_blocks

X86 = """\
\t.text
first:                                  # @first
\t.cfi_startproc
# %bb.0:
\ttestl\t%esi, %esi
\tjle\t.LBB0_1
\t.p2align\t4
.LBB0_1:                                # =>This Inner Loop Header: Depth=1
\taddl\t%esi, %eax
\t.loc\t1 2 3
\tjne\t.LBB0_1
# %bb.2:
\tretq
.Lfunc_end0:
\t.size\tfirst, .Lfunc_end0-first
second:
# %bb.0:
\tmovl\t$2, %eax
\tretq
.Lfunc_end1:
"""
AARCH64 = """\
first:                                  // @first
// %bb.0:
\tcmp\tw1, #1
// %bb.1:
\tmov\tw9, w1
.Lfunc_end0:
"""


def in_block(number: int) -> FunctionCode:
    return replace(make_function("work"), hottest_block=number)


def test_instructions_of_the_block_alone() -> None:
    found = hot_blocks(X86, [in_block(1), in_block(0)])

    assert found == [["\taddl\t%esi, %eax", "\tjne\t.LBB0_1"], ["\tmovl\t$2, %eax", "\tretq"]]


def test_blocks_that_only_a_comment_names() -> None:
    assert hot_blocks(X86, [in_block(2), in_block(0)])[0] == ["\tretq"]
    assert hot_blocks(AARCH64, [in_block(1)]) == [["\tmov\tw9, w1"]]


def test_a_block_that_is_not_there_has_no_instructions() -> None:
    assert hot_blocks(X86, [in_block(7), in_block(-1)]) == [[], []]


def test_other_functions_are_refused() -> None:
    with pytest.raises(ValueError, match="2 functions, not 1"):
        hot_blocks(X86, [in_block(0)])
