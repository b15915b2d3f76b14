"""Unpacking: what lands in the folder, and every kind of archive that must be refused."""

from __future__ import annotations

import contextlib
import gzip
import io
import tarfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from rl4real_data.core.errors import SourceError
from rl4real_data.corpus.unpacking import Limits, unpack


def entry(name: str, kind: bytes = tarfile.REGTYPE, *, link: str = "", mode: int = 0o644) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname, member.mode = kind, link, mode
    return member


def make_archive(path: Path, members: Sequence[tuple[tarfile.TarInfo, bytes]]) -> Path:
    mode = {".gz": "w:gz", ".bz2": "w:bz2", ".xz": "w:xz"}[path.suffix]
    with tarfile.open(path, mode) as tar:  # type: ignore[call-overload]  # the mode is no literal
        for member, content in members:
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


def listing(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("suffix", [".tar.gz", ".tar.bz2", ".tar.xz"])
def test_single_top_folder_is_stripped(tmp_path: Path, suffix: str) -> None:
    members = [
        (entry("toy-1.0", tarfile.DIRTYPE, mode=0o755), b""),
        (entry("toy-1.0/src/a.c"), b"int a;"),
        (entry("toy-1.0/README"), b"read me"),
    ]
    unpack(make_archive(tmp_path / f"toy{suffix}", members), tmp_path / "out")
    assert listing(tmp_path / "out") == {"README": "read me", "src/a.c": "int a;"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", f"toy{suffix}"]


@pytest.mark.parametrize("names", [("a.c", "b/c.c"), ("x/a.c", "y/b.c"), ("only.c",)])
def test_other_tops_are_kept(tmp_path: Path, names: tuple[str, ...]) -> None:
    unpack(make_archive(tmp_path / "t.tar.gz", [(entry(name), b"1") for name in names]), tmp_path / "out")
    assert listing(tmp_path / "out") == dict.fromkeys(names, "1")


def test_links_inside_are_kept(tmp_path: Path) -> None:
    members = [
        (entry("t/src/a.c"), b"int a;"),
        (entry("t/test/a.c", tarfile.SYMTYPE, link="../src/a.c"), b""),
        (entry("t/hard.c", tarfile.LNKTYPE, link="t/src/a.c"), b""),
    ]
    unpack(make_archive(tmp_path / "t.tar.gz", members), tmp_path / "out")
    assert listing(tmp_path / "out") == {"hard.c": "int a;", "src/a.c": "int a;", "test/a.c": "int a;"}


MEMBERS = [
    (entry("t/src/lib/a.c"), b"int a;"),
    (entry("t/src/b.c"), b"int b;"),
    (entry("t/src/lib/same.c", tarfile.SYMTYPE, link="a.c"), b""),
    (entry("t/src/lib/other.c", tarfile.SYMTYPE, link="../b.c"), b""),
    (entry("t/doc/src/c.c"), b"int c;"),
]


@pytest.mark.parametrize("has_top", [True, False])
@pytest.mark.parametrize(
    ("folder", "names"),
    [
        ("src", ["b.c", "lib/a.c", "lib/other.c", "lib/same.c"]),
        ("src/lib", ["a.c", "same.c"]),  # the link to b.c leads to what was not taken
        ("doc", ["src/c.c"]),
        (".", ["doc/src/c.c", "src/b.c", "src/lib/a.c", "src/lib/other.c", "src/lib/same.c"]),
    ],
)
def test_sub_folder_is_taken_alone(tmp_path: Path, folder: str, names: list[str], has_top: bool) -> None:
    members = [(entry(m.name[0 if has_top else 2 :], m.type, link=m.linkname), content) for m, content in MEMBERS]
    unpack(make_archive(tmp_path / "t.tar.gz", members), tmp_path / "out", folder=folder)
    assert sorted(listing(tmp_path / "out")) == names
    assert not any(path.is_symlink() and not path.exists() for path in (tmp_path / "out").rglob("*"))


@pytest.mark.parametrize("folder", ["lib", "src/b.c", "t"])
def test_sub_folder_that_is_not_there(tmp_path: Path, folder: str) -> None:
    with pytest.raises(SourceError, match=rf"t\.tar\.gz has no folder {folder}"):
        unpack(make_archive(tmp_path / "t.tar.gz", MEMBERS), tmp_path / "out", folder=folder)
    assert [path.name for path in tmp_path.iterdir()] == ["t.tar.gz"]


def test_link_out_of_the_top_folder_that_is_stripped(tmp_path: Path) -> None:
    """Inside the archive, and beside the tree once the top folder is gone: another corpus's file perhaps."""
    members = [(entry("t/a.c"), b"1"), (entry("t/l.c", tarfile.SYMTYPE, link="../zlib-0123/a.c"), b"")]
    with pytest.raises(SourceError, match=r"t\.tar\.gz: l\.c is a link that leads out of its tree"):
        unpack(make_archive(tmp_path / "t.tar.gz", members), tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["t.tar.gz"]


@pytest.mark.parametrize("has_filter", [True, False], ids=["data filter", "Python 3.11.2"])
@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ([entry("../evil.c")], r"'\.\./evil\.c' is a path that leads out"),
        ([entry("t/../../evil.c")], "is a path that leads out"),
        ([entry("/tmp/evil.c")], r"'/tmp/evil\.c' is a path that leads out"),
        ([entry("t/l", tarfile.SYMTYPE, link="/etc")], "is a link that leads out of the archive, to '/etc'"),
        ([entry("t/l", tarfile.SYMTYPE, link="../../x")], "is a link that leads out"),
        ([entry("t/l", tarfile.LNKTYPE, link="../x")], "is a link that leads out"),
        ([entry("t/l", tarfile.LNKTYPE, link="/etc/passwd")], "is a link that leads out"),
        (
            # Each link alone stays inside by its text; together t/b is the folder above t.
            [entry("t/a", tarfile.SYMTYPE, link="."), entry("t/b", tarfile.SYMTYPE, link="a/../..")],
            "'t/b' is a link that leads out",
        ),
        (
            [entry("t/a", tarfile.SYMTYPE, link="."), entry("t/a/evil.c")],
            r"'t/a/evil\.c' is reached through a link",
        ),
        ([entry("t/a", tarfile.SYMTYPE, link="b"), entry("t/a")], "'t/a' is reached through a link"),
        ([entry("t/fifo", tarfile.FIFOTYPE)], "is neither a file, a folder nor a link"),
        ([entry("t/dev", tarfile.CHRTYPE)], "is neither a file, a folder nor a link"),
    ],
)
def test_entries_that_lead_out_are_refused(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    members: list[tarfile.TarInfo],
    problem: str,
    has_filter: bool,
) -> None:
    if not has_filter:
        monkeypatch.delattr(tarfile, "data_filter", raising=False)
    folder = tmp_path / "cache"
    folder.mkdir()
    archive = make_archive(tmp_path / "t.tar.gz", [(member, b"") for member in members])
    with pytest.raises(SourceError, match=problem):
        unpack(archive, folder / "out")
    assert list(folder.iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cache", "t.tar.gz"]


def test_without_data_filter_modes_are_tamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(tarfile, "data_filter", raising=False)
    members = [(entry("t/a.c", mode=0o4000), b"1"), (entry("t/b.sh", mode=0o6777), b"2")]
    unpack(make_archive(tmp_path / "t.tar.gz", members), tmp_path / "out")
    assert (tmp_path / "out/a.c").stat().st_mode & 0o7777 == 0o600
    assert (tmp_path / "out/b.sh").stat().st_mode & 0o7777 == 0o755


@pytest.mark.parametrize(
    ("limits", "problem"),
    [
        (Limits(entries=2), r"t\.tar\.gz has more than 2 entries"),
        (Limits(total_bytes=100_000), r"unpacks to more than 100000 bytes"),
        (Limits(ratio=5, ratio_from_bytes=0), r"unpacks to more than 5 times its size"),
    ],
)
def test_archive_bombs_are_refused(tmp_path: Path, limits: Limits, problem: str) -> None:
    members = [(entry(f"t/{number}.c"), bytes(100_000)) for number in range(3)]
    with pytest.raises(SourceError, match=problem):
        unpack(make_archive(tmp_path / "t.tar.gz", members), tmp_path / "out", limits=limits)
    assert [path.name for path in tmp_path.iterdir()] == ["t.tar.gz"]


def test_small_archives_are_not_judged_by_their_ratio(tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "t.tar.xz", [(entry("t/zeros"), bytes(1_000_000))])
    assert 1_000_000 / archive.stat().st_size > 200
    unpack(archive, tmp_path / "out")
    assert (tmp_path / "out/zeros").stat().st_size == 1_000_000


@pytest.mark.parametrize("suffix", [".tar.gz", ".tar.bz2", ".tar.xz"])
@pytest.mark.parametrize("damage", ["cut", "garbage"])
def test_damaged_archives(tmp_path: Path, suffix: str, damage: str) -> None:
    content = bytes(range(256)) * 400
    archive = make_archive(tmp_path / f"t{suffix}", [(entry("t/a"), content)])
    whole = archive.read_bytes()
    archive.write_bytes(whole[: len(whole) // 2] if damage == "cut" else b"no archive at all")
    with pytest.raises(SourceError, match=rf"t{suffix} is damaged"):
        unpack(archive, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == [archive.name]


def test_unknown_kinds_and_empty_archives(tmp_path: Path) -> None:
    (tmp_path / "t.zip").write_bytes(b"PK")
    with pytest.raises(SourceError, match=r"t\.zip is no archive of a known kind \(\.tar\.gz, \.tgz, \.tar\.bz2"):
        unpack(tmp_path / "t.zip", tmp_path / "out")
    with pytest.raises(SourceError, match=r"t\.tar\.gz is an empty archive"):
        unpack(make_archive(tmp_path / "t.tar.gz", []), tmp_path / "out")


def claiming(name: str, size: int, kind: bytes = tarfile.REGTYPE) -> bytes:
    """A header alone: what an entry says of itself need not follow."""
    member = entry(name, kind)
    member.size = size
    return member.tobuf(tarfile.GNU_FORMAT)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("t/" + "d/" * 2000 + "a.c", "lies too deep"),
        ("t/" + "d/" * 101 + "a.c", "lies too deep"),
        ("t/" + "n" * 256 + ".c", "has a name that no file can have"),
        ("t/" + "é" * 128 + ".c", "has a name that no file can have"),
        ("/".join(["t", *["n" * 250] * 9, "a.c"]), "lies too deep"),
    ],
)
def test_names_that_no_tree_needs_are_refused(tmp_path: Path, name: str, problem: str) -> None:
    archive = make_archive(tmp_path / "t.tar.gz", [(entry("t/a.c"), b"1"), (entry(name), b"2")])
    with pytest.raises(SourceError, match=problem):
        unpack(archive, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["t.tar.gz"]


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        (claiming("t/huge.c", 1 << 40), "claims to be larger than what is stored of it"),
        (claiming("t/sparse.c", 1 << 20, tarfile.GNUTYPE_SPARSE), "is damaged|claims to be larger"),
        (claiming("t/x", 1 << 30, tarfile.XHDTYPE), "1,073,741,824 bytes of names and attributes"),
        (claiming("t/x", 1 << 30, tarfile.XGLTYPE), "1,073,741,824 bytes of names and attributes"),
        (claiming("t/x", 1 << 30, tarfile.GNUTYPE_LONGNAME), "1,073,741,824 bytes of names and attributes"),
        (claiming("t/x", 1 << 30, tarfile.GNUTYPE_LONGLINK), "1,073,741,824 bytes of names and attributes"),
        (claiming("t/x", 1 << 70), "claims to be larger"),
    ],
)
def test_entries_that_claim_too_much_are_refused(tmp_path: Path, header: bytes, problem: str) -> None:
    archive = tmp_path / "t.tar.gz"
    with gzip.open(archive, "wb") as stream:
        stream.write(entry("t/a.c").tobuf() + header + b"\0" * 4096)
    with pytest.raises(SourceError, match=problem):
        unpack(archive, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["t.tar.gz"]


def pax(**words: str) -> tarfile.TarInfo:
    member = entry("t/b.c")
    member.pax_headers = words
    return member


@pytest.mark.parametrize(
    "member",
    [
        entry("t/l", tarfile.LNKTYPE, link="t/nothing-here"),
        entry("t/l", tarfile.LNKTYPE, link=""),
        entry("t/l", tarfile.SYMTYPE, link=""),
        entry("t/nul\0name"),
        entry("t/unknown", b"Z"),
        entry("t/unknown", tarfile.CONTTYPE),
        pax(path="../../evil.c"),
        pax(path="/tmp/evil.c"),
        pax(size="-1"),
        pax(size="many"),
        pax(**{"GNU.sparse.map": "0,1,x"}),
        pax(**{"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "9" * 30}),
    ],
    ids=lambda member: f"{member.name!a} {member.type!a} {member.pax_headers}",
)
@pytest.mark.parametrize("has_filter", [True, False], ids=["data filter", "Python 3.11.2"])
def test_odd_entries_are_refused_or_do_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, member: tarfile.TarInfo, has_filter: bool
) -> None:
    if not has_filter:
        monkeypatch.delattr(tarfile, "data_filter", raising=False)
    folder = tmp_path / "cache"
    folder.mkdir()
    archive = tmp_path / "t.tar.gz"
    with tarfile.open(archive, "w:gz", format=tarfile.PAX_FORMAT) as tar:
        tar.addfile(entry("t/a.c"))
        tar.addfile(member)
    with contextlib.suppress(SourceError):
        unpack(archive, folder / "out")
    left = {path.relative_to(folder).parts[0] for path in folder.rglob("*")}
    assert left <= {"out"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cache", "t.tar.gz"]
