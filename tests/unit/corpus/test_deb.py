"""One file out of a Debian package, and packages that are damaged or lie."""

from __future__ import annotations

import io
import lzma
import tarfile
from pathlib import Path

import pytest
from deb_builder import ar_member, package_of

from rl4real_data.core.errors import SourceError
from rl4real_data.corpus.deb import extract_inner
from rl4real_data.corpus.unpacking import Limits


def tar_xz(*names: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:xz") as tar:
        for name in names:
            member = tarfile.TarInfo(name)
            content = name.encode() * 10
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        link = tarfile.TarInfo("./usr/src/link.tar.xz")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    return out.getvalue()


DATA = ar_member("data.tar.xz", tar_xz("./usr/share/doc/a", "./usr/src/toy.tar.xz"))
CONTROL = ar_member("control.tar.xz/", b"odd")  # one byte of padding follows


def test_inner_file_is_taken_out(tmp_path: Path) -> None:
    (tmp_path / "toy.deb").write_bytes(package_of(CONTROL, DATA, ar_member("_more", b"x")))
    extract_inner(tmp_path / "toy.deb", "usr/src/toy.tar.xz", tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == b"./usr/src/toy.tar.xz" * 10
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "toy.deb"]


@pytest.mark.parametrize(
    ("content", "inner", "problem"),
    [
        (b"not an archive", "a", "is no Debian package"),
        (package_of(CONTROL), "a", "it has no data.tar"),
        (package_of(CONTROL, b"rubbish"), "a", "it has a bad header"),
        (package_of(ar_member("data.tar.xz", b"", size="x")), "a", "it has a bad header"),
        (package_of(CONTROL, DATA), "usr/src/other.tar.xz", "has no file usr/src/other.tar.xz"),
        (package_of(CONTROL, DATA), "usr/src/link.tar.xz", "has no file usr/src/link.tar.xz"),
        (package_of(CONTROL, DATA[:200]), "usr/src/toy.tar.xz", "data.tar.xz is damaged"),
        (package_of(ar_member("data.tar.zst", b"12")), "a", "no archive of a known kind"),
    ],
)
def test_package_that_cannot_be_used(tmp_path: Path, content: bytes, inner: str, problem: str) -> None:
    (tmp_path / "toy.deb").write_bytes(content)
    with pytest.raises(SourceError, match=r"toy\.deb") as raised:
        extract_inner(tmp_path / "toy.deb", inner, tmp_path / "out")
    assert problem in str(raised.value)
    assert not (tmp_path / "out").exists()


def test_bomb_in_a_package(tmp_path: Path) -> None:
    bomb = ar_member("data.tar.xz", lzma.compress(bytes(10_000_000)))
    (tmp_path / "toy.deb").write_bytes(package_of(bomb))
    limits = Limits(ratio=5, ratio_from_bytes=0)
    with pytest.raises(SourceError, match="unpacks to more than 5 times its size"):
        extract_inner(tmp_path / "toy.deb", "a", tmp_path / "out", limits=limits)
