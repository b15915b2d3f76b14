"""The work of one share of a run.

Every N-th batch of its plan and, when all batches are made and the driver has chosen, every N-th shard of its dataset:
for arrays of batch systems such as Slurm's.

No engine and no driver is needed meanwhile. What a share leaves undone, another try of it does, or `flow`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from rl4real_data.cluster.batch_work import BatchWork
from rl4real_data.cluster.layout import PARTS, PLAN, marker_name
from rl4real_data.cluster.made_parts import BatchMarker
from rl4real_data.cluster.packing.made_shards import make_shards
from rl4real_data.cluster.packing.shard_list import ShardList, read_shard_list
from rl4real_data.cluster.packing.shard_work import ShardWork
from rl4real_data.cluster.plan_file import read_plan
from rl4real_data.cluster.run_record import read_run_record
from rl4real_data.cluster.store import Store
from rl4real_data.core.errors import StoreError
from rl4real_data.engines.dispatch import run_batches
from rl4real_data.engines.local import LocalEngine

_BEGIN: Final = "`rl4real-data flow ... --engine batch --run RUN` begins one"
_LAY_OUT: Final = "wait until `rl4real-data flow ... --engine batch --run RUN` has laid it out, or call it again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Number `index` of `count`, from 1."""

    index: int
    count: int

    def of(self, names: Sequence[str]) -> Sequence[str]:
        return names[self.index - 1 :: self.count]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareReport:
    """`batches` and `shards` belong to the share; of them `found` and `shards_found` were there before."""

    batches: int
    found: int
    modules: int
    functions: int
    failed: int
    shards: int
    shards_found: int


def work_on_share(
    run: str, share: Share, *, jobs: int, say: Callable[[str], None], show: Callable[[int, int], object]
) -> ShareReport:
    """Makes what the store lacks of the share. HostError if this machine is unfit; `show` hears how many are done."""
    store = Store(run)
    if read_run_record(store) is None:
        raise StoreError(f"{store}: no run was begun there", hint=_BEGIN)
    plan = read_plan(store)
    if plan is None:
        raise StoreError(f"{store}: the run is not laid out yet: there is no {PLAN} that can be read", hint=_LAY_OUT)
    mine = share.of([batch.name for batch in plan])
    there = store.names(PARTS)
    missing = [name for name in mine if marker_name(name).rpartition("/")[2] not in there]
    listed = read_shard_list(store)
    own_shards = replace(listed, names=tuple(share.of(listed.names))) if listed is not None else None
    unwritten = _unwritten(store, own_shards)
    total = len(missing) + len(unwritten)
    made: list[BatchMarker] = []
    if missing:
        engine = LocalEngine(BatchWork(run=store.url), workers=jobs)
        with contextlib.closing(run_batches(engine, missing, say=say)) as markers:
            for marker in markers:
                made.append(marker)
                show(len(made), total)
    if own_shards is not None and unwritten:
        writer = LocalEngine(ShardWork(run=store.url, packing=own_shards.packing), workers=jobs)
        with contextlib.closing(make_shards(store, replace(own_shards, names=unwritten), writer, say=say)) as written:
            for number, _ in enumerate(written, 1):
                show(len(made) + number, total)
    return ShareReport(
        batches=len(mine),
        found=len(mine) - len(missing),
        modules=sum(marker.modules for marker in made),
        functions=sum(marker.functions for marker in made),
        failed=sum(sum(marker.failures.values()) for marker in made),
        shards=len(own_shards.names) if own_shards is not None else 0,
        shards_found=len(own_shards.names) - len(unwritten) if own_shards is not None else 0,
    )


def _unwritten(store: Store, shards: ShardList | None) -> tuple[str, ...]:
    if shards is None:
        return ()
    done = shards.done(store)
    return tuple(name for name in shards.names if name not in done)
