"""Live columns and dense ones, the reward, and the features beside LLVM's own header."""

from __future__ import annotations

import numpy as np
import pytest

from rl4real_data.traces.columns import dense_features, live_features
from rl4real_data.traces.features import ADVICE, EVICTION, FEATURES, INLINING, PRIORITY, Task
from rl4real_data.traces.schema import trajectory_schema
from rl4real_data.traces.trajectory import Trajectory, mlgo_reward


def some_evictions() -> dict[str, np.ndarray]:
    features = {spec.name: np.zeros((2, *spec.shape), spec.dtype) for spec in EVICTION}
    features["mask"][0, [3, 32]] = 1
    features["nr_urgent"][1, 7] = -0.0  # a bit is set, though it is equal to zero
    features["use_def_density"][0, 3] = np.inf
    features["progress"][:] = (0.5, 0.25)
    return features


def test_live_columns_are_those_with_a_bit_set() -> None:
    live = live_features(some_evictions())
    assert live["live_count"].tolist() == [2, 1]
    assert live["live_column"].tolist() == [3, 32, 7]
    assert live["mask"].tolist() == [1, 1, 0]
    assert live["progress"].tolist() == [0.5, 0.25]


def test_dense_features_are_the_same_bits_again() -> None:
    features = some_evictions()
    dense = dense_features(Task.EVICTION, live_features(features))
    assert list(dense) == [spec.name for spec in EVICTION]
    for name, values in features.items():
        assert dense[name].tobytes() == values.tobytes()


def test_live_columns_that_do_not_add_up_are_refused() -> None:
    live = live_features(some_evictions())
    live["live_count"] = np.array([2, 2], np.uint8)
    with pytest.raises(ValueError, match="live columns"):
        dense_features(Task.EVICTION, live)


@pytest.mark.parametrize(("score", "baseline", "reward"), [(5.0, 5.0, 0.0), (0.99, 1.99, 0.5), (0.0, 0.0, 0.0)])
def test_reward_is_mlgos(score: float, baseline: float, reward: float) -> None:
    steps = np.zeros(1, np.int64)
    found = Trajectory(context="f", features={}, decision=steps, default_decision=steps, score=score, baseline=baseline)
    assert found.reward == mlgo_reward(score, baseline) == pytest.approx(reward)


def test_features_are_as_many_as_llvms_bytes() -> None:
    """3,436 bytes of an eviction, 20 of a priority, 304 of an inlining: mlgo's formats, measured."""
    sizes = [
        sum(np.prod(s.llvm_shape) * s.numpy_type.itemsize for s in some) for some in (EVICTION, PRIORITY, INLINING)
    ]
    assert sizes == [3436, 20, 304]
    assert {task: spec.llvm_type for task, spec in ADVICE.items()} == {
        Task.INLINING: "int64_t",
        Task.EVICTION: "int64_t",
        Task.PRIORITY: "float",
    }


@pytest.mark.parametrize("task", Task)
def test_every_column_of_the_schema_is_described(task: Task) -> None:
    schema = trajectory_schema(task)
    assert all(field.metadata[b"description"] for field in schema)
    assert {spec.name for spec in FEATURES[task]} < set(schema.names)
