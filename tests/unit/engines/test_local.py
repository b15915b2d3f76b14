"""The local engine: threads, and errors that are raised as they are."""

from __future__ import annotations

import threading

import pytest

from rl4real_data.core.errors import HostError, StoreError, UsageError
from rl4real_data.engines.dispatch import run_batches
from rl4real_data.engines.engine import Unfit
from rl4real_data.engines.engines import EngineName, open_engine
from rl4real_data.engines.local import LocalEngine


def test_batches_run_in_as_many_threads_as_there_are_workers() -> None:
    meeting = threading.Barrier(3, timeout=20)

    def meet(batch: int) -> int:
        meeting.wait()
        return batch

    assert sorted(run_batches(LocalEngine(meet, workers=3), range(6))) == list(range(6))


def test_what_a_task_raises_is_raised_here() -> None:
    def fail(batch: int) -> int:
        raise StoreError(f"no room for {batch}")

    with pytest.raises(StoreError, match="no room for"):
        list(run_batches(LocalEngine(fail, workers=2), range(6)))


def test_there_is_no_other_machine() -> None:
    with pytest.raises(HostError, match=r"no worker is left that is fit; .*: no clang"):
        list(run_batches(LocalEngine(lambda _: Unfit(reason="no clang"), workers=2), range(6)))


def test_local_engine_has_no_address() -> None:
    with pytest.raises(UsageError, match="--address tcp://a:1: the engine local has none"):
        open_engine(EngineName.LOCAL, int, address="tcp://a:1", workers=1)
