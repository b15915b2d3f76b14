"""The pool source: which mirrors apt's lists give, and downloads from a server on this machine."""

from __future__ import annotations

import hashlib
import io
import socket
import tarfile
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from file_server import Answer, Server, running_server, send

from rl4real_data.core.errors import SourceError, UsageError
from rl4real_data.corpus.cache import Cache
from rl4real_data.corpus.download import Pin, download_first, without_login
from rl4real_data.corpus.sources import debian
from rl4real_data.corpus.sources.apt import find_mirrors
from rl4real_data.corpus.sources.debian import DebianSource, check_mirror
from rl4real_data.corpus.sources.source import Fetch, ignore_progress


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with running_server() as server:
        yield server


def archive_bytes() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        member = tarfile.TarInfo("toy-1.0/src/a.c")
        member.size = 6
        tar.addfile(member, io.BytesIO(b"int a;"))
    return out.getvalue()


ARCHIVE = archive_bytes()
PIN = Pin(file="toy_1.0+x.orig.tar.gz", size_bytes=len(ARCHIVE), sha256=hashlib.sha256(ARCHIVE).hexdigest())
SOURCE = DebianSource(version="1.0+x-1", pool_path=f"pool/main/t/toy/{PIN.file}", pin=PIN)
POOL_PATH = "/debian/pool/main/t/toy/toy_1.0+x.orig.tar.gz"


def wanted(tmp_path: Path, mirror: str | None) -> Fetch:
    return Fetch(corpus="toy", cache=Cache(root=tmp_path), mirror=mirror, progress=ignore_progress)


def apt_folder(tmp_path: Path, **lists: str) -> Path:
    folder = tmp_path / "apt"
    (folder / "sources.list.d").mkdir(parents=True)
    for name, text in lists.items():
        stem, _, suffix = name.rpartition("_")
        path = folder / "sources.list" if not stem else folder / "sources.list.d" / f"{stem}.{suffix}"
        path.write_text(text, encoding="utf-8")
    return folder


def test_mirrors_of_one_line_lists(tmp_path: Path) -> None:
    folder = apt_folder(
        tmp_path,
        list="""
# deb http://comment.example.invalid/debian stable main
deb http://security.example.invalid/debian-security stable-security main
deb [arch=amd64 signed-by=/k.gpg] http://one.example.invalid/debian/ stable main  # near
deb-src http://one.example.invalid/debian stable main
deb [ trusted=yes ] https://two.example.invalid/debian stable main
deb cdrom:[Disc]/ stable main
rpm http://three.example.invalid/ stable
""",
        more_list="deb http://four.example.invalid/debian stable main\n",
    )
    assert find_mirrors(folder) == (
        "http://one.example.invalid/debian",
        "https://two.example.invalid/debian",
        "http://four.example.invalid/debian",
        "http://security.example.invalid/debian-security",
    )


def test_mirrors_of_deb822_lists(tmp_path: Path) -> None:
    mirrors = tmp_path / "mirrors.list"
    mirrors.write_text("# near\nhttp://six.example.invalid/debian\tpriority:1\n\n")
    folder = apt_folder(
        tmp_path,
        debian_sources=f"""
Types: deb deb-src
URIs: http://one.example.invalid/debian
# http://comment.example.invalid/debian
 http://two.example.invalid/debian/
Suites: stable stable-updates
Components: main

types: deb
uris: http://three.example.invalid/debian
suites: stable-security

Types: deb
URIs: http://off.example.invalid/debian
Enabled: no

Types: deb
URIs: mirror+file:{mirrors}
Suites: stable
""",
    )
    assert find_mirrors(folder) == (
        "http://one.example.invalid/debian",
        "http://two.example.invalid/debian",
        "http://six.example.invalid/debian",
        "http://three.example.invalid/debian",
    )


def test_machine_without_apt_has_no_mirrors(tmp_path: Path) -> None:
    assert find_mirrors(tmp_path / "nothing") == ()


def test_archive_is_fetched_unpacked_and_cached(tmp_path: Path, server: Server) -> None:
    server.answers[POOL_PATH] = send(ARCHIVE)
    seen: list[tuple[str, int, int]] = []
    fetch = Fetch(
        corpus="toy",
        cache=Cache(root=tmp_path),
        mirror=f"{server.url}/debian/",
        progress=lambda *step: seen.append(step),
    )
    root = SOURCE.fetch(fetch)
    assert root == tmp_path / "corpora" / f"toy-{PIN.sha256[:16]}"
    assert (root / "src/a.c").read_text() == "int a;"
    assert seen == [("toy", 0, len(ARCHIVE)), ("toy", len(ARCHIVE), len(ARCHIVE))]
    assert SOURCE.fetch(fetch) == root
    assert server.asked == [POOL_PATH]


