"""The hottest block of each function, cut out of the assembly that clang prints."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from rl4real_data.evaluation.final_file import FunctionCode
from rl4real_data.toolchain.block_cycles import instructions_in

_BLOCK: Final = re.compile(r"\.LBB\d+_(\d+):|(?:#|//) %bb\.(\d+):")
_END: Final = re.compile(r"\.Lfunc_end\d+:")


def hot_blocks(assembly: str, functions: Sequence[FunctionCode]) -> list[list[str]]:
    """The instructions of each function's hottest block, without directives; none where the block is not there.

    The functions are those of the same compilation, in the order in which they were printed. ValueError where there
    are others.
    """
    bodies = list(_bodies(assembly))
    if len(bodies) != len(functions):
        raise ValueError(f"the assembly has {len(bodies)} functions, not {len(functions)}")
    return [_block(body, function.hottest_block) for body, function in zip(bodies, functions, strict=True)]


def _bodies(assembly: str) -> Iterator[list[str]]:
    """The lines up to each function's end; what lies in front of its first block belongs to none."""
    body: list[str] = []
    for line in assembly.splitlines():
        if _END.match(line):
            yield body
            body = []
        else:
            body.append(line)


def _block(body: Sequence[str], wanted: int) -> list[str]:
    found: list[str] = []
    number = -1
    for line in body:
        if header := _BLOCK.match(line):
            number = int(header[1] or header[2])
        elif number == wanted:
            found.append(line)
    return instructions_in(found)
