"""Sections of ELF object files, by name.

Enough of the format is read to get embedded bitcode out.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from rl4real_data.corpus.file_part import FilePart

MAGIC: Final = b"\x7fELF"
_NO_BITS: Final = 8
_COMPRESSED: Final = 0x800
_INDEX_IS_ELSEWHERE: Final = 0xFFFF
_BIG: Final = 2
_IS_64: Final = 2
_TYPE_END: Final = 18
_WRITTEN: Final = 0x1
_LOADED: Final = 0x2
_EXECUTED: Final = 0x4
_RELOCATABLE: Final = 1
_LONGEST_HEADER: Final = 64


class ElfError(ValueError):
    """The bytes are no ELF file, or are cut off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """Where a file of this word size and byte order has its fields."""

    order: str
    is_64: bool

    @property
    def header_bytes(self) -> int:
        return 64 if self.is_64 else 52

    @property
    def entry_bytes(self) -> int:
        return 64 if self.is_64 else 40

    def header(self, data: bytes) -> tuple[int, int, int, int]:
        """(offset of the section table, bytes an entry, entries, index of the table of names)."""
        offset = struct.unpack_from(f"{self.order}{'Q' if self.is_64 else 'I'}", data, 40 if self.is_64 else 32)[0]
        return (offset, *struct.unpack_from(f"{self.order}HHH", data, 58 if self.is_64 else 46))

    def section(self, data: bytes) -> _Section:
        fields = struct.unpack_from(f"{self.order}{'IIQQQQI' if self.is_64 else 'IIIIIII'}", data)
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

    def content(self, data: FilePart) -> bytes:
        return b"" if self.kind == _NO_BITS else data.read(self.offset, self.size)


def is_relocatable(head: bytes) -> bool:
    """True for the first bytes of what a compiler writes; false for programs, libraries and other files."""
    if head[:4] != MAGIC or len(head) < _TYPE_END:
        return False
    return int.from_bytes(head[16:18], _byte_order(head)) == _RELOCATABLE


def find_sections(data: bytes | FilePart, *names: str) -> dict[str, bytes]:
    """Contents of the named sections that are there; those of equal names one after the other."""
    try:
        return _find_sections(FilePart.of(data) if isinstance(data, bytes) else data, set(names))
    except (struct.error, IndexError, EOFError) as error:
        raise ElfError("the object file is cut off") from error


def code_size(data: bytes) -> int:
    """Bytes of all sections that are executed: `.text`, and what is put apart from it."""
    try:
        found = _named_sections(FilePart.of(data), longest=0)
        return sum(section.size for _, section in found if section.flags & _EXECUTED)
    except (struct.error, IndexError, EOFError) as error:
        raise ElfError("the object file is cut off") from error


def text_size(data: bytes) -> int:
    """What `llvm-size` counts as text: bytes of the loaded sections that are executed or only read."""
    try:
        found = _named_sections(FilePart.of(data), longest=0)
        return sum(section.size for _, section in found if _is_text(section.flags))
    except (struct.error, IndexError, EOFError) as error:
        raise ElfError("the object file is cut off") from error


def _is_text(flags: int) -> bool:
    return bool(flags & _LOADED) and (bool(flags & _EXECUTED) or not flags & _WRITTEN)


def _byte_order(head: bytes) -> Literal["big", "little"]:
    return "big" if head[5] == _BIG else "little"


def _find_sections(data: FilePart, names: set[str]) -> dict[str, bytes]:
    pieces: dict[str, list[bytes]] = {}
    found_bytes = 0
    for name, section in _named_sections(data, longest=max(map(len, names))):
        if name not in names:
            continue
        if section.flags & _COMPRESSED:
            raise ElfError(f"the section {name} is compressed")
        pieces.setdefault(name, []).append(section.content(data))
        found_bytes += len(pieces[name][-1])
        if found_bytes > data.size:
            raise ElfError("sections of the object file lie over each other")
    return {name: b"".join(contents) for name, contents in pieces.items()}


def _named_sections(data: FilePart, *, longest: int) -> Iterator[tuple[str, _Section]]:
    """All sections; of a name no more than one letter beyond `longest`."""
    head = data.head(_LONGEST_HEADER)
    if head[:4] != MAGIC:
        raise ElfError("no ELF object file: it begins otherwise")
    layout = _Layout(order=">" if head[5] == _BIG else "<", is_64=head[4] == _IS_64)
    offset, entry_bytes, count, names_index = layout.header(head)
    if len(head) < layout.header_bytes:
        raise EOFError
    if not offset:
        return
    first = layout.section(data.read(offset, layout.entry_bytes))  # holds what does not fit into the header
    count = count or first.size
    table = data.read(offset, count * max(entry_bytes, layout.entry_bytes))
    places = range(0, count * entry_bytes, entry_bytes) if entry_bytes else [0] * count
    sections = [layout.section(table[at : at + layout.entry_bytes]) for at in places]
    strings = sections[first.link if names_index == _INDEX_IS_ELSEWHERE else names_index].content(data)
    for section in sections:
        name = strings[section.name : section.name + longest + 1].partition(b"\0")[0].decode(errors="replace")
        yield name, section
