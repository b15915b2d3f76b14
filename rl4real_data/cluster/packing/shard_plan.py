"""The plan of one shard.

Which functions of which parts it holds, in order, where these parts lie, and what they come from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rl4real_data.core import interruption
from rl4real_data.core.errors import StoreError
from rl4real_data.stages.identity import Origin

_SCHEMA: Final = pa.schema(
    [
        ("corpus", pa.string()),
        ("name", pa.string()),
        ("license", pa.string()),
        ("redistributable", pa.bool_()),
        ("key", pa.string()),
        ("archive", pa.string()),
        ("offset", pa.int64()),
        ("size", pa.int64()),
        ("sha256", pa.string()),
        ("rows", pa.list_(pa.int32())),
    ]
)
_PLACE: Final = ("key", "archive", "offset", "size", "sha256")
_NAME: Final = b"rl4real_data.shard"

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPart:
    """What a shard holds of one part; it is an `Origin` as well."""

    corpus: str
    name: str
    license: str
    redistributable: bool
    key: str
    archive: str
    offset: int
    size: int
    sha256: str
    rows: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardPlan:
    """`name` is that of the file in the dataset."""

    name: str
    table: pa.Table

    @property
    def parts(self) -> list[PlannedPart]:
        return [PlannedPart(**row) for row in self.table.to_pylist()]

    @property
    def episodes(self) -> int:
        return len(self.table["rows"].combine_chunks().flatten())

    def to_bytes(self) -> bytes:
        """Equal plans are equal bytes."""
        schema = _SCHEMA.with_metadata({_NAME: self.name.encode()})
        sink = pa.BufferOutputStream()
        options = pa.ipc.IpcWriteOptions(compression="zstd", use_threads=False)
        with pa.ipc.new_file(sink, schema, options=options) as writer:
            writer.write_table(pa.table(self.table.combine_chunks().columns, schema=schema))
        return bytes(sink.getvalue())

    @classmethod
    def of_bytes(cls, data: bytes, *, name: str) -> ShardPlan:
        """StoreError for what is none."""
        try:
            with pa.ipc.open_file(pa.BufferReader(data)) as reader:
                if not reader.schema.equals(_SCHEMA):
                    raise ValueError("other columns")
                return cls(name=reader.schema.metadata[_NAME].decode(), table=reader.read_all())
        except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as error:
            raise StoreError(f"{name}: is no plan of a shard ({error})") from error


def plan_shards(
    names: Iterable[str],
    places: Iterable[tuple[Numbers, Numbers]],
    parts: Iterable[pa.RecordBatch],
    origins: Iterable[Origin],
    *,
    per_shard: int,
) -> Iterator[ShardPlan]:
    """One plan a name. `places`: module and row of each episode; `parts`: of the modules that have one; all in order.

    One plan is in memory at a time.
    """
    found = _Modules(parts, origins)
    pieces = _cut(places, per_shard)
    nothing = np.zeros(0, np.int64), np.zeros(0, np.int64)
    for name in names:
        interruption.check()
        yield ShardPlan(name=name, table=_table(found, *next(pieces, nothing)))


def _cut(places: Iterable[tuple[Numbers, Numbers]], size: int) -> Iterator[tuple[Numbers, Numbers]]:
    """The same, `size` at a time."""
    modules, rows = np.zeros(0, np.int64), np.zeros(0, np.int64)
    for more_modules, more_rows in places:
        modules, rows = np.concatenate((modules, more_modules)), np.concatenate((rows, more_rows))
        while len(rows) >= size:
            yield modules[:size], rows[:size]
            modules, rows = modules[size:], rows[size:]
    if len(rows):
        yield modules, rows


def _table(found: _Modules, modules: Numbers, rows: Numbers) -> pa.Table:
    begins = np.flatnonzero(np.diff(modules, prepend=-1))
    told = [found.at(int(module)) for module in modules[begins]]
    columns = [pa.array([each[field.name] for each in told], field.type) for field in list(_SCHEMA)[:-1]]
    offsets = pa.array(np.append(begins, len(rows)), pa.int32())
    columns.append(pa.ListArray.from_arrays(offsets, pa.array(rows, pa.int32())))
    return pa.table(columns, schema=_SCHEMA)


class _Modules:
    """What a plan tells of each module, asked for in the order of the run."""

    def __init__(self, parts: Iterable[pa.RecordBatch], origins: Iterable[Origin]) -> None:
        self._parts = (row for batch in parts for row in batch.to_pylist())
        self._origins = enumerate(origins)
        self._last: tuple[int, dict[str, Any]] = -1, {}

    def at(self, position: int) -> dict[str, Any]:
        if self._last[0] != position:
            part = next(row for row in self._parts if row["position"] == position)
            origin = next(each for number, each in self._origins if number == position)
            self._last = position, _told(part, origin)
        return self._last[1]


def _told(part: dict[str, Any], origin: Origin) -> dict[str, Any]:
    whence = {"corpus": origin.corpus, "name": origin.name, "license": origin.license}
    place = {name: part[name] for name in _PLACE}
    return {**whence, "redistributable": origin.redistributable, **place}
