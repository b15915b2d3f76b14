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
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

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
from rl4real_data.stages.own_episodes import ChosenRows, own_episodes
from rl4real_data.stages.pack import counted_shapes
from rl4real_data.stages.part import Part
from rl4real_data.stages.part_functions import functions_in, shapes_in


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


class _FetchedParts:
    """The parts of a shard, as they lie in the store: some megabytes."""

    def __init__(self, table: InstructionTable) -> None:
        self._table = table
        self._contents: dict[str, bytes] = {}
        self.chosen: Final[list[ChosenRows]] = []

    def fetch(self, store: Store, planned: PlannedPart) -> bool:
        """Whether the part is what was written; it is there then."""
        interruption.check()
        try:
            content = store.read_range(planned.archive, planned.offset, planned.size)
        except FileNotFoundError:
            return False
        if hashlib.sha256(content).hexdigest() != planned.sha256:
            return False
        self._contents[planned.key] = content
        size, sha256 = planned.size, planned.sha256
        part = Part(key=planned.key, source_sha256="", headers=(), functions=(), size=size, sha256=sha256, seconds=0.0)
        self.chosen.append(ChosenRows(origin=planned, part=part, rows=planned.rows))
        return True

    def functions(self, part: Part) -> pa.Table:
        """See `PartSource`."""
        return functions_in(self._contents[part.key])

    def inst_ids(self, part: Part) -> npt.NDArray[np.int32]:
        """See `PartSource`."""
        shapes = shapes_in(self._contents[part.key])
        return self._table.remap(zip(shapes.opcodes, shapes.operands, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardWork:
    """The task that an engine carries out: it travels to every worker, and takes the name of a shard's plan."""

    run: str
    packing: str

    def __call__(self, name: str) -> ShardMarker | Damaged | Unfit:
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
    parts = _FetchedParts(table)
    damaged = {each.archive for each in plan.parts if not parts.fetch(store, each)}
    if damaged:
        return Damaged(archives=frozenset(damaged))
    sizes = row_group_sizes(plan.episodes, per_shard=record.per_shard, per_row_group=record.per_row_group)
    occurrences = np.zeros(len(table.ids), np.int64)
    files = write_shards(
        folder,
        (plan.name,),
        counted_shapes(own_episodes(parts, parts.chosen, sizes, record.identity), occurrences),
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
