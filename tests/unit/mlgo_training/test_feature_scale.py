"""The scaling of features by quantiles."""

from __future__ import annotations

import numpy as np
import pytest
from task_policies import chance_features, observations_of

from rl4real_data.mlgo.tensors import header_of
from rl4real_data.mlgo_training.feature_rows import row_reader, rows_of
from rl4real_data.mlgo_training.feature_scale import FeatureScale, sampled_values
from rl4real_data.traces.features import Task


def test_a_value_becomes_its_share_its_square_its_root_and_its_distance() -> None:
    values = np.tile(np.arange(1.0, 10.0, dtype=np.float32)[:, None], (1, 3))
    scaled = FeatureScale.of(Task.PRIORITY, values, 4).scaler()(np.array([[5.0, 0.0, 9.0]], np.float32))

    # the quantiles of 1 to 9 at a fifth, two, three and four are 3, 4, 6 and 7
    assert scaled[0, :3].tolist() == [0.5, 0.0, 1.0]
    assert scaled[0, 3:6].tolist() == [0.25, 0.0, 1.0]
    assert scaled[0, 6:9] == pytest.approx([0.5**0.5, 0.0, 1.0])
    assert scaled[0, 9:] == pytest.approx([0.0, -5 / values.std(), 4 / values.std()], rel=1e-5)


def test_what_is_no_number_is_zero_and_infinity_is_far() -> None:
    rows = rows_of(Task.EVICTION, chance_features(Task.EVICTION, 50))
    scale = FeatureScale.of(Task.EVICTION, sampled_values([rows], Task.EVICTION), 20)
    scaled = scale.scaler()(rows)

    assert scaled.shape == (50, 33, scale.width)
    assert np.isfinite(scaled).all()


@pytest.mark.parametrize("task", Task)
def test_a_compiler_s_bytes_are_the_rows_of_a_trace(task: Task) -> None:
    features = chance_features(task, 5)
    read = row_reader(task, header_of(task).layout)
    rows = rows_of(task, features)

    for step, observation in enumerate(observations_of(task, features)):
        np.testing.assert_array_equal(read(observation).ravel(), rows[step].ravel())


def test_a_sample_is_the_same_every_time_and_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rl4real_data.mlgo_training.feature_scale._SAMPLE", 100)
    parts = [np.full((30, 3), number, np.float32) for number in range(20)]
    found = sampled_values(parts, Task.PRIORITY)

    assert 50 <= len(found) <= 100
    assert set(found[:, 0]) == set(range(20)), "all parts are in it"
    np.testing.assert_array_equal(sampled_values(parts, Task.PRIORITY), found)
