"""Machine IR as the stock compiler prints it, read into functions, blocks, instructions and operands.

A reader of its own, so that what is found here owes nothing to the plugin or to the library.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_COMMENT = re.compile(r" ?/\*.*?\*/")
_INNERMOST = re.compile(r"\(([^()]*)\)")
_BLOCK = re.compile(r"bb\.(\d+)(?:\.[\w.-]+)?(?: <(.*)>)?:")
_SUCCESSOR = re.compile(r"%bb\.(\d+)(?:<0x([0-9a-f]+)>)?")
_OPCODE = re.compile(r"(?:[a-z][\w-]*(?:<[^>]*>)? )*([A-Z_][A-Za-z0-9_]*)(?: |$)")
_REGISTER = re.compile(r"((?:[a-z][a-z-]* )*)(?:\$(\w+)|%(\d+)(?:\.(\w+))?)(?::[\w<>]+)*(?: ?<tied-def (\d+)>)?$")
_SLOT = re.compile(r"(?:[a-z][a-z-]* )*%stack\.(\d+)")
_OBJECT = re.compile(r"  - \{ id: (\d+), (.*)")
_SAVED = re.compile(r"callee-saved-register: '\$(\w+)'")
_LOCATION = re.compile(r",? debug-location (?:!\d+|!DILocation\(.*?\))")
_METADATA = re.compile(r"!\d+")
_TRAILERS = (
    "debug-location ",
    "debug-instr-number ",
    "pre-instr-symbol ",
    "post-instr-symbol ",
    "heap-alloc-marker ",
    "pcsections ",
    "mmra ",
    "cfi-type ",
    "deactivation-symbol ",
)
_UNCOUNTED = ("DBG_VALUE", "DBG_VALUE_LIST", "DBG_INSTR_REF", "DBG_PHI", "DBG_LABEL", "PSEUDO_PROBE")
WHOLE = 1 << 31


@dataclass(frozen=True, slots=True)
class Operand:
    """What stands between two commas: a register, real or virtual, a stack slot, or anything else, as its text."""

    text: str
    flags: frozenset[str] = frozenset()
    physical: str = ""
    virtual: int = -1
    subregister: str = ""
    tied_to: int = -1
    slot: int = -1
    is_write: bool = False

    @property
    def is_register(self) -> bool:
        return bool(self.physical) or self.virtual >= 0

    @property
    def is_implicit(self) -> bool:
        return bool(self.flags & {"implicit", "implicit-def"})


@dataclass(frozen=True, slots=True)
class Instruction:
    opcode: str
    operands: tuple[Operand, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Block:
    number: int
    attributes: frozenset[str]
    successors: Mapping[int, float | None]
    live_in: tuple[str, ...]
    instructions: tuple[Instruction, ...]


@dataclass(frozen=True, slots=True)
class StackObject:
    number: int
    is_fixed: bool
    is_spill_slot: bool
    saved_register: str


@dataclass
class Function:
    """One function; its blocks are read when they are asked for."""

    name: str
    header: list[str] = field(default_factory=list)
    body: list[str] = field(default_factory=list)

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """In layout order."""
        starts = [i for i, line in enumerate(self.body) if line.startswith("  bb.")]
        ends = [*starts[1:], len(self.body)]
        return tuple(_block(self.body[start:end]) for start, end in zip(starts, ends, strict=True))

    @property
    def code(self) -> list[str]:
        """Its lines without locations, and without the numbers of metadata, which locations shift."""
        return [_METADATA.sub("!", _LOCATION.sub("", line)) for line in self.body]

    @cached_property
    def objects(self) -> tuple[StackObject, ...]:
        """What lies in the frame: fixed objects, and those that have a number of `%stack.`."""
        return tuple(_objects(self.header))


def read_functions(text: str) -> dict[str, Function]:
    """All functions of what `-stop-after` or `-stop-before` printed, by name."""
    found: dict[str, Function] = {}
    for part in text.split("\n---\n")[1:]:
        lines = part.split("\n")
        if not lines[0].startswith("name:"):
            continue
        name = lines[0].removeprefix("name:").strip()
        body = next(i for i, line in enumerate(lines) if line.startswith("body:"))
        found[_unquoted(name)] = Function(_unquoted(name), lines[:body], lines[body + 1 :])
    return found


def _unquoted(name: str) -> str:
    if name.startswith("'"):
        return name[1:-1].replace("''", "'")
    return name[1:-1] if name.startswith('"') else name


def _objects(header: list[str]) -> Iterator[StackObject]:
    is_fixed = False
    for line in _whole_lines(header):
        if line[:1].isalpha():
            is_fixed = line.startswith("fixedStack:")
        found = _OBJECT.match(line)
        if found and "type: " in found[2]:
            saved = _SAVED.search(found[2])
            yield StackObject(int(found[1]), is_fixed, "type: spill-slot" in found[2], saved[1] if saved else "")


def _whole_lines(header: list[str]) -> Iterator[str]:
    """Lines of which none goes on in the next."""
    whole = ""
    for line in header:
        if line.startswith("      "):
            whole += " " + line.strip()
        else:
            yield whole
            whole = line
    yield whole


def _block(lines: list[str]) -> Block:
    head = _BLOCK.match(_plain(lines[0].strip()))
    assert head, lines[0]
    successors: Mapping[int, float | None] = {}
    live_in: tuple[str, ...] = ()
    instructions = []
    for line in lines[1:]:
        words = line.strip()
        if words.startswith("successors:"):
            pairs = _SUCCESSOR.findall(_plain(words))
            successors = {int(block): int(weight, 16) / WHOLE if weight else None for block, weight in pairs}
        elif words.startswith("liveins:"):
            live_in = tuple(re.findall(r"\$(\w+)", words))
        elif line.startswith("    ") and words and not words.startswith(";") and words != "}":
            instructions.append(_instruction(words))
    counted = tuple(instruction for instruction in instructions if instruction.opcode not in _UNCOUNTED)
    return Block(int(head[1]), frozenset((head[2] or "").split("; ")), successors, live_in, counted)


def _plain(text: str) -> str:
    """Without strings and comments, and with no comma that does not divide operands: f(a, b) is f<a; b>."""
    if '"' in text:
        text = _STRING.sub('""', text)
    if "/*" in text:
        text = _COMMENT.sub("", text)
    while "(" in text and (changed := _INNERMOST.sub(_in_brackets, text)) != text:
        text = changed
    return text


def _in_brackets(found: re.Match[str]) -> str:
    return "<" + found[1].replace(", ", "; ").replace(",", ";") + ">"


def _instruction(text: str) -> Instruction:
    plain = _plain(text).partition(" :: ")[0].removesuffix(" {")
    written, equals, rest = plain.partition(" = ")
    if not equals:
        written, rest = "", plain
    found = _OPCODE.match(rest)
    assert found, text
    operands = [_operand(word, is_write=True) for word in written.split(", ") if word]
    for word in rest[found.end() :].split(", "):
        if word.startswith(_TRAILERS):
            break
        if word:
            operands.append(_operand(word, is_write=False))
    return Instruction(found[1], tuple(operands), text)


def _operand(text: str, *, is_write: bool) -> Operand:
    found = _REGISTER.match(text)
    if not found:
        slot = _SLOT.match(text)
        return Operand(text, slot=int(slot[1]) if slot else -1)
    flags = frozenset(found[1].split())
    return Operand(
        text,
        flags,
        physical=found[2] or "",
        virtual=int(found[3]) if found[3] else -1,
        subregister=found[4] or "",
        tied_to=int(found[5]) if found[5] else -1,
        is_write=is_write or bool(flags & {"def", "implicit-def"}),
    )
