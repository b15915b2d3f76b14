"""The trajectories of a trace dataset, by number or one after the other."""

from __future__ import annotations

__all__ = ["TraceDataset"]

import bisect
import itertools
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, overload

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from rl4real_data.core.errors import DatasetError
from rl4real_data.core.open_folder import OpenFolder
from rl4real_data.episodes.comparison import require_listed
from rl4real_data.episodes.file_names import SHARD_NAME
from rl4real_data.episodes.shards import MALFORMED, arrow_file, reason_of
from rl4real_data.traces.columns import dense_features
from rl4real_data.traces.features import FEATURES, FeatureSpec, Task
from rl4real_data.traces.index import TraceIndex, read_trace_index
from rl4real_data.traces.schema import trajectory_schema
from rl4real_data.traces.trajectory import Trajectory


class TraceDataset:
    """The trajectories of a DATA_DIR that `rl4real-data trace` wrote, in its order.

    Opening reads `dataset.json`, and with `verify` compares the shards with their checksums. DatasetError for a
    DATA_DIR that cannot be used.
    """

    def __init__(self, data_dir: str | os.PathLike[str], *, verify: bool = True) -> None:
        self._data_dir = Path(data_dir).expanduser()
        self._index = read_trace_index(self._data_dir)
        self._names = sorted(name for name in self._index.files if SHARD_NAME.fullmatch(name))
        if verify:
            require_listed(self._data_dir, self._index, self._names)
        rows = [self._index.files[name].rows for name in self._names]
        self._ends = list(itertools.accumulate(rows))
        self._kept: tuple[tuple[str, int], pa.Table] | None = None

    def __repr__(self) -> str:
        return f"<TraceDataset({str(self._data_dir)!r}) of {self.task} with {len(self):,} trajectories>"

    @property
    def index(self) -> TraceIndex:
        """The content of `dataset.json`."""
        return self._index

    @property
    def task(self) -> Task:
        """Whose decisions these are."""
        return self._index.task

    @property
    def features(self) -> Sequence[FeatureSpec]:
        """The features of each step, in LLVM's order."""
        return FEATURES[self.task]

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, number: int) -> Trajectory: ...
    @overload
    def __getitem__(self, number: slice) -> list[Trajectory]: ...
    def __getitem__(self, number: int | slice) -> Trajectory | list[Trajectory]:
        if isinstance(number, slice):
            return [self[each] for each in range(*number.indices(len(self)))]
        wanted = number + len(self) if number < 0 else number
        if not 0 <= wanted < len(self):
            raise IndexError(f"trajectory {number} of {len(self)}")
        shard = bisect.bisect_right(self._ends, wanted)
        first = self._ends[shard - 1] if shard else 0
        table, row = self._group_of(self._names[shard], wanted - first)
        return self._trajectory(table, row)

    def __iter__(self) -> Iterator[Trajectory]:
        return (self[number] for number in range(len(self)))

    def table(self, *columns: str) -> pa.Table:
        """Columns as they are stored, of all trajectories; all, if none is named."""
        names = list(columns) or None
        return pa.concat_tables([self._read(name, lambda file: file.read(names)) for name in self._names])

    def _group_of(self, name: str, row: int) -> tuple[pa.Table, int]:
        """The row group of a shard's row, and the row in it."""

        def read(file: pq.ParquetFile) -> tuple[pa.Table, int]:
            first = 0
            for group in range(file.num_row_groups):
                rows = file.metadata.row_group(group).num_rows
                if row < first + rows:
                    key = (name, group)
                    if self._kept is None or self._kept[0] != key:
                        self._kept = (key, file.read_row_group(group))
                    return self._kept[1], row - first
                first += rows
            raise IndexError(row)

        found: tuple[pa.Table, int] = self._read(name, read)
        return found

    def _read(self, name: str, read: Any) -> Any:
        try:
            with OpenFolder(self._data_dir) as folder, folder.opened(name) as descriptor, arrow_file(descriptor) as raw:
                file = pq.ParquetFile(raw, pre_buffer=False, memory_map=False)
                if file.schema_arrow.names != trajectory_schema(self.task).names:
                    raise ValueError("its columns are not those of this task")
                return read(file)
        except MALFORMED as error:
            raise DatasetError(
                f"{self._data_dir / name}: cannot be read ({reason_of(error)})",
                hint="delete it and run the same `rl4real-data trace` again: it is made anew without compiling",
            ) from error

    def _trajectory(self, table: pa.Table, row: int) -> Trajectory:
        scalars = {name: table[name][row].as_py() for name in ("context", "score", "baseline")}
        stored: dict[str, np.ndarray[Any, Any]] = {
            field.name: table[field.name][row].values.to_numpy(zero_copy_only=False)
            for field in table.schema
            if pa.types.is_list(field.type)
        }
        try:
            features = dense_features(self.task, stored)
        except ValueError as error:
            raise DatasetError(f"{self._data_dir}: {scalars['context']}: {error}") from error
        return Trajectory(
            features=features,
            decision=stored["decision"],
            default_decision=stored["default_decision"],
            **scalars,
        )
