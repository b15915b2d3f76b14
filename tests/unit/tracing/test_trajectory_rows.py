"""Trajectories as the rows of a part."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from trace_builder import priorities

from rl4real_data.traces.features import EVICTION, EVICTION_COLUMNS, INLINING, PRIORITY, Task
from rl4real_data.traces.traced_function import TracedFunction
from rl4real_data.traces.trajectory import Trajectory
from rl4real_data.tracing.trajectory_rows import part_schema, part_table

OWN = {"context", "steps", "decision", "default_decision", "score", "baseline", "failure"}


@pytest.mark.parametrize(
    ("task", "features", "more"),
    [(Task.INLINING, INLINING, set()), (Task.PRIORITY, PRIORITY, set()), (Task.EVICTION, EVICTION, {"live"})],
)
def test_a_part_has_what_is_a_functions_own(task: Task, features: tuple[object, ...], more: set[str]) -> None:
    live = {"live_count", "live_column"} if more else set()
    assert set(part_schema(task).names) == OWN | live | {spec.name for spec in features}  # type: ignore[attr-defined]


def test_rows_in_their_order() -> None:
    table = part_table(
        Task.PRIORITY, [priorities("f", 3, 4, score=1.5), priorities("empty"), priorities("g", 5, failure="late")]
    )

    assert table.schema == part_schema(Task.PRIORITY)
    assert table["context"].to_pylist() == ["f", "empty", "g"]
    assert table["steps"].to_pylist() == [2, 0, 1]
    assert table["decision"].to_pylist() == [[3, 4], [], [5]]
    assert table["default_decision"].to_pylist() == [[4, 5], [], [6]]
    assert [table[spec.name].to_pylist() for spec in PRIORITY] == [
        [[0, 1], [], [0]],
        [[1, 2], [], [1]],
        [[2.0, 3.0], [], [2.0]],
    ]
    assert table["score"].to_pylist() == [1.5, 1.0, 1.0]
    assert table["baseline"].to_pylist() == [2.0] * 3
    assert table["failure"].to_pylist() == [None, None, "late"]


def test_a_priority_is_kept_in_all_of_its_bits() -> None:
    table = part_table(Task.PRIORITY, [priorities("f", 4294967295)])
    assert table["decision"].type == pa.list_(pa.uint32())
    assert table["decision"].to_pylist() == [[4294967295]]


def test_no_function_at_all() -> None:
    table = part_table(Task.EVICTION, [])
    assert (table.num_rows, table.schema) == (0, part_schema(Task.EVICTION))


def test_a_dense_trajectory_of_evictions_is_stored_by_its_live_columns() -> None:
    features = {spec.name: np.zeros((2, *spec.shape), spec.dtype) for spec in EVICTION}
    features["mask"][0, 3] = features["mask"][1, EVICTION_COLUMNS - 1] = 1
    features["progress"][:] = (0.5, 0.25)
    taken = np.array([3, 32])
    told = TracedFunction.of(Task.EVICTION, Trajectory("f", features, taken, taken, score=1.0, baseline=4.0))
    table = part_table(Task.EVICTION, [told])

    assert (told.steps, told.score, told.baseline) == (2, 1.0, 4.0)
    assert table["live_count"].to_pylist() == [[1, 1]]
    assert table["live_column"].to_pylist() == [[3, 32]]
    assert table["mask"].to_pylist() == [[1, 1]]
    assert table["progress"].to_pylist() == [[0.5, 0.25]]
