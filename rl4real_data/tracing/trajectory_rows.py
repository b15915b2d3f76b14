"""The trajectories of one module, as the Arrow table that its part holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa

from rl4real_data.traces.features import Task
from rl4real_data.traces.schema import trajectory_schema
from rl4real_data.traces.traced_function import TracedFunction

_RUN_COLUMNS: Final = frozenset(
    {*("module", "corpus", "license", "redistributable", "target"), *("cpu", "opt_level", "llvm_version", "policy")}
    | {"reward"}
)
"""Columns of a trajectory that packing adds."""
FAILURE: Final = "failure"
"""Why the policy was left in the middle of a function; null if it was not."""


def part_schema(task: Task) -> pa.Schema:
    """Of the table of a part: a trajectory without what all of its module, or its run, have in common."""
    fields = [field for field in trajectory_schema(task) if field.name not in _RUN_COLUMNS]
    return pa.schema([*fields, pa.field(FAILURE, pa.string())])


def part_table(task: Task, functions: Sequence[TracedFunction]) -> pa.Table:
    """One row a function, in their order."""
    schema = part_schema(task)
    plain: dict[str, pa.Array] = {
        "context": pa.array([each.context for each in functions], pa.string()),
        "steps": pa.array([each.steps for each in functions], pa.int32()),
        "score": pa.array([each.score for each in functions], pa.float64()),
        "baseline": pa.array([each.baseline for each in functions], pa.float64()),
        FAILURE: pa.array([each.failure for each in functions], pa.string()),
    }
    arrays = [plain[field.name] if field.name in plain else _lists(field, functions) for field in schema]
    return pa.table(arrays, schema=schema)


def _lists(field: pa.Field, functions: Sequence[TracedFunction]) -> pa.Array:
    kind = field.type.value_type.to_pandas_dtype()
    lists = [np.asarray(each.columns.get(field.name, ()), kind) for each in functions]
    offsets = np.concatenate([[0], np.cumsum([len(each) for each in lists], dtype=np.int64)]).astype(np.int32)
    values = np.concatenate([np.empty(0, kind), *lists])
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(values, field.type.value_type), type=field.type)
