"""Long tables of transitions, one row a decision, written as they come.

Memory holds one batch of rows a table.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

_BATCH_BYTES: Final = 16 << 20
"""Observations of one row group, unpacked."""

TRANSITIONS: Final = pa.schema(
    [
        ("eps_id", pa.string()),
        ("t", pa.int32()),
        ("obs", pa.list_(pa.float32())),
        ("actions", pa.int64()),
        ("rewards", pa.float32()),
        ("new_obs", pa.list_(pa.float32())),
        ("terminateds", pa.bool_()),
        ("truncateds", pa.bool_()),
    ]
)
"""The columns of `ray.rllib.offline.offline_prelearner.SCHEMA` that a single agent needs, under its names."""


class TransitionTable:
    """Collects the steps of one policy and writes them to `path`; a context manager.

    Within a function, `new_obs` is what the policy sees when it acts next; its last step is terminated, and leads to
    the observation that `end` is given.
    """

    def __init__(self, path: Path, observation_size: int, metadata: Mapping[str, str]) -> None:
        self._size = observation_size
        self._batch = max(1, _BATCH_BYTES // (8 * observation_size))
        self._rows: dict[str, list[Any]] = {name: [] for name in TRANSITIONS.names}
        self._steps: list[tuple[npt.NDArray[np.float32], int, float]] = []
        path.parent.mkdir(parents=True)
        schema = TRANSITIONS.with_metadata(dict(metadata))
        self._writer = pq.ParquetWriter(path, schema, compression="zstd")
        self.rows = 0

    def __enter__(self) -> TransitionTable:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._flush()
        finally:
            self._writer.close()

    def add(self, observation: npt.NDArray[np.float32], action: int, reward: float) -> None:
        """One step of the current function."""
        assert observation.shape == (self._size,)
        self._steps.append((observation, action, reward))

    def end(self, eps_id: str, last: npt.NDArray[np.float32] | None = None) -> None:
        """The function is done; `last` is what the policy would see now, zeros by default."""
        following = [step[0] for step in self._steps[1:]]
        following.append(np.zeros(self._size, np.float32) if last is None else last)
        for t, ((observation, action, reward), after) in enumerate(zip(self._steps, following, strict=False)):
            values = (eps_id, t, observation, action, reward, after, t + 1 == len(self._steps), False)
            for name, value in zip(TRANSITIONS.names, values, strict=True):
                self._rows[name].append(value)
            if len(self._rows["t"]) >= self._batch:
                self._flush()
        self._steps = []

    def _flush(self) -> None:
        count = len(self._rows["t"])
        if not count:
            return
        arrays = []
        for field in TRANSITIONS:
            values = self._rows[field.name]
            if pa.types.is_list(field.type):
                offsets = np.arange(0, (count + 1) * self._size, self._size, dtype=np.int32)
                arrays.append(pa.ListArray.from_arrays(offsets, np.concatenate(values)))
            else:
                arrays.append(pa.array(values, field.type))
            values.clear()
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._writer.schema))
        self.rows += count
