"""The work of one shard of a run.

Every N-th batch of its plan, for arrays of batch systems such as Slurm's.

No engine and no driver is needed meanwhile. What a shard leaves undone, another try of it does, or `flow`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from rl4real_data.cluster.batch_work import BatchWork
from rl4real_data.cluster.layout import PARTS, PLAN, marker_name
from rl4real_data.cluster.made_parts import BatchMarker
from rl4real_data.cluster.plan_file import read_plan
from rl4real_data.cluster.run_record import read_run_record
from rl4real_data.cluster.store import Store
from rl4real_data.core.errors import StoreError
from rl4real_data.engines.dispatch import run_batches
from rl4real_data.engines.local import LocalEngine

_BEGIN: Final = "`rl4real-data flow ... --engine batch --run RUN` begins one"
_LAY_OUT: Final = "wait until `rl4real-data flow ... --engine batch --run RUN` has laid it out, or call it again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """Number `index` of `count`, from 1."""

    index: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardReport:
    """`batches` belong to the shard; of them `found` were there before."""

    batches: int
    found: int
    modules: int
    functions: int
    failed: int


def work_on_shard(
    run: str, shard: Shard, *, jobs: int, say: Callable[[str], None], show: Callable[[int, int], object]
) -> ShardReport:
    """Makes what the store lacks of the shard. HostError if this machine is unfit; `show` hears how many are done."""
    store = Store(run)
    if read_run_record(store) is None:
        raise StoreError(f"{store}: no run was begun there", hint=_BEGIN)
    plan = read_plan(store)
    if plan is None:
        raise StoreError(f"{store}: the run is not laid out yet: there is no {PLAN} that can be read", hint=_LAY_OUT)
    mine = [batch.name for batch in plan[shard.index - 1 :: shard.count]]
    there = store.names(PARTS)
    missing = [name for name in mine if marker_name(name).rpartition("/")[2] not in there]
    made: list[BatchMarker] = []
    if missing:
        engine = LocalEngine(BatchWork(run=store.url), workers=jobs)
        with contextlib.closing(run_batches(engine, missing, say=say)) as markers:
            for marker in markers:
                made.append(marker)
                show(len(made), len(missing))
    return ShardReport(
        batches=len(mine),
        found=len(mine) - len(missing),
        modules=sum(marker.modules for marker in made),
        functions=sum(marker.functions for marker in made),
        failed=sum(sum(marker.failures.values()) for marker in made),
    )
