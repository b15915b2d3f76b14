"""The local engine.

Threads of this process, each of which waits for its compiler nearly all the time.
"""

from __future__ import annotations

import queue
import socket
import time
from collections.abc import Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final

from rl4real_data.engines.engine import Answer, Task
from rl4real_data.toolchain.process import kill_all

_KILL_INTERVAL_S: Final = 0.01


class LocalEngine:
    """So many threads; what a task raises is raised here, since no other machine would do better."""

    def __init__(self, task: Task, *, workers: int) -> None:
        self._task = task
        self._workers = workers
        self._name = socket.gethostname()
        self._pool = ThreadPoolExecutor(max_workers=workers)
        self._over: queue.SimpleQueue[Future[Any]] = queue.SimpleQueue()
        self._begun: set[Future[Any]] = set()

    def slots(self) -> int:
        return 2 * self._workers

    def submit(self, batch: Any) -> Hashable:
        future = self._pool.submit(self._task, batch)
        self._begun.add(future)
        future.add_done_callback(self._over.put)
        return future

    def wait(self, timeout_s: float) -> Hashable | None:
        try:
            return self._over.get(timeout=timeout_s)
        except queue.Empty:
            return None

    def answer(self, handle: Hashable) -> Answer:
        assert isinstance(handle, Future)
        self._begun.discard(handle)
        return Answer(worker=self._name, value=handle.result())

    def forget(self, handle: Hashable) -> None:
        assert isinstance(handle, Future)
        handle.cancel()

    def exclude(self, worker: str) -> int:  # noqa: ARG002 - there is one
        return 0

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        while any(future.running() for future in self._begun):  # one may start its compiler only now
            kill_all()
            time.sleep(_KILL_INTERVAL_S)
