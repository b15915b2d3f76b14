"""Fifty interruptions of a real `flow` at random moments from its start to its end."""

from __future__ import annotations

import random
import shutil
import signal
import time
from pathlib import Path

import pytest
from interrupted_flow import Moment, Watched, after, check_interrupted, finished_flow, interrupted_flow

pytestmark = [pytest.mark.clang, pytest.mark.soak]

INTERRUPTIONS = 50
MOST_LATE = 25  # runs take longer and shorter: those that end before their moment are replaced


@pytest.mark.timeout(3600)
def test_fifty_interruptions_at_random_moments(tmp_path: Path) -> None:
    expected = finished_flow(tmp_path / "first")  # which may have to build the plugin
    begin = time.monotonic()
    assert finished_flow(tmp_path / "undisturbed") == expected
    duration = time.monotonic() - begin
    moments = random.Random(50)
    data_dir = tmp_path / "interrupted"
    interrupted = late = 0
    while interrupted < INTERRUPTIONS:
        ended = interrupted_flow(data_dir, after(moments.uniform(0, duration)))
        if ended.was_late and ended.code == 0:
            late += 1
        else:
            interrupted += 1
            check_interrupted(ended, data_dir)
            print(f"{interrupted}: {ended.code} after {ended.seconds:.3f} s")
        assert finished_flow(data_dir) == expected
        shutil.rmtree(data_dir)
        assert late <= MOST_LATE


@pytest.mark.timeout(3600)
def test_builds_of_the_plugin_that_are_ended_leave_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real builder, while it asks for the compiler and while it compiles."""
    scratch, cache = tmp_path / "tmp", tmp_path / "cache"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setenv("RL4REAL_DATA_CACHE", str(cache))
    moments = random.Random(51)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        is_time = after_build_began(cache, moments.uniform(0, 15))
        ended = interrupted_flow(tmp_path / "d", is_time, "--limit", "3", number=number)
        check_interrupted(ended, cache, code=128 + number)
        assert list(scratch.iterdir()) == []
        assert list(cache.glob("plugins/.build-*")) == []


def after_build_began(cache: Path, seconds: float) -> Moment:
    begin: list[float] = []

    def is_time(run: Watched) -> bool:
        if not begin and any(cache.glob("plugins/.build-*/CMakeFiles")):
            begin.append(run.seconds)
        return bool(begin) and run.seconds - begin[0] >= seconds

    return is_time
