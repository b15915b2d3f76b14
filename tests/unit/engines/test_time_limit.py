"""Calls that may not take longer than they are given."""

from __future__ import annotations

import threading

import pytest

from rl4real_data.core import interruption
from rl4real_data.engines.time_limit import call_within


def test_call_that_never_ends_is_given_up() -> None:
    never = threading.Event()

    with pytest.raises(TimeoutError, match=r"nothing is heard for 0\.2 s"):
        call_within(0.2, never.wait)
    never.set()


def test_call_is_over_when_it_returns() -> None:
    done: list[int] = []
    call_within(60.0, lambda: done.append(1))

    assert done == [1]


def test_what_the_call_raises_is_raised_here() -> None:
    def fail() -> None:
        raise ConnectionError("nobody there")

    with pytest.raises(ConnectionError, match="nobody there"):
        call_within(60.0, fail)


def test_interrupted_run_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    never = threading.Event()

    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(interruption, "check", interrupted)
    with pytest.raises(KeyboardInterrupt):
        call_within(600.0, never.wait)
    never.set()
