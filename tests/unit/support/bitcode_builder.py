"""Writes small bitcode and object files, bit by bit, without LLVM."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence


class BitWriter:
    """The least significant bit of a byte comes first."""

    def __init__(self) -> None:
        self._bits: list[int] = []

    def fixed(self, value: int, width: int) -> BitWriter:
        self._bits += [value >> bit & 1 for bit in range(width)]
        return self

    def vbr(self, value: int, width: int) -> BitWriter:
        while value >> (width - 1):
            self.fixed(value & ((1 << (width - 1)) - 1) | 1 << (width - 1), width)
            value >>= width - 1
        return self.fixed(value, width)

    def record(self, code: int, values: Sequence[int], *, width: int) -> BitWriter:
        self.fixed(3, width).vbr(code, 6).vbr(len(values), 6)
        for value in values:
            self.vbr(value, 6)
        return self

    def bytes(self) -> bytes:
        """Filled up to 32 bits."""
        bits = self._bits + [0] * (-len(self._bits) % 32)
        return bytes(sum(bit << n for n, bit in enumerate(bits[at : at + 8])) for at in range(0, len(bits), 8))


def block(number: int, width: int, content: BitWriter, *, outer_width: int = 2) -> bytes:
    """A block whose abbreviation numbers have `width` bits; starts at a multiple of 32 bits."""
    body = content.fixed(0, width).bytes()
    head = BitWriter().fixed(1, outer_width).vbr(number, 8).vbr(width, 4).bytes()
    return head + struct.pack("<I", len(body) // 4) + body


def bitcode(
    *,
    producer: str = "LLVM22.1.8",
    triple: str | None = "x86_64-unknown-linux-gnu",
    layout: str | None = None,
    source: str | None = None,
) -> bytes:
    """One module without functions; the producer's record is abbreviated as LLVM does it, the triple's is not."""
    identification = BitWriter()
    # abbreviation 4: the literal 1, an array of char6
    identification.fixed(2, 5).vbr(3, 5).fixed(1, 1).vbr(1, 8).fixed(0, 1).fixed(3, 3).fixed(0, 1).fixed(4, 3)
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._"
    identification.fixed(4, 5).vbr(len(producer), 6)
    for letter in producer:
        identification.fixed(letters.index(letter), 6)
    module = BitWriter().record(1, [2], width=3)  # VERSION
    if triple is not None:
        module.record(2, triple.encode(), width=3)
    if layout is not None:
        module.record(3, layout.encode(), width=3)
    if source is not None:
        module.record(16, source.encode(), width=3)
    return b"BC\xc0\xde" + block(13, 5, identification) + block(8, 3, module)


def elf(sections: Mapping[str, bytes], *, is_64: bool = True, order: str = "<") -> bytes:
    """A relocatable object file with these sections; `.text…` are executed."""
    names = b"\0" + b"".join(name.encode() + b"\0" for name in (*sections, ".shstrtab"))
    contents = {**sections, ".shstrtab": names}
    header_bytes, entry = (64, "IIQQQQIIQQ") if is_64 else (52, "IIIIIIIIII")
    data, table = b"", [struct.pack(order + entry, *[0] * 10)]
    for name, content in contents.items():
        name_at = names.index(b"\0" + name.encode() + b"\0") + 1
        flags = 6 if name.startswith(".text") else 0
        place = header_bytes + len(data)
        table.append(struct.pack(order + entry, name_at, 1, flags, 0, place, len(content), 0, 0, 1, 0))
        data += content
    head = b"\x7fELF" + bytes([2 if is_64 else 1, 1 if order == "<" else 2, 1]) + bytes(9)
    fields = (
        1,
        62,
        1,
        0,
        0,
        header_bytes + len(data),
        0,
        header_bytes,
        0,
        0,
        len(table[0]),
        len(table),
        len(table) - 1,
    )
    return head + struct.pack(order + ("HHIQQQIHHHHHH" if is_64 else "HHIIIIIHHHHHH"), *fields) + data + b"".join(table)


def joined_bitcode(**sources: str) -> bytes:
    """One file with a module for each triple and source, and the table of names that they have in common."""
    whole = b"".join(bitcode(triple=triple, source=source)[4:] for triple, source in sources.items())
    return b"BC\xc0\xde" + whole + block(23, 3, BitWriter())
