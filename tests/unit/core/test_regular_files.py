"""Files that something from elsewhere names: only regular ones are read, and nothing is waited for."""

from __future__ import annotations

import hashlib
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from rl4real_data.core.regular_files import (
    NotRegularError,
    open_regular,
    read_regular,
    read_regular_text,
    sha256_of_regular,
)

pytestmark = pytest.mark.timeout(60)

READERS: tuple[Callable[[Path], object], ...] = (open_regular, read_regular, read_regular_text, sha256_of_regular)


def test_a_regular_file(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"one\r\ntwo\rthree\n" * 200_000)
    content = file.read_bytes()

    assert read_regular(file) == content
    assert read_regular_text(file) == file.read_text()
    assert sha256_of_regular(file) == hashlib.sha256(content).hexdigest()
    (tmp_path / "link").symlink_to(file)
    assert read_regular(tmp_path / "link") == content


@pytest.mark.parametrize("read", READERS)
def test_what_is_no_regular_file(
    tmp_path: Path, read: Callable[[Path], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        for name, kind in (("pipe", "a pipe"), ("link", "a pipe"), ("socket", "a socket"), (".", "a folder")):
            with pytest.raises(NotRegularError, match=f"is no regular file but {kind}"):
                read(Path(name))
    for device in ("/dev/zero", "/dev/tty", "/dev/null"):
        with pytest.raises(OSError, match=r"is no regular file but a device|No such"):
            read(Path(device))


@pytest.mark.parametrize("read", READERS)
def test_what_is_not_there(tmp_path: Path, read: Callable[[Path], object]) -> None:
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "nothing")


@pytest.mark.parametrize("read", READERS)
def test_a_sparse_file_of_a_terabyte(tmp_path: Path, read: Callable[[Path], object]) -> None:
    with (tmp_path / "sparse").open("wb") as stream:
        stream.truncate(1 << 40)
    with pytest.raises(NotRegularError, match="has 1,099,511,627,776 bytes, more than"):
        read(tmp_path / "sparse")


@pytest.mark.parametrize("read", [read_regular, sha256_of_regular])
def test_a_file_that_grows_and_grows(tmp_path: Path, read: Callable[..., object]) -> None:
    """As those of /proc do, which say that they are empty."""
    file = tmp_path / "a"
    file.write_bytes(b"x" * 5000)
    with pytest.raises(NotRegularError, match="more than 4,999"):
        read(file, most_bytes=4999)
    maps = Path("/proc/self/pagemap")
    with pytest.raises(OSError, match=r"goes on after 1,000,000 bytes|ermission"):
        read(maps, most_bytes=1_000_000)


def test_a_pipe_in_the_place_of_a_file_that_was_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe")
    state = Path(__file__).stat()
    monkeypatch.setattr(os, "stat", lambda _: state)
    with pytest.raises(NotRegularError, match="a pipe"):
        open_regular(tmp_path / "pipe")
