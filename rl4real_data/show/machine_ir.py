"""The body of an episode's machine IR, line by line, with the instruction that each line is.

The recorder writes an instruction a line and leaves debug instructions out, as `inst` does, so that lines are counted
block by block. Where the count is another one (a text that somebody else wrote), no line claims to be an instruction.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rl4real_data.show.view import Block

_BODY: Final = re.compile(r"^body:\s*\|\s*$", re.MULTILINE)
_BLOCK: Final = re.compile(r"\s+bb\.\d+\b")
_FACT: Final = re.compile(r"\s+(successors|liveins):|\s+;|\s*$")
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|%(\d+)\b')


@dataclass(frozen=True, slots=True)
class BodyLine:
    """`block`: index of the block that it stands in; `instruction`: None for a line that is none."""

    text: str
    block: int
    instruction: int | None


def body_lines(mir: str | None, blocks: Sequence[Block]) -> tuple[BodyLine, ...]:
    """The lines of the blocks; none if the text has other blocks than the episode, or other instructions in one."""
    body = _BODY.search(mir or "")
    if mir is None or body is None or not blocks:
        return ()
    lines = tuple(_numbered(mir[body.end() :].strip("\n").split("\n")))
    counts = [0] * len(blocks)
    for line in lines:
        if line.block >= len(blocks):
            return ()
        counts[line.block] += line.instruction is not None
    heads = lines[-1].block + 1 if lines else 0
    return lines if heads == len(blocks) and counts == [block.last - block.first for block in blocks] else ()


def _numbered(texts: Sequence[str]) -> Iterator[BodyLine]:
    block, instruction = -1, 0
    for text in texts:
        if text == "...":
            return
        if _BLOCK.match(text) and text.rstrip().endswith(":"):
            block += 1
            yield BodyLine(text.strip(), block, None)
        elif block < 0 or _FACT.match(text):
            if block >= 0 and text.strip():
                yield BodyLine(text.strip(), block, None)
        else:
            yield BodyLine(text.strip(), block, instruction)
            instruction += 1


def split_registers(text: str) -> Iterator[tuple[str, int | None]]:
    """The pieces of a line: text, and the virtual register that it names; quoted strings name none."""
    done = 0
    for match in _TOKEN.finditer(text):
        if match[1] is None:
            continue
        if match.start() > done:
            yield text[done : match.start()], None
        yield match[0], int(match[1])
        done = match.end()
    if done < len(text):
        yield text[done:], None
