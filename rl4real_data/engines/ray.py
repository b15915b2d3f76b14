"""The Ray engine.

The nodes of a Ray cluster, or one of this machine's own.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Hashable
from typing import Any, Final

from rl4real_data.core.errors import EngineError
from rl4real_data.core.extras import required_by
from rl4real_data.engines.engine import Answer, EngineFault, Task, attempt
from rl4real_data.engines.time_limit import call_within

_A_CORE: Final = 2
"""Batches under way for each core: one that is done, and one that waits."""
_REFRESH_S: Final = 2.0
_CONNECT_S: Final = 180.0
"""Ray itself waits for ten minutes for a cluster that takes the connection, or dies meanwhile, and says nothing."""
_TOKEN_HINT: Final = (
    "see that it runs; Ray 2.60 gives a cluster a token, with which its machines have ~/.ray/auth_token: "
    "export RAY_AUTH_MODE=token here, too"
)
_ALONE: Final = {"include_dashboard": False, "object_store_memory": 256 << 20}
"""What passes through Ray are names of batches, and what came of them."""


class RayEngine:
    """`address`: of a cluster, or None: one of this machine, with `workers` cores. EngineError if there is none."""

    def __init__(self, task: Task, *, address: str | None, workers: int) -> None:
        with required_by("the engine ray", extra="ray"):
            import ray
        self._ray: Any = ray
        where = {"address": address} if address is not None else {**_ALONE, "num_cpus": workers}
        try:
            call_within(_CONNECT_S, lambda: ray.init(**where, log_to_driver=False, configure_logging=False))
        except InterruptedError:
            raise
        except Exception as error:  # Ray raises bare ones, too
            raise EngineError(
                f"no Ray cluster {f'answers at {address}' if address else 'starts here'}: {error}",
                hint=_TOKEN_HINT if address else "",
            ) from error
        self._task = ray.put(task)
        self._remote = ray.remote(num_cpus=1, max_retries=0)(do_task)
        self._excluded: set[str] = set()
        self._under_way: dict[Any, str] = {}  # and the node that it was meant for
        self._turn = itertools.count()
        self._seen_at = -_REFRESH_S
        self._cores: dict[str, int] = {}

    def slots(self) -> int:
        return _A_CORE * sum(self._fit().values())

    def submit(self, batch: Any) -> Hashable:
        """Each node in turn: Ray cannot be told whom not to ask."""
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        fit = sorted(self._fit())
        node = fit[next(self._turn) % len(fit)]
        strategy = NodeAffinitySchedulingStrategy(node_id=node, soft=False)
        handle = self._remote.options(scheduling_strategy=strategy).remote(self._task, batch)
        self._under_way[handle] = node
        return handle  # type: ignore[no-any-return]

    def wait(self, timeout_s: float) -> Hashable | None:
        if not self._under_way:
            time.sleep(timeout_s)
            return None
        done, _ = self._ray.wait(list(self._under_way), num_returns=1, timeout=timeout_s)
        return done[0] if done else None

    def answer(self, handle: Hashable) -> Answer:
        node = self._under_way.pop(handle)
        try:
            return Answer(worker=node, value=self._ray.get(handle))
        except Exception as error:
            raise EngineFault(f"{type(error).__name__}: {str(error).strip().splitlines()[-1:]}") from error

    def forget(self, handle: Hashable) -> None:
        node = self._under_way.pop(handle)
        if len(self._fit()) > 1:
            self._excluded.add(node)
        self._ray.cancel(handle, force=True)

    def exclude(self, worker: str) -> int:
        self._excluded.add(worker)
        return len(self._fit())

    def close(self) -> None:
        for handle in self._under_way:
            self._ray.cancel(handle, force=True)
        self._ray.shutdown()

    def _fit(self) -> dict[str, int]:
        """Node -> cores of all that live but those that are asked no more. EngineError if the cluster is gone."""
        if time.monotonic() - self._seen_at >= _REFRESH_S:
            try:
                nodes = self._ray.nodes()
            except Exception as error:
                raise EngineError(f"the Ray cluster does not answer any more: {error}") from error
            self._cores = {node["NodeID"]: int(node["Resources"].get("CPU", 0)) for node in nodes if node["Alive"]}
            self._seen_at = time.monotonic()
        return {node: cores for node, cores in self._cores.items() if cores and node not in self._excluded}


def do_task(task: Task, batch: Any) -> Any:
    """On a node."""
    return attempt(task, batch)
