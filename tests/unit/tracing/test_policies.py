"""The words that name a policy of eviction or priority, and what is refused."""

from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from trace_builder import job, priority_dataset

from rl4real_data.core.errors import DatasetError, UsageError
from rl4real_data.live.messages import Message, NoAdvice
from rl4real_data.live.wires import Wire
from rl4real_data.traces.features import Task
from rl4real_data.tracing import policies
from rl4real_data.tracing.policies import PATIENCE_MS, ReplayedTrace, ServedFunction, digest_of, trace_policy

LIMIT = f"-mlra-time-limit={PATIENCE_MS}"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The working folder, whose modules are forgotten again."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_default_has_no_flags(tmp_path: Path) -> None:
    policy = trace_policy("default", Task.EVICTION)

    assert policy.name == "default"
    assert policy.flags(job(tmp_path, "a.c"), tmp_path) == ()
    policy.check()
    policy.close()


def test_random_has_its_seed(tmp_path: Path) -> None:
    policy = trace_policy("random", Task.PRIORITY, seed=3)

    assert policy.name == "random, seed 3"
    assert policy.flags(job(tmp_path, "a.c"), tmp_path) == ("-mlra-trace-random", "-mlra-trace-seed=3")
    assert policy.sha256 != trace_policy("random", Task.PRIORITY, seed=4).sha256
    assert policy.sha256 == trace_policy("random", Task.PRIORITY, seed=3).sha256


def test_a_replay_writes_the_decisions_of_the_module(tmp_path: Path) -> None:
    data_dir = priority_dataset(tmp_path, tmp_path / "data")
    policy = trace_policy(f"replay:{data_dir}", Task.PRIORITY)

    assert isinstance(policy, ReplayedTrace)
    assert policy.name == "replay of somebody"
    path = tmp_path / "replayed.ndjson"
    assert policy.flags(job(tmp_path, "a.c"), tmp_path) == (f"-mlra-trace-replay={path}",)
    assert [json.loads(line) for line in path.read_text().splitlines()] == [
        {"function": "f", "decisions": [3, 4]},
        {"function": "g", "decisions": [4294967295]},
    ]
    policy.flags(job(tmp_path, "other.c"), tmp_path)
    assert path.read_text() == ""
    policy.check()
    policy.close()


def test_a_replay_of_another_task(tmp_path: Path) -> None:
    data_dir = priority_dataset(tmp_path, tmp_path / "data")

    with pytest.raises(UsageError, match="data: a trace of priority, not of eviction") as caught:
        trace_policy(f"replay:{data_dir}", Task.EVICTION)
    assert "`trace eviction` makes one" in caught.value.hint


@pytest.mark.parametrize("word", ["replay", "replay:"])
def test_a_replay_of_nothing(word: str) -> None:
    with pytest.raises(UsageError, match="of which trace") as caught:
        trace_policy(word, Task.PRIORITY)
    assert "--policy replay:DATA_DIR" in caught.value.hint


def test_a_replay_of_what_is_no_trace(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="nowhere: does not exist"):
        trace_policy(f"replay:{tmp_path / 'nowhere'}", Task.PRIORITY)


class FakeSession:
    """A model that asks for these inputs."""

    def __init__(self, **inputs: list[Any]) -> None:
        self.inputs = inputs
        self.metadata: dict[str, str] = {}

    def get_inputs(self) -> list[Any]:
        return [SimpleNamespace(name=name, shape=shape) for name, shape in self.inputs.items()]

    def get_modelmeta(self) -> Any:
        return SimpleNamespace(custom_metadata_map=self.metadata)


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeSession:
    """The session that `model.onnx` opens as."""
    (tmp_path / "model.onnx").write_bytes(b"a model")
    session = FakeSession()
    monkeypatch.setattr(policies, "open_model", lambda _path: session)
    monkeypatch.setattr(policies, "find_onnx_runtime", lambda: Path("/lib/libonnxruntime.so"))
    return session


@pytest.mark.parametrize(
    ("task", "inputs"),
    [
        (Task.PRIORITY, {"li_size": [1], "weight": ["n"]}),
        (Task.PRIORITY, {}),
        (Task.EVICTION, {"mask": [1, 33], "progress": [1], "is_hint": ["batch", "columns"]}),
    ],
)
def test_a_model_is_asked_in_the_compiler(
    model: FakeSession, tmp_path: Path, task: Task, inputs: dict[str, list[Any]]
) -> None:
    model.inputs = inputs
    path = tmp_path / "model.onnx"
    policy = trace_policy(str(path), task)

    assert policy.name == "model.onnx"
    assert policy.flags(job(tmp_path, "a.c"), tmp_path) == (
        f"-mlra-trace-model={path}",
        "-mlra-onnxruntime=/lib/libonnxruntime.so",
        LIMIT,
    )
    path.write_bytes(b"another model")
    assert trace_policy(str(path), task).sha256 != policy.sha256


@pytest.mark.parametrize(
    ("task", "inputs", "said"),
    [
        (Task.PRIORITY, {"li_size": [1], "mask": [1, 33]}, "its input mask is no feature of priority"),
        (Task.EVICTION, {"li_size": [1]}, "its input li_size is no feature of eviction"),
        (Task.EVICTION, {"mask": [1, 32]}, r"its input mask has the shape \[1, 32\]"),
        (Task.PRIORITY, {"weight": [2]}, r"its input weight has the shape \[2\]"),
    ],
)
def test_a_model_with_other_features(
    model: FakeSession, tmp_path: Path, task: Task, inputs: dict[str, list[Any]], said: str
) -> None:
    model.inputs = inputs
    with pytest.raises(UsageError, match=said) as caught:
        trace_policy(str(tmp_path / "model.onnx"), task)
    assert "the features are" in caught.value.hint or "LLVM sends" in caught.value.hint


