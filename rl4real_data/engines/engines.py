"""The engines by the names that a user calls them; each is imported when it is wanted."""

from __future__ import annotations

from enum import StrEnum
from typing import assert_never

from rl4real_data.core.errors import EngineError, UsageError
from rl4real_data.engines.engine import Engine, Task


class EngineName(StrEnum):
    """What runs the tasks."""

    LOCAL = "local"
    DASK = "dask"
    RAY = "ray"
    BATCH = "batch"  # jobs of a batch system, each of which calls `rl4real-data work`


def open_engine(name: EngineName, task: Task, *, address: str | None, workers: int) -> Engine:
    """The engine, ready for its first batch; `workers` of this machine where no `address` names others."""
    match name:
        case EngineName.LOCAL:
            from rl4real_data.engines.local import LocalEngine

            if address is not None:
                raise UsageError(f"--address {address}: the engine local has none", hint="add --engine dask or ray")
            return LocalEngine(task, workers=workers)
        case EngineName.DASK:
            from rl4real_data.engines.dask import DaskEngine

            return DaskEngine(task, address=address, workers=workers)
        case EngineName.RAY:
            from rl4real_data.engines.ray import RayEngine

            return RayEngine(task, address=address, workers=workers)
        case EngineName.BATCH:
            raise EngineError("nothing is given out to a batch system: its jobs take their batches themselves")
    assert_never(name)
