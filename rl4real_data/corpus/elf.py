"""Sections of ELF object files, by name.

Enough of the format is read to get embedded bitcode out.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

MAGIC: Final = b"\x7fELF"
_NO_BITS: Final = 8
_COMPRESSED: Final = 0x800
_INDEX_IS_ELSEWHERE: Final = 0xFFFF


class ElfError(ValueError):
    """The bytes are no ELF file, or are cut off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """Where a file of this word size and byte order has its fields."""

    order: str
    is_64: bool

    def header(self, data: bytes) -> tuple[int, int, int, int]:
        """(offset of the section table, bytes an entry, entries, index of the table of names)."""
        offset = struct.unpack_from(f"{self.order}{'Q' if self.is_64 else 'I'}", data, 40 if self.is_64 else 32)[0]
        return (offset, *struct.unpack_from(f"{self.order}HHH", data, 58 if self.is_64 else 46))

    @property
    def entry_bytes(self) -> int:
        return 64 if self.is_64 else 40

    def section(self, data: bytes, at: int) -> _Section:
        fields = struct.unpack_from(f"{self.order}{'IIQQQQI' if self.is_64 else 'IIIIIII'}", data, at)
        name, kind, flags, _, offset, size, link = fields
        return _Section(name=name, kind=kind, flags=flags, offset=offset, size=size, link=link)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Section:
    name: int
    kind: int
    flags: int
    offset: int
    size: int
    link: int

    def content(self, data: bytes) -> bytes:
        if self.kind == _NO_BITS:
            return b""
        if self.offset + self.size > len(data):
            raise ElfError("the object file is cut off")
        return data[self.offset : self.offset + self.size]


def find_sections(data: bytes, *names: str) -> dict[str, bytes]:
    """Contents of the named sections that are there; those of equal names one after the other."""
    try:
        return _find_sections(data, set(names))
    except (struct.error, IndexError) as error:
        raise ElfError("the object file is cut off") from error


def _find_sections(data: bytes, names: set[str]) -> dict[str, bytes]:
    if data[:4] != MAGIC:
        raise ElfError("no ELF object file: it begins otherwise")
    layout = _Layout(order=">" if data[5] == 2 else "<", is_64=data[4] == 2)
    offset, entry_bytes, count, names_index = layout.header(data)
    if not offset:
        return {}
    first = layout.section(data, offset)  # holds what does not fit into the header
    count = count or first.size
    if offset + count * max(entry_bytes, layout.entry_bytes) > len(data):
        raise ElfError("the object file is cut off")
    sections = [layout.section(data, offset + number * entry_bytes) for number in range(count)]
    strings = sections[first.link if names_index == _INDEX_IS_ELSEWHERE else names_index].content(data)
    pieces: dict[str, list[bytes]] = {}
    found_bytes = 0
    longest = 1 + max(map(len, names))
    for section in sections:
        name = strings[section.name : section.name + longest].partition(b"\0")[0].decode(errors="replace")
        if name in names:
            if section.flags & _COMPRESSED:
                raise ElfError(f"the section {name} is compressed")
            pieces.setdefault(name, []).append(section.content(data))
            found_bytes += len(pieces[name][-1])
            if found_bytes > len(data):
                raise ElfError("sections of the object file lie over each other")
    return {name: b"".join(contents) for name, contents in pieces.items()}
