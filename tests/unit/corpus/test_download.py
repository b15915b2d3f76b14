"""Downloads over bad lines: what broke off is resumed, and nothing but the promised bytes is ever used."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from file_server import Server, running_server, send, send_range

from rl4real_data.core.errors import SourceError
from rl4real_data.corpus.cache import Cache
from rl4real_data.corpus.download import Pin, download_first

CONTENT = bytes(range(256)) * 1000
PIN = Pin(file="toy.tar.gz", size_bytes=len(CONTENT), sha256=hashlib.sha256(CONTENT).hexdigest())


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with running_server() as server:
        yield server


def fetch(draft: Path, *urls: str, timeout_s: float = 10) -> list[tuple[int, int]]:
    """Downloads to `draft`; the progress that was shown."""
    shown: list[tuple[int, int]] = []
    download_first(urls, draft, pin=PIN, progress=lambda *step: shown.append(step), timeout_s=timeout_s)
    return shown


def test_broken_download_is_resumed_at_once(tmp_path: Path, server: Server) -> None:
    server.answers["/a"] = send_range(CONTENT, cut_at=100_000)
    shown = fetch(tmp_path / "draft", f"{server.url}/a")
    assert (tmp_path / "draft").read_bytes() == CONTENT
    assert server.ranges == [None, "bytes=100000-"]
    assert shown[0] == (0, len(CONTENT))
    assert shown[-1] == (len(CONTENT), len(CONTENT))
    assert shown == sorted(shown)


def test_next_address_goes_on_where_the_last_one_broke_off(tmp_path: Path, server: Server) -> None:
    server.answers["/a"] = send(CONTENT[:70_000], promised=len(CONTENT))
    server.answers["/b"] = send_range(CONTENT)
    fetch(tmp_path / "draft", f"{server.url}/a", f"{server.url}/b")
    assert (tmp_path / "draft").read_bytes() == CONTENT
    assert server.ranges == [None, "bytes=70000-", "bytes=70000-"]


def test_next_run_goes_on_where_the_last_one_broke_off(tmp_path: Path, server: Server) -> None:
    cache = Cache(root=tmp_path)
    server.answers["/a"] = send(CONTENT[:70_000], promised=len(CONTENT))
    with pytest.raises(SourceError, match=rf"70000 bytes instead of {len(CONTENT)}"):
        cache.file(PIN, lambda draft: void(fetch(draft, f"{server.url}/a")))
    assert list((tmp_path / "downloads").iterdir()) == []
    server.answers["/a"] = send_range(CONTENT)
    file = cache.file(PIN, lambda draft: void(fetch(draft, f"{server.url}/a")))
    assert file.read_bytes() == CONTENT
    assert server.ranges[-1] == "bytes=70000-"
    assert list((tmp_path / "partial").iterdir()) == []


def void(_: object) -> None:
    """Nothing, of anything."""


@pytest.mark.parametrize("length", [10, len(CONTENT), len(CONTENT) + 5])
def test_beginning_of_another_file_is_thrown_away(tmp_path: Path, server: Server, length: int) -> None:
    (tmp_path / "draft").write_bytes(b"x" * length)
    server.answers["/a"] = send_range(CONTENT)
    fetch(tmp_path / "draft", f"{server.url}/a")
    assert (tmp_path / "draft").read_bytes() == CONTENT


def test_server_that_knows_no_ranges_starts_again(tmp_path: Path, server: Server) -> None:
    (tmp_path / "draft").write_bytes(CONTENT[:1000])
    server.answers["/a"] = send(CONTENT)
    fetch(tmp_path / "draft", f"{server.url}/a")
    assert (tmp_path / "draft").read_bytes() == CONTENT
    assert server.ranges == ["bytes=1000-"]


def test_server_that_always_breaks_off_is_given_up(tmp_path: Path, server: Server) -> None:
    def one_byte_more(request: BaseHTTPRequestHandler) -> None:
        begin = int((request.headers.get("Range") or "bytes=0-").removeprefix("bytes=").removesuffix("-"))
        send_range(CONTENT, cut_at=begin + 1)(request)

    server.answers["/a"] = one_byte_more
    with pytest.raises(SourceError, match="/a: breaks off 10 times"):
        fetch(tmp_path / "draft", f"{server.url}/a")
    assert len(server.asked) == 10


def test_server_that_trickles(tmp_path: Path, server: Server) -> None:
    done = threading.Event()

    def trickle(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(len(CONTENT)))
        request.end_headers()
        while not done.wait(0.02):
            try:
                request.wfile.write(b"x")
            except OSError:
                return

    server.answers["/a"] = trickle
    started = time.monotonic()
    with pytest.raises(SourceError, match="/a: sends less than 512 bytes a second"):
        fetch(tmp_path / "draft", f"{server.url}/a", timeout_s=0.2)
    done.set()
    assert len(server.asked) == 1
    assert time.monotonic() - started < 8


def test_address_that_cannot_be_found_out_is_named_with_the_others(tmp_path: Path, server: Server) -> None:
    def urls() -> Iterator[str]:
        yield f"{server.url}/a"
        raise SourceError("the registry does not answer")

    with pytest.raises(SourceError, match="cannot be had") as raised:
        download_first(urls(), tmp_path / "draft", pin=PIN, progress=lambda *_: None)
    assert str(raised.value).splitlines()[1:] == [
        f"  {server.url}/a: HTTP 404 Not Found",
        "  the registry does not answer",
    ]
