"""Lines of machine IR and the instructions that they are."""

from __future__ import annotations

import pytest

from rl4real_data.show.machine_ir import body_lines, split_registers
from rl4real_data.show.view import Block

MIR = """---
name: f
registers:
  - { id: 0, class: gr64 }
body: |
  bb.0:
    successors: %bb.1(0x80000000)
    liveins: $edi

    %0 = COPY $edi
    INLINEASM &"mov %1 # \\22", 1, 7, def %1
  bb.1 (align 16):
    RET64 %0
...
"""


def make_block(first: int, last: int) -> Block:
    return Block(first=first, last=last, frequency=1.0, loop_depth=0, successors=())


def test_instructions_are_numbered_through_the_blocks() -> None:
    lines = body_lines(MIR, [make_block(0, 2), make_block(2, 3)])

    assert [(line.block, line.instruction, line.text.split()[0]) for line in lines] == [
        (0, None, "bb.0:"),
        (0, None, "successors:"),
        (0, None, "liveins:"),
        (0, 0, "%0"),
        (0, 1, "INLINEASM"),
        (1, None, "bb.1"),
        (1, 2, "RET64"),
    ]


@pytest.mark.parametrize(
    "sizes", [[(0, 3), (3, 4)], [(0, 2)], [(0, 2), (2, 3), (3, 3)], []], ids=["more", "one", "three", "none"]
)
def test_a_text_that_fits_other_blocks_claims_nothing(sizes: list[tuple[int, int]]) -> None:
    assert body_lines(MIR, [make_block(*size) for size in sizes]) == ()


@pytest.mark.parametrize("mir", [None, "", "---\nname: f\n...\n", "body: |\n", "body: |\n  x\n"])
def test_no_body_has_no_lines(mir: str | None) -> None:
    assert body_lines(mir, [make_block(0, 1)]) == ()


def test_registers_are_found_and_strings_are_not_searched() -> None:
    pieces = list(split_registers('%12.sub_32bit = ASM &"%3 \\" %4", %bb.5, %const.6, killed %7'))

    assert [number for _, number in pieces if number is not None] == [12, 7]
    assert "".join(text for text, _ in pieces).startswith('%12.sub_32bit = ASM &"%3')
