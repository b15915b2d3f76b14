"""What the distribution serves of a source package: from apt's lists, or from the description in the pool."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from file_server import Server, running_server, send

from rl4real_data.core.errors import SourceError, UsageError
from rl4real_data.corpus.sources.source import Supply
from rl4real_data.drafting.debian_index import look_up_debian

SHA = "5308fd4bd90cef7aa060558514de6a1a4a0819974a26e6ed13973c5f624c24b2"
OTHER_SHA = "a" * 64

BINARIES = """Package: libother1
Source: other (2.0-1)
Version: 2.0-1+b3
Filename: pool/main/o/other/libother1_2.0-1+b3_amd64.deb

Package: libtoy1
Source: toy
Version: 1:1.2.0+dfsg-1
Homepage: https://toy.example.invalid/
Filename: pool/main/t/toy/libtoy1_1.2.0+dfsg-1_amd64.deb
Description: small toy - runtime
 It plays.
"""

DSC = f"""-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA512

Format: 3.0 (quilt)
Source: toy
Checksums-Sha1:
 268593a0838a6ae9115ec778828f1e06a88def03 352278 toy_1.2.0+dfsg.orig.tar.gz
Checksums-Sha256:
 {OTHER_SHA} 10 toy_1.2.0+dfsg.orig-docs.tar.gz
 {OTHER_SHA} 7108 toy_1.2.0+dfsg-1.debian.tar.xz
 {SHA} 352278 toy_1.2.0+dfsg.orig.tar.gz

-----BEGIN PGP SIGNATURE-----

iQIzBAEBCgAdFiEE
-----END PGP SIGNATURE-----
"""

SOURCES = f"""Package: toy
Binary: libtoy1, libtoy-dev
Version: 1.3-1
Directory: pool/main/t/toy
Homepage: https://toy.example.invalid/
Checksums-Sha256:
 {SHA} 900 toy_1.3.orig.tar.xz
 {OTHER_SHA} 7108 toy_1.3-1.debian.tar.xz
"""


def install_apt(folder: Path, *, binaries: str = BINARIES, sources: str = "") -> str:
    """A search path with an `apt-cache` that knows these lists."""
    (folder / "binaries").write_text(binaries)
    (folder / "sources").write_text(sources)
    script = folder / "apt-cache"
    script.write_text(
        f"""#!/bin/sh
case "$1" in
  dumpavail) cat {folder}/binaries ;;
  showsrc) [ -s {folder}/sources ] && cat {folder}/sources || exit 100 ;;
  show) cat {folder}/binaries ;;
  *) exit 1 ;;
esac
"""
    )
    script.chmod(0o755)
    return f"{folder}:/usr/bin:/bin"


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with running_server() as server:
        yield server


def test_description_in_the_pool(tmp_path: Path, pool: Server) -> None:
    mirror = f"{pool.url}/debian"
    pool.answers["/debian/pool/main/t/toy/toy_1.2.0+dfsg-1.dsc"] = send(DSC.encode())  # without the epoch
    origin = look_up_debian("toy", Supply(cache=tmp_path, mirror=mirror, search_path=install_apt(tmp_path)))

    assert origin.source == {
        "kind": "debian",
        "version": "1:1.2.0+dfsg-1",
        "file": "toy_1.2.0+dfsg.orig.tar.gz",
        "pool_path": "pool/main/t/toy/toy_1.2.0+dfsg.orig.tar.gz",
        "size": 352278,
        "sha256": SHA,
    }
    assert (origin.name, origin.version, origin.summary) == ("toy", "1.2.0", "small toy")
    assert origin.homepage == "https://toy.example.invalid/"
    assert "deb-src" in origin.notes[0]


def test_rebuilt_binary_names_the_version_of_its_source(tmp_path: Path, pool: Server) -> None:
    mirror = f"{pool.url}/debian"
    dsc = DSC.replace("toy_1.2.0+dfsg", "other_2.0")
    pool.answers["/debian/pool/main/o/other/other_2.0-1.dsc"] = send(dsc.encode())
    origin = look_up_debian("other", Supply(cache=tmp_path, mirror=mirror, search_path=install_apt(tmp_path)))

    assert (origin.source["version"], origin.source["file"]) == ("2.0-1", "other_2.0.orig.tar.gz")


def test_signed_list_of_sources_needs_no_mirror(tmp_path: Path) -> None:
    origin = look_up_debian(
        "toy", Supply(cache=tmp_path, mirror=None, search_path=install_apt(tmp_path, sources=SOURCES))
    )

    assert (origin.source["version"], origin.source["size"], origin.source["sha256"]) == ("1.3-1", 900, SHA)
    assert origin.source["pool_path"] == "pool/main/t/toy/toy_1.3.orig.tar.xz"
    assert origin.notes == ()


def test_native_package_has_one_archive(tmp_path: Path) -> None:
    sources = SOURCES.replace("toy_1.3.orig.tar.xz", "toy_1.3.tar.xz").replace(
        f" {OTHER_SHA} 7108 toy_1.3-1.debian.tar.xz\n", ""
    )
    origin = look_up_debian(
        "toy", Supply(cache=tmp_path, mirror=None, search_path=install_apt(tmp_path, sources=sources))
    )

    assert origin.source["file"] == "toy_1.3.tar.xz"


def test_archive_of_an_unknown_kind(tmp_path: Path) -> None:
    sources = SOURCES.replace("toy_1.3.orig.tar.xz", "toy_1.3.orig.tar.lzma")
    with pytest.raises(SourceError, match=r"toy has no archive of a known kind .*: toy_1\.3\.orig\.tar\.lzma, toy_1"):
        look_up_debian("toy", Supply(cache=tmp_path, mirror=None, search_path=install_apt(tmp_path, sources=sources)))


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("toys", 'knows no source package of this name; did you mean "toy"'),
        ("libtoy1", 'the package libtoy1 is built from the source package "toy"'),
    ],
)
def test_unknown_package(tmp_path: Path, name: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as raised:
        look_up_debian(name, Supply(cache=tmp_path, mirror=None, search_path=install_apt(tmp_path)))
    assert "apt-get update" in raised.value.hint


def test_superseded_description(tmp_path: Path, pool: Server) -> None:
    mirror = f"{pool.url}/debian"
    with pytest.raises(
        SourceError, match=rf"source package toy cannot be had. Tried:\n  {mirror}/.*: HTTP 404"
    ) as raised:
        look_up_debian("toy", Supply(cache=tmp_path, mirror=mirror, search_path=install_apt(tmp_path)))
    assert "superseded" in raised.value.hint


def test_machine_without_apt(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match='"toy" is no path that exists, and this machine has no apt'):
        look_up_debian("toy", Supply(cache=tmp_path, mirror=None, search_path=str(tmp_path)))
