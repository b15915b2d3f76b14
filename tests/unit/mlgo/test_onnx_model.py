"""What an ONNX policy is fed with and how its scores become a decision; the session is a fake that keeps its feed."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from rl4real_data.core.errors import UsageError
from rl4real_data.mlgo.policies.onnx_model import OnnxPolicy
from rl4real_data.mlgo.tensors import Header, Layout, Tensor
from rl4real_data.traces.features import Task

INLINING = Header(
    layout=Layout(tuple(Tensor(name, "int64_t") for name in ("cost", "users", "inlining_default"))),
    advice=Tensor("inlining_decision", "int64_t"),
)
SEEN = np.array([7, -3, 1], np.int64).tobytes()
EVICTION = Header(
    layout=Layout((Tensor("mask", "int64_t", (1, 33)), Tensor("weight", "float", (1, 33)))),
    advice=Tensor("index_to_evict", "int64_t"),
)


class FakeSession:
    def __init__(self, inputs: dict[str, tuple[str, list[Any]]], answer: Any, metadata: dict[str, str] | None = None):
        self.inputs, self.answer, self.metadata = inputs, answer, metadata or {}
        self.feed: dict[str, Any] = {}

    def get_inputs(self) -> list[Any]:
        return [SimpleNamespace(name=name, type=kind, shape=shape) for name, (kind, shape) in self.inputs.items()]

    def get_outputs(self) -> list[Any]:
        return [SimpleNamespace(name="out", shape=["n"])]

    def get_modelmeta(self) -> Any:
        return SimpleNamespace(custom_metadata_map=self.metadata)

    def run(self, output_names: Any, feed: dict[str, Any]) -> list[Any]:
        assert output_names == ["out"]
        self.feed = {name: array.copy() for name, array in feed.items()}
        return [np.asarray(self.answer)]

    def io_binding(self) -> Any:
        raise AssertionError("its answer has no shape that it promises")

    def run_with_iobinding(self, iobinding: Any) -> None:
        raise AssertionError(iobinding)


def decided(session: FakeSession, task: Task, header: Header, seen: bytes) -> float:
    return OnnxPolicy(session, task).begin(header)(seen)


def test_features_by_name_have_the_rank_and_type_that_the_model_says() -> None:
    session = FakeSession({"users": ("tensor(int64)", [1, 1]), "cost": ("tensor(float)", [])}, [[1]])

    assert decided(session, Task.INLINING, INLINING, SEEN) == 1
    assert session.feed["users"].tolist() == [[-3]]
    assert session.feed["cost"].shape == ()
    assert session.feed["cost"].dtype == np.float32
    assert float(session.feed["cost"]) == 7


@pytest.mark.parametrize(
    ("metadata", "row"), [({}, [7, -3]), ({"mlgo.features": json.dumps(["users", "cost"])}, [-3, 7])]
)
def test_all_features_in_one(metadata: dict[str, str], row: list[float]) -> None:
    session = FakeSession({"features": ("tensor(float)", [1, 2])}, [[0.2, 0.1]], metadata)

    assert decided(session, Task.INLINING, INLINING, SEEN) == 0
    assert session.feed["features"].tolist() == [row]
    assert session.feed["features"].dtype == np.float32


def test_the_best_column_that_the_mask_allows() -> None:
    mask, scores = np.zeros(33, np.int64), np.zeros(33, np.float32)
    mask[[4, 9]], scores[[3, 9]] = 1, (5, 2)
    session = FakeSession({"mask": ("tensor(int64)", [1, 33])}, scores[None])

    assert decided(session, Task.EVICTION, EVICTION, mask.tobytes() + bytes(132)) == 9


def test_a_feature_that_is_not_sent() -> None:
    session = FakeSession({"weight": ("tensor(float)", [1])}, [0])

    with pytest.raises(UsageError, match="asks for 'weight', which this compiler does not send for inlining"):
        decided(session, Task.INLINING, INLINING, SEEN)


def test_a_model_of_another_task() -> None:
    session = FakeSession({}, [0], {"mlgo.task": "eviction"})

    with pytest.raises(UsageError, match="was made for eviction, not for inlining"):
        OnnxPolicy(session, Task.INLINING)


def test_too_few_scores() -> None:
    session = FakeSession({"mask": ("tensor(int64)", [1, 33])}, [[1.0, 2.0]])

    with pytest.raises(UsageError, match="gives 2 scores, too few for eviction"):
        decided(session, Task.EVICTION, EVICTION, np.ones(33, np.int64).tobytes() + bytes(132))


def test_a_type_that_no_feature_has() -> None:
    with pytest.raises(UsageError, match=r"the input 'cost' is tensor\(string\)"):
        decided(FakeSession({"cost": ("tensor(string)", [1])}, [0]), Task.INLINING, INLINING, SEEN)
