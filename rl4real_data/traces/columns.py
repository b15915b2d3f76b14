"""The columns of a trajectory between the forms that they have: dense for users, live alone in files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np

from rl4real_data.traces.features import EVICTION_COLUMNS, FEATURES, FeatureSpec, Task
from rl4real_data.traces.schema import LIVE_COLUMN, LIVE_COUNT

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]


def is_columned(spec: FeatureSpec) -> bool:
    """Whether it has a value a column of the allocation order."""
    return spec.shape == (EVICTION_COLUMNS,)


def dense_features(task: Task, stored: Mapping[str, Array]) -> dict[str, Array]:
    """Of one trajectory: [steps] or [steps, 33]. ValueError where the live columns do not add up."""
    if task is not Task.EVICTION:
        return {spec.name: stored[spec.name] for spec in FEATURES[task]}
    counts, columns = stored[LIVE_COUNT].astype(np.int64), stored[LIVE_COLUMN].astype(np.int64)
    if counts.sum() != len(columns) or (len(columns) and columns.max() >= EVICTION_COLUMNS):
        raise ValueError("its live columns are not those that it counts")
    places = np.repeat(np.arange(len(counts)), counts) * EVICTION_COLUMNS + columns
    return {spec.name: _dense(spec, stored[spec.name], places, len(counts)) for spec in FEATURES[task]}


def _dense(spec: FeatureSpec, values: Array, places: Array, steps: int) -> Array:
    if not is_columned(spec):
        return values
    dense = np.zeros(steps * EVICTION_COLUMNS, spec.numpy_type)
    dense[places] = values
    return dense.reshape(steps, EVICTION_COLUMNS)


def live_features(features: Mapping[str, Array]) -> dict[str, Array]:
    """The other way round, of eviction: a column is live where any feature has a bit set."""
    columned = [spec for spec in FEATURES[Task.EVICTION] if is_columned(spec)]
    live = np.zeros(features[columned[0].name].shape, np.bool_)
    for spec in columned:
        values = np.ascontiguousarray(features[spec.name], spec.numpy_type)
        live |= values.view(f"u{values.itemsize}") != 0
    steps, columns = np.nonzero(live)
    found: dict[str, Array] = {
        LIVE_COUNT: live.sum(axis=1).astype(np.uint8),
        LIVE_COLUMN: columns.astype(np.uint8),
    }
    for spec in FEATURES[Task.EVICTION]:
        values = features[spec.name]
        found[spec.name] = values[steps, columns] if is_columned(spec) else values
    return found
