"""The making of a dataset's shards.

Plans go into the store, an engine's workers carry them out, and their markers come back.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rl4real_data.cluster.layout import SHARDS, batch_of, marker_name
from rl4real_data.cluster.packing.shard_list import ShardList, write_shard_list
from rl4real_data.cluster.packing.shard_plan import ShardPlan
from rl4real_data.cluster.packing.shard_work import Damaged, ShardMarker, ShardWork
from rl4real_data.cluster.store import Store
from rl4real_data.core import interruption
from rl4real_data.core.counted import counted
from rl4real_data.core.errors import LessThanAsked, StoreError
from rl4real_data.engines.dispatch import run_batches
from rl4real_data.engines.engine import Engine
from rl4real_data.engines.engines import EngineName, open_engine

_AGAIN: Final = "the same command goes on, and makes it again"
FEW_SHARDS: Final = 8
"""No more than these are made by the driver itself, rather than by jobs of a batch system that would wait for it."""


def make_shards(
    store: Store, shards: ShardList, engine: Engine, *, say: Callable[[str], None]
) -> Generator[ShardMarker]:
    """Has them made by the engine, in any order, and closes it.

    StoreError when all is made that can be, if an archive is damaged: what is known of its batch is forgotten, so that
    the next driver has it made again.
    """
    damaged: set[str] = set()
    with contextlib.closing(run_batches(engine, shards.names, say=say)) as made:
        for each in made:
            if isinstance(each, Damaged):
                damaged |= each.archives
            else:
                yield each
    for archive in damaged:
        store.remove(marker_name(batch_of(archive)))
    if damaged:
        first, *others = sorted(damaged)
        more = f", and {len(others)} more" if others else ""
        raise StoreError(f"{store}/{first}: is damaged{more}", hint=_AGAIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardMaker:
    """Who makes the shards of one packing, and where they go: to a `destination`, or else into the run's store."""

    store: Store
    packing: str
    engine: EngineName
    address: str | None
    workers: int
    say: Callable[[str], None]
    destination: Store | None = None

    def make(self, plans: Iterable[ShardPlan]) -> Iterator[tuple[str, ShardMarker]]:
        """Each shard's name in the store with its marker, in any order: first those that are there, then the others."""
        there, missing = self.store.names(SHARDS), {}
        at_home: dict[str, frozenset[str]] = {}
        for plan in plans:
            interruption.check()
            data = plan.to_bytes()
            name = hashlib.sha256(self.packing.encode() + data).hexdigest()[:32]
            marker = self._found(name, plan.name, there, at_home)
            if marker is not None:
                yield name, marker
                continue
            self.store.write(f"{SHARDS}/{name}.plan", data)
            missing[plan.name] = name
        if missing:
            yield from self._made(missing)

    def _found(
        self, name: str, shard: str, there: frozenset[str], at_home: dict[str, frozenset[str]]
    ) -> ShardMarker | None:
        """What was made before. `at_home`: the names in each folder of the destination, listed once."""
        if f"{name}.json" not in there:
            return None
        if self.destination is None:
            is_there = f"{name}.parquet" in there
        else:
            folder, _, last = shard.rpartition("/")
            if folder not in at_home:
                at_home[folder] = self.destination.names(folder)
            is_there = last in at_home[folder]
        data = self.store.read_if_there(f"{SHARDS}/{name}.json") if is_there else None
        marker = ShardMarker.of_bytes(data) if data is not None else None
        return marker if marker is not None and marker.shard == shard else None

    def _made(self, names: dict[str, str]) -> Iterator[tuple[str, ShardMarker]]:
        """LessThanAsked if jobs of a batch system are to make them."""
        shards = ShardList(packing=self.packing, names=tuple(names.values()))
        engine = self.engine
        if engine is EngineName.BATCH:
            if len(names) > FEW_SHARDS:
                write_shard_list(self.store, shards)
                raise _to_be_made(self.store, len(names))
            engine = EngineName.LOCAL
        work = ShardWork(run=self.store.url, packing=self.packing)
        opened = open_engine(engine, work, address=self.address, workers=self.workers)
        for marker in make_shards(self.store, shards, opened, say=self.say):
            yield names[marker.shard], marker

    def fetch(self, name: str, marker: ShardMarker, folder: Path) -> None:
        """Puts the shard where the dataset is made. StoreError for one that is not what was written."""
        store, place = (self.store, f"{SHARDS}/{name}.parquet")
        if self.destination is not None:
            store, place = self.destination, marker.shard
        try:
            content = store.read(place)
        except FileNotFoundError:
            content = b""
        if hashlib.sha256(content).hexdigest() != marker.entry.sha256:
            self.store.remove(f"{SHARDS}/{name}.json")
            raise StoreError(f"{store}/{place}: is not what was written", hint=_AGAIN)
        path = folder / marker.shard
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _to_be_made(store: Store, shards: int) -> LessThanAsked:
    return LessThanAsked(
        f"{store}: all modules are compiled, {counted(shards, 'shard')} of the dataset are still to be written",
        hint=f"`rl4real-data work --shard I/N {store}` in each of N jobs writes them; then the same command goes on",
    )
