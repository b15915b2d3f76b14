"""The facts of all batches of a run, on a disk of the driver.

Tables that no memory holds.

parts.parquet        one row = one part that has functions: its number, key, and place in the store
functions.parquet    one row = one function of a part: content hash, why it is left out, the shapes that it uses
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rl4real_data.cluster.batch_facts import BatchFacts
from rl4real_data.episodes.instructions import Shape

PARTS: Final = pa.schema(
    [
        ("part", pa.int32()),
        ("key", pa.string()),
        ("archive", pa.string()),
        ("offset", pa.int64()),
        ("size", pa.int64()),
        ("sha256", pa.string()),
    ]
)
FUNCTIONS: Final = pa.schema(
    [
        ("part", pa.int32()),
        ("row", pa.int32()),
        ("high", pa.uint64()),
        ("low", pa.uint64()),
        ("reason", pa.int16()),
        ("uses", pa.list_(pa.int32())),
    ]
)
ROW_GROUP: Final = 1 << 16


class TableFile:
    """A Parquet file that grows by small tables."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.path: Final = path
        self._schema = schema
        self._writer = pq.ParquetWriter(path, schema, compression="lz4", use_dictionary=False, write_statistics=False)
        self._waiting: list[pa.Table] = []
        self._rows = 0

    def add(self, table: pa.Table) -> None:
        self._waiting.append(table)
        self._rows += table.num_rows
        if self._rows >= ROW_GROUP:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            self._writer.write_table(pa.concat_tables(self._waiting).cast(self._schema))
        self._waiting, self._rows = [], 0

    def __enter__(self) -> TableFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._flush()
        self._writer.close()


class FactTables:
    """The tables while they are written. `shapes` and `reasons` are in memory: of all functions there are few."""

    def __init__(self, folder: Path) -> None:
        self.folder: Final = folder
        self.shapes: dict[Shape, int] = {}
        self.reasons: dict[str, int] = {}
        self._count = 0
        self._parts = TableFile(folder / "parts.parquet", PARTS)
        self._functions = TableFile(folder / "functions.parquet", FUNCTIONS)

    def add(self, archive: str, facts: BatchFacts) -> None:
        """The facts of one batch, whose parts lie in `archive`; failed modules have no place here."""
        parts = facts.parts.filter(pc.greater(facts.parts["size"], 0))
        numbers = np.arange(self._count, self._count + parts.num_rows, dtype=np.int32)
        self._count += parts.num_rows
        places = [parts[name] for name in ("key", "offset", "size", "sha256")]
        key, offset, size, sha256 = places
        columns = [pa.array(numbers), key, pa.repeat(archive, parts.num_rows), offset, size, sha256]
        self._parts.add(pa.table(columns, schema=PARTS))
        self._functions.add(self._functions_of(facts, parts, numbers))

    def _functions_of(self, facts: BatchFacts, parts: pa.RecordBatch, numbers: np.typing.NDArray[np.int32]) -> pa.Table:
        counts = np.asarray(pc.list_value_length(parts["high"]))
        firsts = np.cumsum(counts) - counts
        rows = np.arange(counts.sum()) - np.repeat(firsts, counts)
        shapes = zip(facts.shapes.opcodes, facts.shapes.operands, strict=True)
        shape_numbers = np.array([self.shapes.setdefault(each, len(self.shapes)) for each in shapes], np.int32)
        whys = np.array([0, *(self.reasons.setdefault(why, len(self.reasons)) + 1 for why in facts.reasons)], np.int16)
        uses = parts["uses"].flatten()
        used = shape_numbers[np.asarray(uses.flatten())]
        offsets = np.concatenate(([0], np.cumsum(np.asarray(pc.list_value_length(uses)))))
        columns = [
            pa.array(np.repeat(numbers, counts)),
            pa.array(rows.astype(np.int32)),
            parts["high"].flatten(),
            parts["low"].flatten(),
            pa.array(whys[np.asarray(parts["reason"].flatten())]),
            pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pa.array(used)),
        ]
        return pa.table(columns, schema=FUNCTIONS)

    def close(self) -> None:
        """Nothing is added any more."""
        for table in (self._parts, self._functions):
            with table:
                pass
