"""The head of an LLVM bitcode file.

It tells who wrote the file and for which target, and is read without LLVM.

clang compiles bitcode of another architecture with a mere warning, and one of a newer LLVM by luck or not at all;
so both are looked up first. Only the head of a file is read: blocks are skipped by their length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from rl4real_data.corpus.bit_stream import LONGEST_NUMBER, BitStream
from rl4real_data.corpus.bit_stream import BitcodeError as BitcodeError  # whoever reads bitcode knows it from here

MAGIC: Final = b"BC\xc0\xde"
_WRAPPER_MAGIC: Final = b"\xde\xc0\x17\x0b"
_IDENTIFICATION_BLOCK: Final = 13
_MODULE_BLOCK: Final = 8
_NAMES_BLOCK: Final = 23
_PRODUCER_RECORD: Final = 1
_TRIPLE_RECORD: Final = 2
_LAYOUT_RECORD: Final = 3
_SOURCE_RECORD: Final = 16
_TOP_ABBREVIATION_BITS: Final = 2
_END_BLOCK, _ENTER_BLOCK, _DEFINE_ABBREVIATION, _UNABBREVIATED = range(4)
_FIXED, _VBR, _ARRAY, _CHAR6, _BLOB = 1, 2, 3, 4, 5
_NO_ZERO: Final = re.compile(rb"[^\0]")
_MOST_VALUES: Final = 1 << 16
"""Of one record: those that are read hold the name of a producer or a triple."""
_MOST_MODULES: Final = 1 << 17
_MOST_RATIO: Final = 200
_JUDGED_FROM_BYTES: Final = 64 << 20
"""Modules of one file share their names, and each of them gets a copy."""
_PADDING_BYTES: Final = 8
"""Behind a module, fewer bytes than LLVM looks at."""
_RELEASE: Final = re.compile(r"LLVM ?(\d+)\.")


@dataclass(frozen=True, slots=True, kw_only=True)
class BitcodeHead:
    """`producer` as LLVM writes it, such as "LLVM22.1.8"; `triple` and `layout` are empty for bitcode without them."""

    producer: str = ""
    triple: str = ""
    layout: str = ""

    @property
    def major(self) -> int | None:
        """LLVM's release, None for producers that count otherwise (Apple's)."""
        match = _RELEASE.match(self.producer)
        return int(match[1]) if match else None


_Operand = tuple[int | None, int]
"""(None, literal) or (encoding, width)."""


@dataclass(slots=True)
class _Block:
    """An open block: `width` is that of its abbreviation numbers."""

    number: int
    width: int
    end: int
    abbreviations: list[list[_Operand]] = field(default_factory=list)


def is_bitcode(data: bytes) -> bool:
    """True if `data` begins as bitcode does, in Apple's wrapper or not."""
    return data[:4] in (MAGIC, _WRAPPER_MAGIC)


def read_head(data: bytes) -> BitcodeHead:
    """Producer and triple of the first module in `data`; BitcodeError if there is none."""
    producer = ""
    bits = BitStream(_unwrap(data))
    for block in _top_blocks(bits):
        if block.number == _IDENTIFICATION_BLOCK:
            producer = _texts(bits, block, _PRODUCER_RECORD)[_PRODUCER_RECORD]
        elif block.number == _MODULE_BLOCK:
            texts = _texts(bits, block, _TRIPLE_RECORD, _LAYOUT_RECORD)
            return BitcodeHead(producer=producer, triple=texts[_TRIPLE_RECORD], layout=texts[_LAYOUT_RECORD])
        bits.position = block.end
    raise BitcodeError("the bitcode holds no module")


def split_modules(data: bytes) -> tuple[bytes, ...]:
    """The modules in `data`, each as a bitcode file of its own.

    A linker puts files one after the other, with zeros between them; LLVM puts several modules into one file.
    """
    modules: list[bytes] = []
    position = 0
    if data[:4] == _WRAPPER_MAGIC:
        data = bytes(_unwrap(data))
    while content := _NO_ZERO.search(data, position):
        position = content.start()
        if modules and len(data) - position <= _PADDING_BYTES:
            break
        if data[position : position + 4] != MAGIC:
            raise BitcodeError(f"no bitcode at byte {position}")
        pieces, size_bytes = _pieces(memoryview(data)[position:])
        if size_bytes <= len(MAGIC) or len(modules) + len(pieces) > _MOST_MODULES:
            raise BitcodeError(f"no module, or too many of them, at byte {position}")
        if sum(len(block) for piece in pieces for block in piece) > max(_JUDGED_FROM_BYTES, _MOST_RATIO * len(data)):
            raise BitcodeError(f"its modules have more than {_MOST_RATIO} times the file's bytes")
        if len(pieces) > 1:
            modules += [MAGIC + b"".join(piece) for piece in pieces]
        else:
            modules.append(data[position : position + size_bytes])
        position += size_bytes
    return tuple(modules)


def _pieces(data: memoryview) -> tuple[list[list[memoryview]], int]:
    """The blocks of each module in the file that `data` begins with, and the file's size.

    Names lie in a table behind the modules; it is that of all before it that have none yet.
    """
    pieces: list[list[memoryview]] = []
    nameless: list[list[memoryview]] = []
    identification: list[memoryview] = []
    bits = BitStream(data)
    begin = len(MAGIC)
    for block in _top_blocks(bits):
        bits.position = block.end
        content = data[begin : block.end >> 3]
        begin = block.end >> 3
        if block.number == _IDENTIFICATION_BLOCK:
            identification = [content]
        elif block.number == _MODULE_BLOCK:
            nameless.append([*identification, content])
        elif block.number == _NAMES_BLOCK:
            pieces += [[*piece, content] for piece in _by_source(nameless)]
            nameless = []
    return pieces + _by_source(nameless), bits.position >> 3


