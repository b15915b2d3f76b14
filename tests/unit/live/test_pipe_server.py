"""The server of pipes against compilers that are threads: one after the other, and such as go away or say rubbish."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import pytest

from rl4real_data.core.errors import HostError, UsageError
from rl4real_data.live.frames import read_frame, write_frame
from rl4real_data.live.messages import Message, NoAdvice
from rl4real_data.live.pipe_server import serve_pipe
from rl4real_data.live.wires import Wire


class Ended(Exception):
    """How these tests end a server, as Ctrl-C does."""


def policy(message: Message) -> list[int]:
    value = dict(message)["n"]
    if value == "end":
        raise Ended
    if value == "none":
        raise NoAdvice
    assert isinstance(value, int)
    return [value + 1]


@contextmanager
def served(base: Path) -> Iterator[Path]:
    is_ready = threading.Event()

    def serve() -> None:
        with suppress(Ended):
            serve_pipe(base, Wire.JSON, policy, ready=is_ready.set)

    thread = threading.Thread(target=serve)
    thread.start()
    assert is_ready.wait(timeout=60)
    try:
        yield base
    finally:
        with compiler(base) as (source, to):
            write_frame(to, b'{"n": "end"}')
            assert read_frame(source) is None
        thread.join(timeout=60)
        assert not thread.is_alive()


@contextmanager
def compiler(base: Path) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """The two pipes, opened in a compiler's order; the server has made others for the next one."""
    with open(f"{base}.in", "rb") as source, open(os.open(f"{base}.out", os.O_WRONLY), "wb") as to:
        for end, file in (("in", source), ("out", to)):
            while os.stat(f"{base}.{end}").st_ino == os.fstat(file.fileno()).st_ino:
                time.sleep(0.001)
        yield source, to


def ask(source: BinaryIO, to: BinaryIO, value: object) -> object:
    write_frame(to, json.dumps({"n": value}).encode())
    return json.loads(read_frame(source) or b"null")


def test_one_compiler_after_the_other(tmp_path: Path) -> None:
    with served(tmp_path / "pipe") as base:
        for _ in range(3):
            with compiler(base) as (source, to):
                assert [ask(source, to, n) for n in (1, 2, "none")] == [{"out": [2]}, {"out": [3]}, {"out": [-1]}]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("said", [b"", b"\x01", b"\xff" * 8, b"\x05\0\0\0\0\0\0\0ab", b"\x02\0\0\0\0\0\0\0[]"])
def test_a_compiler_that_goes_away_or_says_rubbish(tmp_path: Path, said: bytes) -> None:
    with served(tmp_path / "pipe") as base:
        with compiler(base) as (source, to):
            to.write(said)
            to.close()
            assert source.read() == b""
        with compiler(base) as (source, to):
            assert ask(source, to, 1) == {"out": [2]}


def test_a_compiler_that_does_not_wait_for_its_answer(tmp_path: Path) -> None:
    with served(tmp_path / "pipe") as base:
        with compiler(base) as (_, to):
            write_frame(to, b'{"n": 1}')
        with compiler(base) as (source, to):
            assert ask(source, to, 5) == {"out": [6]}


def test_pipes_of_an_earlier_server_are_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.in")
    with served(tmp_path / "pipe") as base, compiler(base) as (source, to):
        assert ask(source, to, 1) == {"out": [2]}


def test_a_second_server_leaves_the_pipes_to_the_first(tmp_path: Path) -> None:
    with served(tmp_path / "pipe") as base:
        with pytest.raises(UsageError, match=r"pipe\.in and \.out: a server answers there already"):
            serve_pipe(base, Wire.JSON, policy, ready=lambda: pytest.fail("it answers"))
        with compiler(base) as (source, to):
            assert ask(source, to, 1) == {"out": [2]}
    with served(tmp_path / "pipe") as base, compiler(base) as (source, to):
        assert ask(source, to, 2) == {"out": [3]}


def test_what_is_no_pipe_stays(tmp_path: Path) -> None:
    (tmp_path / "pipe.out").write_text("precious")

    with pytest.raises(UsageError, match=r"pipe\.out is there, and is no pipe"):
        serve_pipe(tmp_path / "pipe", Wire.JSON, policy, ready=lambda: None)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("pipe.out", "precious")]


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(HostError, match=r"making the pipes .*No such file"):
        serve_pipe(tmp_path / "none" / "pipe", Wire.JSON, policy, ready=lambda: None)