def test_a_model_of_another_task(model: FakeSession, tmp_path: Path) -> None:
    model.metadata = {"mlgo.task": "eviction"}
    with pytest.raises(UsageError, match=r"model\.onnx was made for eviction, not for priority"):
        trace_policy(str(tmp_path / "model.onnx"), Task.PRIORITY)


def test_a_model_that_is_not_there() -> None:
    with pytest.raises(UsageError, match=r"nowhere\.onnx: No such file") as caught:
        trace_policy("nowhere.onnx", Task.PRIORITY)
    assert "a policy is default, random" in caught.value.hint


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("word", ["nobody", "Default", "module:", "a-b:c", ""])
def test_words_that_name_nothing(word: str) -> None:
    with pytest.raises(UsageError, match="no policy of this name, and no such file") as caught:
        trace_policy(word, Task.EVICTION)
    assert "module:function" in caught.value.hint


@pytest.mark.parametrize(
    ("word", "said"),
    [("absent_mine:f", "the module cannot be imported"), ("mine:g", "has no function 'g'"), ("mine:N", "no function")],
)
def test_functions_that_are_none(folder: Path, word: str, said: str) -> None:
    (folder / "mine.py").write_text("N = 3\ndef f(features, context): return 1\n")
    with pytest.raises(UsageError, match=said):
        trace_policy(word, Task.PRIORITY)


def served(folder: Path, text: str, task: Task) -> ServedFunction:
    (folder / "mine.py").write_text(text)
    sys.modules.pop("mine", None)
    policy = trace_policy("mine:f", task)
    assert isinstance(policy, ServedFunction)
    return policy


def test_a_function_has_a_pipe_a_module(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[tuple[Any, Wire, Path]] = []
    closed: list[str] = []

    @contextmanager
    def fake(answer: Any, *, wire: Wire, folder: Path) -> Iterator[str]:
        opened.append((answer, wire, folder))
        name = f"pipe{len(opened)}"
        yield name
        closed.append(name)

    monkeypatch.setattr(policies, "served", fake)
    policy = served(folder, "def f(features, context): return 1\n", Task.PRIORITY)
    asked = [policy.flags(job(folder, name), folder / name) for name in ("a", "b")]

    assert asked == [
        (f"-mlra-trace-pipe={folder / 'a' / 'pipe1'}", LIMIT),
        (f"-mlra-trace-pipe={folder / 'b' / 'pipe2'}", LIMIT),
    ]
    assert [(wire, where) for _, wire, where in opened] == [(Wire.BYTES, folder / "a"), (Wire.BYTES, folder / "b")]
    assert opened[0][0](list(PRIORITY_MESSAGE)) == 1
    assert closed == []
    policy.close()
    assert sorted(closed) == ["pipe1", "pipe2"]


def test_another_text_is_another_policy(folder: Path) -> None:
    one = served(folder, "def f(features, context): return 1\n", Task.PRIORITY)
    two = served(folder, "def f(features, context): return 22\n", Task.PRIORITY)
    assert one.sha256 != two.sha256
    assert (one.name, two.name) == ("mine:f", "mine:f")


PRIORITY_MESSAGE: Message = [
    ("context", "g"),
    ("li_size", array("q", [7])),
    ("stage", array("q", [2])),
    ("weight", array("f", [0.5])),
]


def test_a_function_is_given_features_by_name(folder: Path) -> None:
    text = "def f(features, context): return features['li_size'] + len(context) + float(features['weight'].shape == ())"
    policy = served(folder, text, Task.PRIORITY)
    assert policy._answer(list(PRIORITY_MESSAGE)) == 9.0
    policy.check()


def test_columns_have_their_shape(folder: Path) -> None:
    policy = served(folder, "def f(features, context): return features['mask'].argmax()", Task.EVICTION)
    answer = policy._answer([("context", "g"), ("mask", array("q", [0] * 32 + [1]))])
    assert answer == 32
    assert isinstance(answer, int)


@pytest.mark.parametrize("raised", ["KeyError('weight2')", "SystemError('no')"])
def test_a_function_that_raises_ends_the_run(folder: Path, raised: str) -> None:
    policy = served(folder, f"def f(features, context): raise {raised}", Task.PRIORITY)
    with pytest.raises(NoAdvice):
        policy._answer(list(PRIORITY_MESSAGE))
    with pytest.raises(UsageError, match=f"mine:f: the policy raised {raised.partition('(')[0]}") as caught:
        policy.check()
    assert "what is traced already is kept" in caught.value.hint


def test_a_function_may_have_nothing_to_say(folder: Path) -> None:
    text = "from rl4real_data.live.messages import NoAdvice\ndef f(features, context): raise NoAdvice"
    policy = served(folder, text, Task.PRIORITY)
    with pytest.raises(NoAdvice):
        policy._answer(list(PRIORITY_MESSAGE))
    policy.check()


def test_a_digest_tells_parts_apart() -> None:
    assert digest_of("ab", "c") != digest_of("a", "bc") != digest_of("abc")
    assert digest_of("ab", b"c") == digest_of(b"ab", "c")
