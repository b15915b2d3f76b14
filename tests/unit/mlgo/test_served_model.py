"""A policy behind the messages of LLVM's interactive channel, and the task that a model says it is for."""

from __future__ import annotations

from pathlib import Path

import pytest
from task_policies import chance_checkpoint, chance_features

from rl4real_data.core.errors import UsageError
from rl4real_data.mlgo.channel_host import Answer
from rl4real_data.mlgo.model_tasks import task_of_model
from rl4real_data.mlgo.served_model import message_policy
from rl4real_data.mlgo.tensors import Header
from rl4real_data.mlgo_training.onnx_file import export_task_policy
from rl4real_data.traces.features import FEATURES, Task


class Fixed:
    """Answers always the same, and keeps what it saw."""

    def __init__(self, answer: float) -> None:
        self.answer = answer
        self.seen: list[bytes] = []

    def begin(self, header: Header) -> Answer:  # noqa: ARG002

        def answer(observation: bytes) -> float:
            self.seen.append(observation)
            return self.answer

        return answer


def message_of(task: Task) -> list[tuple[str, object]]:
    features = chance_features(task, 1)
    return [("context", "f"), *((spec.name, features[spec.name][0].tolist()) for spec in FEATURES[task])]


@pytest.mark.parametrize(("task", "answer"), [(Task.INLINING, 1), (Task.EVICTION, 32), (Task.PRIORITY, 2.5)])
def test_an_answer_and_what_it_was_asked(task: Task, answer: float) -> None:
    policy = Fixed(answer)
    told = message_policy(policy, task)(message_of(task))  # type: ignore[arg-type]

    assert told == answer
    assert isinstance(told, float) is (task is Task.PRIORITY)
    names = [spec.name for spec in FEATURES[task]]
    assert policy.seen == [b"".join(chance_features(task, 1)[name][0].tobytes() for name in names)]


def test_an_answer_that_may_not_be_sent() -> None:
    with pytest.raises(UsageError, match="where inlining takes 0 or 1"):
        message_policy(Fixed(2), Task.INLINING)(message_of(Task.INLINING))  # type: ignore[arg-type]


def test_a_compiler_that_lacks_a_feature() -> None:
    with pytest.raises(UsageError, match="the compiler sends no 'sroa_savings'"):
        message_policy(Fixed(1), Task.INLINING)([("context", "f")])


def test_a_model_says_its_task(tmp_path: Path) -> None:
    export_task_policy(chance_checkpoint(Task.EVICTION, tmp_path / "run"), tmp_path / "m.onnx")
    (tmp_path / "other.onnx").write_bytes((tmp_path / "m.onnx").read_bytes().replace(b"eviction", b"evection"))
    (tmp_path / "plain.onnx").write_bytes((tmp_path / "m.onnx").read_bytes().replace(b"mlgo.task", b"mlgo.tusk"))

    assert task_of_model(str(tmp_path / "m.onnx")) is Task.EVICTION
    assert task_of_model(str(tmp_path / "plain.onnx")) is None
    assert task_of_model("random") is None
    with pytest.raises(UsageError, match="a model of 'evection', which is no task"):
        task_of_model(str(tmp_path / "other.onnx"))
