"""The Dask engine.

The workers of a scheduler, wherever they run, or a cluster of this machine's own.
"""

from __future__ import annotations

import contextlib
import queue
import time
from collections.abc import Hashable
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from rl4real_data.core.errors import EngineError
from rl4real_data.core.extras import required_by
from rl4real_data.engines.engine import Answer, EngineFault, Task, attempt

_CONNECT_S: Final = 30
_RECONNECT_S: Final = 60.0
"""How long a scheduler that does not answer any more is waited for."""
_A_THREAD: Final = 2
"""Batches under way for each thread of a worker: one that is done, and one that waits beside it."""
_REFRESH_S: Final = 1.0


class DaskEngine:
    """`address`: of a scheduler, or the file in which it says so; None: processes of this machine, `workers` of them.

    EngineError if there is no scheduler.
    """

    def __init__(self, task: Task, *, address: str | None, workers: int) -> None:
        with required_by("the engine dask", extra="dask"):
            from distributed import Client, LocalCluster
        self._task = task
        self._over: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._excluded: set[str] = set()
        self._seen_at = -_REFRESH_S
        self._threads: dict[str, int] = {}
        self._lost_at: float | None = None
        self._cluster: Any = None
        try:
            if address is None:
                self._cluster = LocalCluster(
                    n_workers=workers, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
                )
                self._client: Any = Client(self._cluster, set_as_default=False)
            elif Path(address).is_file():
                self._client = Client(scheduler_file=address, timeout=_CONNECT_S, set_as_default=False)
            else:
                self._client = Client(address, timeout=_CONNECT_S, set_as_default=False)
        except (OSError, ValueError) as error:
            raise EngineError(f"no Dask scheduler answers at {address}: {error}") from error
        self._where = str(self._client.scheduler.address)  # a client that is closed has forgotten it
        self.dashboard: str = str(self._client.dashboard_link or "")

    def slots(self) -> int:
        self._refuse_lost_scheduler()
        return _A_THREAD * sum(self._fit().values())

    def submit(self, batch: Any) -> Hashable:
        fit = list(self._fit()) if self._excluded else None
        try:
            future = self._client.submit(
                do_task, self._task, batch, key=f"rl4real-data-{uuid4().hex}", pure=False, workers=fit, retries=0
            )
        except Exception as error:  # a client that was closed meanwhile raises several kinds
            raise self._is_lost() from error
        future.add_done_callback(self._over.put)
        return future  # type: ignore[no-any-return]

    def wait(self, timeout_s: float) -> Hashable | None:
        try:
            return self._over.get(timeout=timeout_s)  # type: ignore[no-any-return]
        except queue.Empty:
            return None

    def answer(self, handle: Hashable) -> Answer:
        future: Any = handle
        try:
            worker, value = future.result(timeout=_CONNECT_S)
        except (Exception, CancelledError) as error:
            raise EngineFault(f"{type(error).__name__}: {error}") from error
        return Answer(worker=worker, value=value)

    def forget(self, handle: Hashable) -> None:
        future: Any = handle
        with contextlib.suppress(Exception):  # a scheduler that is gone is `slots`' to tell
            for worker, keys in self._client.processing().items():
                if future.key in keys and len(self._fit()) > 1:
                    self._excluded.add(worker)
            future.cancel()

    def exclude(self, worker: str) -> int:
        self._excluded.add(worker)
        return len(self._fit())

    def close(self) -> None:
        self._client.close(timeout=5)
        if self._cluster is not None:
            self._cluster.close(timeout=10)

    def _fit(self) -> dict[str, int]:
        """Address -> threads of all workers but those that are asked no more."""
        if time.monotonic() - self._seen_at >= _REFRESH_S and self._client.status == "running":
            with contextlib.suppress(Exception):  # it may be gone at this moment: what is known of it stands
                known = self._client.scheduler_info(n_workers=-1)["workers"]
                self._threads = {worker: int(facts["nthreads"]) for worker, facts in known.items()}
            self._seen_at = time.monotonic()
        return {worker: threads for worker, threads in self._threads.items() if worker not in self._excluded}

    def _refuse_lost_scheduler(self) -> None:
        if self._client.status == "running":
            self._lost_at = None
            return
        self._lost_at = self._lost_at or time.monotonic()
        if self._client.status == "closed" or time.monotonic() - self._lost_at > _RECONNECT_S:
            raise self._is_lost()

    def _is_lost(self) -> EngineError:
        return EngineError(f"the Dask scheduler at {self._where} does not answer any more")


def do_task(task: Task, batch: Any) -> tuple[str, Any]:
    """On a worker: who did it, and what came of it."""
    from distributed import get_worker

    return get_worker().address, attempt(task, batch)
