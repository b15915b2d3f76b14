"""A policy that is served while a body runs: the end of it, and pipes that cannot be made."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rl4real_data.core.errors import HostError
from rl4real_data.live import decided_compile
from rl4real_data.live.decided_compile import served
from rl4real_data.live.frames import read_frame, write_frame
from rl4real_data.live.messages import Message


def policy(_message: Message) -> int:
    return 7


@pytest.fixture(autouse=True)
def nothing_is_left(tmp_path: Path) -> Iterator[None]:
    """No pipe, no file of its name, no thread, some time after the end either."""
    threads = set(threading.enumerate())
    yield
    time.sleep(0.1)
    assert list(tmp_path.iterdir()) == []
    assert set(threading.enumerate()) <= threads


def test_compilers_are_answered(tmp_path: Path) -> None:
    with served(policy, folder=tmp_path) as name:
        for _ in range(2):
            with open(tmp_path / f"{name}.in", "rb") as source, open(tmp_path / f"{name}.out", "wb") as to:
                write_frame(to, b"{}")
                assert read_frame(source) == b'{"out": [7]}'


def test_nobody_has_called(tmp_path: Path) -> None:
    with served(policy, folder=tmp_path):
        pass


def test_a_compiler_that_went_away_between_the_pipes(tmp_path: Path) -> None:
    with served(policy, folder=tmp_path) as name, open(tmp_path / f"{name}.in", "rb"):
        pass


def test_the_body_ends_before_the_answer(tmp_path: Path) -> None:
    """The compiler is gone, and so is the body; the server finds out when its policy has thought enough."""
    has_begun, has_thought = threading.Event(), threading.Event()

    def slow(_message: Message) -> int:
        has_begun.set()
        assert has_thought.wait(timeout=60)
        return 7

    with served(slow, folder=tmp_path) as name:
        with open(os.open(tmp_path / f"{name}.in", os.O_RDONLY)), open(tmp_path / f"{name}.out", "wb") as to:
            write_frame(to, b"{}")
            assert has_begun.wait(timeout=60)
        threading.Timer(0.05, has_thought.set).start()


def test_a_policy_that_thinks_for_ever_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decided_compile, "_PATIENCE_S", 0.05)
    has_begun, has_ended = threading.Event(), threading.Event()

    def endless(_message: Message) -> int:
        has_begun.set()
        has_ended.wait(timeout=60)
        return 7

    with (
        served(endless, folder=tmp_path) as name,
        open(tmp_path / f"{name}.in", "rb"),
        open(tmp_path / f"{name}.out", "wb") as to,
    ):
        write_frame(to, b"{}")
        assert has_begun.wait(timeout=60)
    assert list(tmp_path.iterdir()) == []
    has_ended.set()


def test_no_folder_for_the_pipes(tmp_path: Path) -> None:
    with pytest.raises(HostError, match="making the pipes"), served(policy, folder=tmp_path / "none"):
        pytest.fail("nobody serves")
