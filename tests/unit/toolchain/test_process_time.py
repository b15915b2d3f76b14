"""The time that a process may take: its own, and not that of a machine with other work."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from small_tools import run_in, shell

from rl4real_data.toolchain import process
from rl4real_data.toolchain.process import Limits


def test_timeout_kills_and_says_so(tmp_path: Path) -> None:
    done = run_in(tmp_path, shell(tmp_path, "echo begun >&2; sleep 60"), limits=Limits(timeout_s=0.3))

    assert (done.ok, done.timed_out, done.stderr) == (False, True, "begun\n")
    assert 0.3 <= done.seconds < 5


@pytest.mark.parametrize("timeout_s", [3e6, 1e12])
def test_timeout_of_months_is_one(tmp_path: Path, timeout_s: float) -> None:
    """The kernel's own limit, 2^31 ms, is 25 days."""
    assert run_in(tmp_path, shell(tmp_path, "exit 0"), limits=Limits(timeout_s=timeout_s)).ok


@pytest.mark.parametrize("jump_s", [1e6, -1e6])
def test_clock_that_jumps_is_no_time_of_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jump_s: float
) -> None:
    """As when a machine is put to sleep in the middle of a compilation."""
    clock = time.monotonic

    def jumping() -> float:
        return clock() + (jump_s if (tmp_path / "begun").exists() else 0)

    monkeypatch.setattr(time, "monotonic", jumping)
    done = run_in(tmp_path, shell(tmp_path, f"touch {tmp_path}/begun; sleep 0.3; echo done"))

    assert (done.ok, done.stdout) == (True, "done\n")


def test_time_without_a_processor_is_no_time_of_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine with more work than processors."""
    late = iter([10.0, 20.0, 20.0, 20.0])
    monkeypatch.setattr(process, "_waited_for_processor_s", lambda _: next(late))
    short = Limits(timeout_s=0.05)

    assert run_in(tmp_path, shell(tmp_path, "sleep 0.5; echo done"), limits=short).stdout == "done\n"


def test_time_given_back_is_given_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_waited_for_processor_s", lambda _: 0.2)
    begin = time.monotonic()

    assert run_in(tmp_path, shell(tmp_path, "sleep 60"), limits=Limits(timeout_s=0.1)).timed_out
    assert time.monotonic() - begin >= 0.3


def test_kernel_tells_how_late_it_was() -> None:
    assert process._waited_for_processor_s(os.getpid()) >= 0
    assert process._waited_for_processor_s(0) == 0
