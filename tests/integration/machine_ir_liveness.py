"""Which virtual registers hold a value behind each instruction, found in the text of machine IR alone.

The classic backward dataflow over reads and writes, as a compiler course teaches it. It knows nothing of LLVM's live
intervals or of the plugin, whose `node_live` is compared with it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rl4real_data.show.machine_ir import body_lines
from rl4real_data.show.view import EpisodeView

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_WRITTEN = re.compile(r"^((?:[\w-]+ )*[%$][\w.]+(?:\([^)]*\))?(?::\w+)?(?:, )?)+ = ")
_OPERAND = re.compile(r"((?:[\w-]+ )*)%(\d+)(\.\w+)?")


@dataclass(frozen=True, slots=True)
class Effect:
    """What an instruction reads and writes. To write a part of a register is to read the rest of it."""

    reads: frozenset[int]
    writes: frozenset[int]


def effect_of(text: str) -> Effect:
    plain = _STRING.sub('""', text)
    written = _WRITTEN.match(plain)
    border = written.end() if written else 0
    reads, writes = set(), set()
    for operand in _OPERAND.finditer(plain):
        flags, register = operand[1].split(), int(operand[2])
        is_write = operand.start() < border or {"def", "implicit-def"} & set(flags)
        if is_write:
            writes.add(register)
        if "undef" not in flags and (not is_write or operand[3]):
            reads.add(register)
    return Effect(frozenset(reads), frozenset(writes))


def live_behind(view: EpisodeView) -> list[frozenset[int]]:
    """For each instruction the registers that are read later before they are written, and those that it writes."""
    effects = [effect_of(line.text) for line in body_lines(view.mir, view.blocks) if line.instruction is not None]
    entering: list[frozenset[int]] = [frozenset()] * len(view.blocks)
    changed = True
    while changed:
        changed = False
        for place in reversed(range(len(view.blocks))):
            live = _into(view, place, entering, effects, [])
            changed |= live != entering[place]
            entering[place] = live
    found: list[frozenset[int]] = []
    for place in range(len(view.blocks)):
        _into(view, place, entering, effects, found)
    return found


def _into(
    view: EpisodeView,
    place: int,
    entering: Sequence[frozenset[int]],
    effects: Sequence[Effect],
    found: list[frozenset[int]],
) -> frozenset[int]:
    """What is live where the block begins; what is live behind its instructions goes into `found`."""
    block = view.blocks[place]
    live = frozenset().union(*(entering[successor] for successor in block.successors))
    behind = []
    for effect in reversed(effects[block.first : block.last]):
        behind.append(live | effect.writes)
        live = (live - effect.writes) | effect.reads
    found += reversed(behind)
    return live