def test_lost_tree_is_unpacked_from_the_cached_archive(tmp_path: Path, server: Server) -> None:
    server.answers[POOL_PATH] = send(ARCHIVE)
    fetch = wanted(tmp_path, f"{server.url}/debian")
    (SOURCE.fetch(fetch) / "src/a.c").unlink()
    assert (SOURCE.fetch(fetch) / "src/a.c").read_text() == "int a;"
    assert server.asked == [POOL_PATH]


def test_next_mirror_is_tried(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.answers[POOL_PATH.replace("debian", "b")] = send(b"x" * len(ARCHIVE))
    server.answers[POOL_PATH.replace("debian", "c")] = send(ARCHIVE)
    monkeypatch.setattr(debian, "find_mirrors", lambda: tuple(f"{server.url}/{name}" for name in "abcd"))
    assert (SOURCE.fetch(wanted(tmp_path, None)) / "src/a.c").read_text() == "int a;"
    assert [path.split("/")[1] for path in server.asked] == ["a", "b", "c"]


def test_own_mirror_is_the_only_one(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.answers[POOL_PATH] = send(ARCHIVE)
    monkeypatch.setattr(debian, "find_mirrors", lambda: (f"{server.url}/debian",))
    with pytest.raises(SourceError, match=rf"{server.url}/own/pool/\S+: HTTP 404 Not Found"):
        SOURCE.fetch(wanted(tmp_path, f"{server.url}/own"))


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (send(ARCHIVE[:50]), f"50 bytes instead of {len(ARCHIVE)}"),
        (send(ARCHIVE[:50], promised=len(ARCHIVE)), f"50 bytes instead of {len(ARCHIVE)}"),
        (send(b"x" * len(ARCHIVE)), "sha256 [0-9a-f]{64} instead of " + PIN.sha256),
        # Nothing is read beyond the block of at most 65,536 bytes that crosses the promised size.
        (send(ARCHIVE + bytes(1 << 20)), rf"\b[0-9]{{4,5}} bytes instead of {len(ARCHIVE)}"),
    ],
    ids=["short", "cut off", "other bytes", "too long"],
)
def test_wrong_answers(tmp_path: Path, server: Server, answer: Answer, problem: str) -> None:
    server.answers[POOL_PATH] = answer
    with pytest.raises(SourceError, match=problem) as raised:
        SOURCE.fetch(wanted(tmp_path, f"{server.url}/debian"))
    first, second = str(raised.value).splitlines()
    assert first == "corpus toy: toy_1.0+x.orig.tar.gz cannot be had. Tried:"
    assert second.startswith(f"  {server.url}{POOL_PATH}: ")
    assert "--corpus sample" in raised.value.hint
    assert "--mirror URL" in raised.value.hint
    assert list((tmp_path / "downloads").iterdir()) == []
    assert list((tmp_path / "corpora").iterdir()) == []


def test_mirror_that_hangs(tmp_path: Path, server: Server) -> None:
    done = threading.Event()

    def hang(request: BaseHTTPRequestHandler) -> None:
        send(ARCHIVE[:50], promised=len(ARCHIVE))(request)
        done.wait(10)

    server.answers["/hang"] = hang
    started = time.monotonic()
    with pytest.raises(SourceError, match=r"/hang: no answer for 0\.2 s"):
        download_first([f"{server.url}/hang"], tmp_path / "draft", pin=PIN, progress=lambda *_: None, timeout_s=0.2)
    done.set()
    assert time.monotonic() - started < 2.5


def test_nobody_listens(tmp_path: Path) -> None:
    with socket.socket() as taken:  # bound and not listening: nobody else can get the port meanwhile
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(SourceError, match="Connection refused"):
            SOURCE.fetch(wanted(tmp_path, f"http://127.0.0.1:{taken.getsockname()[1]}"))


def test_no_mirror_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian, "find_mirrors", lambda: ())
    with pytest.raises(SourceError, match=r"corpus toy: .* cannot be had: apt's lists name no mirror") as raised:
        SOURCE.fetch(wanted(tmp_path, None))
    assert "--corpus sample" in raised.value.hint


def test_mirror_in_a_folder(tmp_path: Path) -> None:
    pool = tmp_path / "debian/pool/main/t/toy"
    pool.mkdir(parents=True)
    (pool / PIN.file).write_bytes(ARCHIVE)
    root = SOURCE.fetch(wanted(tmp_path / "cache", (tmp_path / "debian").as_uri()))
    assert (root / "src/a.c").read_text() == "int a;"


@pytest.mark.parametrize("mirror", ["mirror.example.invalid", "ftp://mirror.example.invalid", ""])
def test_mirror_that_is_no_address(mirror: str) -> None:
    with pytest.raises(UsageError, match=f'the mirror "{mirror}" is no address'):
        check_mirror(mirror)


def test_messages_hide_a_login() -> None:
    assert without_login("http://me:secret@m.example.invalid/a") == "http://m.example.invalid/a"
