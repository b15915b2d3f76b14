"""Observations as rows of numbers, in LLVM's order of the features.

Of inlining and priority a decision is a row; of eviction it is 33, one a column, in which what is no column's own
(`progress`) stands in each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from rl4real_data.mlgo.tensors import Layout
from rl4real_data.traces.columns import is_columned
from rl4real_data.traces.features import EVICTION_COLUMNS, FEATURES, Task

Floats: TypeAlias = npt.NDArray[np.float32]

MASK: Final = 0
"""The place of eviction's `mask` in a row."""
_INT64_BYTES: Final = 8


def rows_of(task: Task, features: Mapping[str, npt.NDArray[Any]]) -> Floats:
    """[steps, features] or [steps, 33, features] float32."""
    columns = []
    for spec in FEATURES[task]:
        values = features[spec.name].astype(np.float32)
        if task is Task.EVICTION and not is_columned(spec):
            values = np.broadcast_to(values[:, None], (len(values), EVICTION_COLUMNS))
        columns.append(values)
    return np.stack(columns, axis=-1)


def row_reader(task: Task, layout: Layout) -> Callable[[bytes], Floats]:
    """What makes [1, features] or [33, features] of an observation of the compiler's. KeyError for one that lacks a
    feature.
    """
    specs, tensors = FEATURES[task], {one.name: one for one in layout.tensors}
    places = [(tensors[spec.name].dtype, tensors[spec.name], layout.offset(spec.name)) for spec in specs]
    if all(kind == np.int64 and one.size_bytes == _INT64_BYTES for kind, one, _ in places):
        indices = np.array([offset for _, _, offset in places], np.intp) // _INT64_BYTES
        return lambda observation: np.frombuffer(observation, np.int64)[indices].astype(np.float32)[None]
    rows = EVICTION_COLUMNS if task is Task.EVICTION else 1
    parts = [(kind, one.size_bytes // kind.itemsize, offset) for kind, one, offset in places]

    def read(observation: bytes) -> Floats:
        found = np.empty((rows, len(parts)), np.float32)
        for number, (kind, count, offset) in enumerate(parts):
            found[:, number] = np.frombuffer(observation, kind, count, offset)
        return found

    return read
