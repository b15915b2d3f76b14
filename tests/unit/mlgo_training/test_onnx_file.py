"""The ONNX file of a checkpoint: it decides as the checkpoint does."""

from __future__ import annotations

import json
from pathlib import Path

import onnx
import pytest
from task_policies import chance_checkpoint, chance_features, observations_of

from rl4real_data.core.errors import UsageError
from rl4real_data.mlgo.policies.onnx_model import OnnxPolicy
from rl4real_data.mlgo.tensors import header_of
from rl4real_data.mlgo_training.live_policy import LivePolicy
from rl4real_data.mlgo_training.onnx_file import export_task_policy
from rl4real_data.mlgo_training.state import TrainState
from rl4real_data.traces.features import FEATURES, Task
from rl4real_data.tracing.policies import trace_policy

OBSERVATIONS = 1000


def decisions(policy: LivePolicy | OnnxPolicy, task: Task, observations: list[bytes]) -> list[float]:
    answer = policy.begin(header_of(task))
    return [answer(one) for one in observations]


@pytest.mark.parametrize("task", Task)
def test_it_decides_as_the_checkpoint(task: Task, tmp_path: Path) -> None:
    checkpoint = chance_checkpoint(task, tmp_path / "run", seed=7)
    assert export_task_policy(checkpoint, tmp_path / "policy.onnx") is task
    observations = observations_of(task, chance_features(task, OBSERVATIONS, seed=3))

    state = TrainState.read(checkpoint, task, with_learner=False)
    own = decisions(LivePolicy(state.network.plain(), state.scale.scaler()), task, observations)
    told = decisions(OnnxPolicy.opened(tmp_path / "policy.onnx", task), task, observations)

    assert len(set(own)) > 1
    if task is Task.PRIORITY:  # a sigmoid's last bit is the library's affair
        assert told == pytest.approx(own, rel=1e-6)
    else:
        assert told == own


@pytest.mark.parametrize("task", Task)
def test_it_says_what_it_is(task: Task, tmp_path: Path) -> None:
    export_task_policy(chance_checkpoint(task, tmp_path / "run"), tmp_path / "new" / "policy.onnx")
    told = {one.key: one.value for one in onnx.load(tmp_path / "new" / "policy.onnx").metadata_props}

    assert told["mlgo.task"] == task
    assert json.loads(told["mlgo.features"]) == [spec.name for spec in FEATURES[task]]


@pytest.mark.parametrize("task", [Task.EVICTION, Task.PRIORITY])
def test_the_plugin_takes_its_inputs(task: Task, tmp_path: Path) -> None:
    export_task_policy(chance_checkpoint(task, tmp_path / "run"), tmp_path / "policy.onnx")

    assert trace_policy(str(tmp_path / "policy.onnx"), task).name == "policy.onnx"


def test_a_task_is_not_another(tmp_path: Path) -> None:
    export_task_policy(chance_checkpoint(Task.PRIORITY, tmp_path / "run"), tmp_path / "policy.onnx")

    with pytest.raises(UsageError, match="was made for priority, not for eviction"):
        OnnxPolicy.opened(tmp_path / "policy.onnx", Task.EVICTION)


def test_the_same_checkpoint_is_the_same_file(tmp_path: Path) -> None:
    checkpoint = chance_checkpoint(Task.INLINING, tmp_path / "run")
    for name in ("one.onnx", "two.onnx"):
        export_task_policy(checkpoint, tmp_path / name)

    assert (tmp_path / "one.onnx").read_bytes() == (tmp_path / "two.onnx").read_bytes()
