"""Members of `ar` archives."""

from __future__ import annotations

import pytest
from archive_builder import bsd_archive, gnu_archive, header

from rl4real_data.corpus.archive_members import ArchiveError, read_members
from rl4real_data.corpus.file_part import FilePart

MEMBERS = {
    b"a.o": b"odd",
    b"b.o": b"even",
    b"a name that is longer than sixteen.o": b"x",
    b"caf\xe9.o": b"",
    b"two words.o": b"y",
}


def read(data: bytes) -> dict[bytes, bytes | None]:
    return {member.name: member.content and member.content.whole() for member in read_members(FilePart.of(data))}


def test_gnu() -> None:
    assert read(gnu_archive(MEMBERS)) == MEMBERS


def test_bsd() -> None:
    assert read(bsd_archive(MEMBERS)) == MEMBERS


def test_thin_archive_names_files() -> None:
    names = {b"sub/a.o": b"xyz", b"../b.o": b"", b"/somewhere/c.o": b"12"}
    assert read(gnu_archive(names, is_thin=True)) == dict.fromkeys(names)


def test_empty_archive() -> None:
    assert read(b"!<arch>\n") == {}


@pytest.mark.parametrize("archive", [gnu_archive(MEMBERS), bsd_archive(MEMBERS)])
def test_every_cut_is_noticed_or_between_members(archive: bytes) -> None:
    whole = read(archive)
    for size_bytes in range(8, len(archive)):
        members: dict[bytes, bytes | None] = {}
        try:
            for member in read_members(FilePart.of(archive[:size_bytes])):
                members[member.name] = member.content and member.content.whole()
        except ArchiveError as error:
            assert "cut off" in str(error) or "damaged" in str(error)  # noqa: PT017 - what came before counts, too
        assert members.items() <= whole.items()


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"!<arch>", "begins otherwise"),
        (b"!<arch>\n" + header(b"a.o/", 0)[:-2] + b"xx", "bad header"),
        (b"!<arch>\n" + header(b"a.o/", 0).replace(b" 0         `", b" -1        `"), "bad header"),
        (b"!<arch>\n" + header(b"/7", 0), "no such name"),
        (b"!<arch>\n" + header(b"#1/9", 4) + b"abcd", "cut off"),
        (b"!<arch>\n" + header(b"a.o/", 9_999_999_999), "cut off"),
    ],
)
def test_damaged_archive(data: bytes, problem: str) -> None:
    with pytest.raises(ArchiveError, match=problem):
        read(data)
