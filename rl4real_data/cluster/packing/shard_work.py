"""The work of a host on one shard.

It is made of the parts that its plan names, of which a host reads no more from the store.

It can be done twice, at once or later, by anybody: the same bytes are written, and the marker last.
"""

from __future__ import annotations

import functools
import hashlib
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from rl4real_data.cluster.layout import SHARDS
from rl4real_data.cluster.packing.packing_record import PackingRecord, read_packing
from rl4real_data.cluster.packing.shard_plan import PlannedPart, ShardPlan
from rl4real_data.cluster.store import Store
from rl4real_data.core import interruption
from rl4real_data.core.errors import HostError, MissingExtra, StoreError
from rl4real_data.engines.engine import Unfit
from rl4real_data.episodes.index import FileEntry
from rl4real_data.episodes.instructions import InstructionTable
from rl4real_data.episodes.writer import row_group_sizes, write_shards
from rl4real_data.stages.own_episodes import ChosenRows, PartFolder, own_episodes
from rl4real_data.stages.pack import counted_shapes
from rl4real_data.stages.part import Part, arrow_path
from rl4real_data.stages.shape_numbers import ShapeNumbers


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardMarker:
    """What was made; `shapes`, by inst_id: how often each instruction shape occurs in it."""

    shard: str
    entry: FileEntry
    shapes: Mapping[int, int]

    def to_bytes(self) -> bytes:
        entry = {name: getattr(self.entry, name) for name in FileEntry.__slots__}
        shapes = [[number, self.shapes[number]] for number in sorted(self.shapes)]
        return json.dumps({"shard": self.shard, "entry": entry, "shapes": shapes}, separators=(",", ":")).encode()

    @classmethod
    def of_bytes(cls, data: bytes) -> ShardMarker | None:
        """None for what is none."""
        try:
            raw: dict[str, Any] = json.loads(data)
            shapes = {int(number): int(count) for number, count in raw["shapes"]}
            return cls(shard=raw["shard"], entry=FileEntry(**raw["entry"]), shapes=shapes)
        except (ValueError, KeyError, TypeError):
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Damaged:
    """Archives in the store of which a part is not what was written."""

    archives: frozenset[str]


Made: TypeAlias = ShardMarker | Damaged | Unfit


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardWork:
    """The task that an engine carries out: it travels to every worker, and takes the name of a shard's plan."""

    run: str
    packing: str

    def __call__(self, name: str) -> Made:
        """StoreError, which is nobody's fault here, if a store does not do its part."""
        try:
            store = Store(self.run)
        except MissingExtra as error:
            return Unfit(reason=f"{error} ({error.hint})")
        record, table = _common(self.run, self.packing)
        if reason := record.differences():
            return Unfit(reason=reason)
        plan_file = f"{SHARDS}/{name}.plan"
        data = store.read_if_there(plan_file)
        if data is None:
            raise StoreError(f"{store}: {plan_file} is gone")
        plan = ShardPlan.of_bytes(data, name=f"{store}/{plan_file}")
        try:
            with tempfile.TemporaryDirectory(prefix="rl4real-data-shard-") as folder:
                return _make(store, record, table, plan, name=name, folder=Path(folder))
        except InterruptedError:
            raise
        except OSError as error:
            return Unfit(reason=str(HostError.of(error, doing="the shard cannot be written")))


@functools.lru_cache(maxsize=1)
def _common(run: str, packing: str) -> tuple[PackingRecord, InstructionTable]:
    return read_packing(Store(run), packing)


def _make(
    store: Store, record: PackingRecord, table: InstructionTable, plan: ShardPlan, *, name: str, folder: Path
) -> ShardMarker | Damaged:
    """Writes the shard, then its marker."""
    chosen, damaged = [], set()
    for each in plan.parts:
        interruption.check()
        if not _fetch(store, each, folder):
            damaged.add(each.archive)
        part = Part(
            key=each.key, source_sha256="", headers=(), functions=(), size=each.size, sha256=each.sha256, seconds=0.0
        )
        chosen.append(ChosenRows(origin=each, part=part, rows=each.rows))
    if damaged:
        return Damaged(archives=frozenset(damaged))
    shapes = ShapeNumbers()
    for one in chosen:
        shapes.of_part(folder, one.part)
    where = PartFolder(folder=folder, shapes=shapes, numbering=table.remap(shapes.shapes), identity=record.identity)
    sizes = row_group_sizes(plan.episodes, per_shard=record.per_shard, per_row_group=record.per_row_group)
    occurrences = np.zeros(len(table.ids), np.int64)
    files = write_shards(
        folder,
        (plan.name,),
        counted_shapes(own_episodes(where, chosen, sizes), occurrences),
        per_shard=record.per_shard,
        per_row_group=record.per_row_group,
        compression_level=record.compression_level,
        footer=record.footer,
    )
    used = np.flatnonzero(occurrences)
    counts = dict(zip(used.tolist(), occurrences[used].tolist(), strict=True))
    marker = ShardMarker(shard=plan.name, entry=files[plan.name], shapes=counts)
    if record.destination:
        Store(record.destination).write(plan.name, (folder / plan.name).read_bytes())
    else:
        store.write(f"{SHARDS}/{name}.parquet", (folder / plan.name).read_bytes())
    store.write(f"{SHARDS}/{name}.json", marker.to_bytes())
    return marker


def _fetch(store: Store, part: PlannedPart, folder: Path) -> bool:
    """Whether the part is what was written; it lies in the folder then."""
    try:
        content = store.read_range(part.archive, part.offset, part.size)
    except FileNotFoundError:
        return False
    if hashlib.sha256(content).hexdigest() != part.sha256:
        return False
    arrow_path(folder, part.key).write_bytes(content)
    return True
