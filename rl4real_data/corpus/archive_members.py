"""The members of an `ar` archive.

Static libraries, Rust's `.rlib` and thin archives are such. The tables of symbols and of long names are read over. A
thin archive names files beside it instead of holding them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rl4real_data.corpus.file_part import FilePart

MAGIC: Final = b"!<arch>\n"
THIN_MAGIC: Final = b"!<thin>\n"
_HEADER_BYTES: Final = 60
_HEADER_END: Final = b"`\n"
_SYMBOLS: Final = frozenset(
    {b"/", b"/SYM64/", b"__.SYMDEF", b"__.SYMDEF SORTED", b"__.SYMDEF_64", b"__.SYMDEF_64 SORTED"}
)
_LONG_NAMES: Final = frozenset({b"//", b"ARFILENAMES/"})
_BSD_NAME: Final = b"#1/"


class ArchiveError(ValueError):
    """The bytes are no archive, or are cut off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file of an archive; `content` is None for a file that lies beside a thin archive."""

    name: bytes
    content: FilePart | None


def is_archive(head: bytes) -> bool:
    """True if a file that begins so is an archive."""
    return head.startswith((MAGIC, THIN_MAGIC))


def read_members(data: FilePart) -> Iterator[Member]:
    """The members in their order; ArchiveError where the archive is damaged, behind those that are whole."""
    magic = data.head(len(MAGIC))
    if not is_archive(magic):
        raise ArchiveError("no archive: it begins otherwise")
    is_thin = magic == THIN_MAGIC
    long_names = b""
    position = len(MAGIC)
    while position < data.size:
        try:
            raw, size_bytes = _header(data.read(position, _HEADER_BYTES))
            position += _HEADER_BYTES
            is_here = not is_thin or raw in _SYMBOLS | _LONG_NAMES
            content = data.part(position, size_bytes) if is_here else None
            position += (size_bytes + size_bytes % 2) if is_here else 0
            if raw in _LONG_NAMES and content is not None:
                long_names = content.whole()
            elif raw not in _SYMBOLS and (member := _member(raw, content, long_names)).name not in _SYMBOLS:
                yield member
        except EOFError as error:
            raise ArchiveError("the archive is cut off") from error


def _header(header: bytes) -> tuple[bytes, int]:
    """Name as it stands there, and size."""
    size_text = header[48:58].strip()
    if header[58:] != _HEADER_END or not size_text.isdigit():
        raise ArchiveError("the archive is damaged: it has a bad header")
    return header[:16].rstrip(b" "), int(size_text)


def _member(raw: bytes, content: FilePart | None, long_names: bytes) -> Member:
    if raw.startswith(_BSD_NAME) and raw[3:].isdigit() and content is not None:
        length = int(raw[3:])
        name = content.read(0, length).rstrip(b"\0")
        rest = content.part(length, content.size - length)
        return Member(name=name, content=rest)
    if raw.startswith(b"/") and raw[1:].partition(b":")[0].isdigit():
        return Member(name=_long_name(long_names, int(raw[1:].partition(b":")[0])), content=content)
    return Member(name=raw.removesuffix(b"/"), content=content)


def _long_name(names: bytes, at: int) -> bytes:
    if at >= len(names):
        raise ArchiveError("the archive is damaged: it has no such name")
    return names[at:].partition(b"\n")[0].partition(b"\0")[0].removesuffix(b"/")
