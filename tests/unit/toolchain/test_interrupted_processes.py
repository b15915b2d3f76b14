"""Processes that are ended from outside: by `kill_all`, by an interruption, at every moment of their start."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from small_tools import is_alive, run_in, shell, wait_until_dead

from rl4real_data.core.interruption import listening
from rl4real_data.toolchain import process
from rl4real_data.toolchain.process import Completed, kill_all


def test_kill_all_ends_what_is_under_way(tmp_path: Path) -> None:
    outcomes: list[Completed | OSError] = []
    tool = shell(tmp_path, f"echo $$ > {tmp_path}/pid; sleep 60")

    def work() -> None:
        try:
            outcomes.append(run_in(tmp_path, tool))
        except OSError as error:
            outcomes.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        time.sleep(0.01)

    kill_all()
    thread.join(timeout=60)  # the tool would sleep for 60 s

    assert isinstance(outcomes[0], InterruptedError)  # and no crash of the tool
    assert not is_alive(int((tmp_path / "pid").read_text()))


def test_kill_all_without_processes_does_nothing() -> None:
    kill_all()

    assert is_alive(os.getpid())


def test_interrupt_of_the_caller_kills_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> bool:
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            time.sleep(0.01)
        raise KeyboardInterrupt

    monkeypatch.setattr(process, "_ends_within", interrupted)
    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        run_in(tmp_path, shell(tmp_path, f"echo $$ > {tmp_path}/pid; sleep 60"))

    assert not is_alive(int((tmp_path / "pid").read_text()))


def test_number_of_a_killed_process_may_be_used_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its caller was interrupted as well, and so never looked whether it was killed."""

    def interrupted(*_: object) -> bool:
        kill_all()
        raise KeyboardInterrupt

    for name in ("_limit", "_kill_group"):
        monkeypatch.setattr(process, name, lambda *_: None)
    monkeypatch.setattr(process.os, "waitid", lambda *_: None)
    monkeypatch.setattr(process.os, "wait4", lambda pid, _: (pid, 0, None))
    monkeypatch.setattr(process, "_ends_within", interrupted)
    same_number = SimpleNamespace(pid=1 << 22)
    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        run_in(tmp_path, "first", start=lambda _: same_number)
    monkeypatch.setattr(process, "_ends_within", lambda *_: True)

    assert run_in(tmp_path, "second", start=lambda _: same_number).returncode == 0


def test_interrupt_in_the_middle_of_a_start_leaves_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the fork and the moment when its number is known, nobody could kill it."""
    started: list[int] = []

    class Interrupted(subprocess.Popen[bytes]):
        def __init__(self, *words: Any, **options: Any) -> None:
            super().__init__(*words, **options)
            started.append(self.pid)
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(subprocess, "Popen", Interrupted)
    with listening(), pytest.raises(KeyboardInterrupt, match=r"^$"):
        run_in(tmp_path, shell(tmp_path, "sleep 60"))

    assert wait_until_dead(started[0])


def test_nothing_is_started_any_more_after_an_interruption(tmp_path: Path) -> None:
    """A worker may be about to start the next compiler while those under way are killed."""
    command = shell(tmp_path, f"touch {tmp_path}/started")
    outcomes: list[BaseException] = []

    def work() -> None:
        try:
            run_in(tmp_path, command)
        except OSError as error:
            outcomes.append(error)

    with listening():
        with contextlib.suppress(KeyboardInterrupt):  # whoever swallows it
            os.kill(os.getpid(), signal.SIGINT)
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        with pytest.raises(KeyboardInterrupt, match=r"^$"):
            run_in(tmp_path, command)

    assert [type(error) for error in outcomes] == [InterruptedError]
    assert not (tmp_path / "started").exists()


def test_swallowed_interrupt_ends_the_processes_under_way(tmp_path: Path) -> None:
    outcomes: list[BaseException] = []

    def work() -> None:
        try:
            run_in(tmp_path, shell(tmp_path, f"echo $$ > {tmp_path}/pid; sleep 60"))
        except OSError as error:
            outcomes.append(error)

    with listening():
        thread = threading.Thread(target=work)
        thread.start()
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            time.sleep(0.01)
        with contextlib.suppress(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
        thread.join(timeout=5)

    assert [type(error) for error in outcomes] == [InterruptedError]
    assert not is_alive(int((tmp_path / "pid").read_text()))