def _by_source(modules: list[list[memoryview]]) -> list[list[memoryview]]:
    """Modules of one source are one, as clang takes them: `-fsplit-lto-unit` divides what belongs together."""
    if len(modules) <= 1:
        return modules
    units: dict[str | int, list[memoryview]] = {}
    for number, blocks in enumerate(modules):
        units.setdefault(_source(blocks[-1]) or number, []).extend(blocks)
    return list(units.values())


def _source(module: memoryview) -> str:
    """The name of the source, or nothing."""
    bits = BitStream(module)
    bits.take(_TOP_ABBREVIATION_BITS)
    try:
        return _texts(bits, _enter(bits), _SOURCE_RECORD)[_SOURCE_RECORD]
    except BitcodeError:
        return ""


def _unwrap(data: bytes) -> memoryview:
    if data[:4] == _WRAPPER_MAGIC:
        offset, size_bytes = (int.from_bytes(data[at : at + 4], "little") for at in (8, 12))
        data = data[offset : offset + size_bytes]
    if data[:4] != MAGIC:
        raise BitcodeError("no LLVM bitcode: it begins otherwise")
    return memoryview(data)


def _top_blocks(bits: BitStream) -> Iterator[_Block]:
    """The blocks of one file; the caller moves `bits` to the end of each. Stops before anything else."""
    bits.position = 32
    while bits.position + 64 <= 8 * len(bits.data):
        before = bits.position
        if bits.take(_TOP_ABBREVIATION_BITS) != _ENTER_BLOCK:  # zeros, or the magic number of another file
            bits.position = before
            return
        yield _enter(bits)


def _enter(bits: BitStream) -> _Block:
    number, width = bits.take_vbr(8), bits.take_vbr(4)
    bits.align()
    end = 32 * bits.take(32) + bits.position
    if end > 8 * len(bits.data) or not 2 <= width <= 32:
        raise BitcodeError("the bitcode is cut off")
    return _Block(number, width, end)


def _texts(bits: BitStream, block: _Block, *codes: int) -> dict[int, str]:
    """The first record of each code in the block as text, or nothing."""
    texts = dict.fromkeys(codes, "")
    while bits.position < block.end and not all(texts.values()):
        kind = bits.take(block.width)
        if kind == _END_BLOCK:
            break
        if kind == _ENTER_BLOCK:
            bits.position = _enter(bits).end
        elif kind == _DEFINE_ABBREVIATION:
            block.abbreviations.append(_read_abbreviation(bits))
        else:
            found, *values = _read_record(bits, block, kind)
            if texts.get(found) == "":
                texts[found] = bytes(value & 0xFF for value in values).decode(errors="replace")
    return texts


def _read_abbreviation(bits: BitStream) -> list[_Operand]:
    operands: list[_Operand] = []
    for _ in range(_count(bits, 5)):
        if bits.take(1):
            operands.append((None, bits.take_vbr(8)))
            continue
        encoding = bits.take(3)
        if not _FIXED <= encoding <= _BLOB:
            raise BitcodeError(f"the bitcode has an operand of encoding {encoding}")
        width = bits.take_vbr(5) if encoding in (_FIXED, _VBR) else 0
        if width > LONGEST_NUMBER or (encoding == _VBR and width == 1):
            raise BitcodeError(f"the bitcode has numbers of {width} bits")
        operands.append((encoding, width))
    return operands


def _read_record(bits: BitStream, block: _Block, kind: int) -> list[int]:
    """Code and values of a record; at least the code."""
    if kind == _UNABBREVIATED:
        code, count = bits.take_vbr(6), _count(bits, 6)
        return [code, *(bits.take_vbr(6) for _ in range(count))]
    if kind - 4 >= len(block.abbreviations):
        raise BitcodeError(f"the bitcode uses abbreviation {kind}, which it does not define")
    values: list[int] = []
    operands = iter(block.abbreviations[kind - 4])
    for operand in operands:
        if operand[0] == _ARRAY:
            element = next(operands, (_FIXED, 0))
            values += [_read_scalar(bits, element) for _ in range(_count(bits, 6))]
        elif operand[0] == _BLOB:
            values += _read_blob(bits)
        else:
            values.append(_read_scalar(bits, operand))
    return values or [0]


def _count(bits: BitStream, width: int) -> int:
    """A number of things that follow; they may take no bits at all."""
    count = bits.take_vbr(width)
    if count > _MOST_VALUES:
        raise BitcodeError(f"the bitcode has a record of {count:,} values where names stand")
    return count


def _read_scalar(bits: BitStream, operand: _Operand) -> int:
    encoding, width = operand
    if encoding is None:
        return width
    if encoding == _CHAR6:
        return b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._"[bits.take(6)]
    if width == 0:
        return 0
    return bits.take(width) if encoding == _FIXED else bits.take_vbr(width)


def _read_blob(bits: BitStream) -> list[int]:
    size_bytes = _count(bits, 6)
    bits.align()
    values = [bits.take(8) for _ in range(size_bytes)]
    bits.align()
    return values
