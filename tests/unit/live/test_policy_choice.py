"""Words that name a policy, and those that name none."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from rl4real_data.core.errors import UsageError
from rl4real_data.core.targets import TargetName
from rl4real_data.flow.deciding import decider_of_policy
from rl4real_data.live.policies.function import load_function
from rl4real_data.live.policies.onnx_agents import CHECKPOINTS, Agent
from rl4real_data.live.policy_choice import PolicyKind, choose_policy
from rl4real_data.live.served_policy import served_policy
from rl4real_data.reading.register_table import RegisterTable

MODEL = b"\x3a\x00"
"""An empty graph."""


def of_kind(kind: str) -> bytes:
    """A model that says what it is."""
    entry = b"\x0a\x09mlra.kind\x12" + bytes([len(kind)]) + kind.encode()
    return MODEL + b"\x72" + bytes([len(entry)]) + entry


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def make_agents(folder: Path) -> None:
    (folder / CHECKPOINTS).mkdir(parents=True)
    for agent in Agent:
        (folder / CHECKPOINTS / f"{agent}.onnx").write_bytes(MODEL)


def test_words_that_name_a_policy(folder: Path) -> None:
    (folder / "scores.onnx").write_bytes(MODEL)
    (folder / "advice.onnx").write_bytes(of_kind("advice"))
    make_agents(folder / "config")

    words = ("greedy", "random", "scores.onnx", "advice.onnx", "config", "my_policy:decide", "pack.my_policy:decide")
    assert [choose_policy(word).kind for word in words] == [
        PolicyKind.GREEDY, PolicyKind.RANDOM, PolicyKind.MODEL, PolicyKind.ADVICE, PolicyKind.AGENTS,
        PolicyKind.FUNCTION, PolicyKind.FUNCTION,
    ]  # fmt: skip
    assert choose_policy("scores.onnx").path == folder / "scores.onnx"


@pytest.mark.parametrize(
    ("word", "message", "hint"),
    [
        ("gredy", "no policy of this name, and no such file", "did you mean greedy?"),
        ("score.onnx", "no such file", "did you mean scores.onnx?"),
        ("nothing/like/this", "no such file", "a policy is advice, an ONNX file"),
        ("my_policy:", "no such file", "a policy is advice, an ONNX file"),
        ("weights.pt", "a checkpoint of a training run", "export CHECKPOINT FOLDER --to onnx"),
        ("trained", "a checkpoint of a training run", "export CHECKPOINT FOLDER --to onnx"),
        ("notes.txt", "no ONNX file by its name", "a policy is advice, an ONNX file"),
        ("rubbish.onnx", "no ONNX model", "export it anew"),
        ("prophet.onnx", "a model of the kind 'prophecy', which this release does not know", "may be advice"),
        ("half", f"{Agent.SPLIT_NODE}.onnx: no ONNX model", "export it anew"),
        ("empty", "SELECT_NODE_MODEL_PATH.onnx does not exist", "COLOR_NODE_MODEL_PATH.onnx"),
    ],
)
def test_words_that_name_none_say_what_would(folder: Path, word: str, message: str, hint: str) -> None:
    for name in ("scores.onnx", "weights.pt", "notes.txt"):
        (folder / name).touch()
    (folder / "rubbish.onnx").write_text("rubbish")
    (folder / "prophet.onnx").write_bytes(of_kind("prophecy"))
    make_agents(folder / "half")
    (folder / "half" / CHECKPOINTS / f"{Agent.SPLIT_NODE}.onnx").write_text("rubbish")
    (folder / "empty").mkdir()
    (folder / "trained").mkdir()
    (folder / "trained" / "algorithm_state.pkl").touch()

    with pytest.raises(UsageError, match=message) as found:
        choose_policy(word)
    assert hint in found.value.hint


def test_a_model_that_advises_is_not_served(folder: Path) -> None:
    (folder / "advice.onnx").write_bytes(of_kind("advice"))

    with pytest.raises(UsageError, match="columns of the problem that no dialogue carries") as found:
        served_policy(choose_policy("advice.onnx"), cast("RegisterTable", None))
    assert "rl4real-data compile --policy advice.onnx -- clang" in found.value.hint


def test_a_function_is_found_in_the_working_folder(folder: Path) -> None:
    (folder / "own_policy.py").write_text("def decide(graph, colours):\n    return None\n")

    assert load_function("own_policy:decide").__name__ == "decide"
    with pytest.raises(UsageError, match="the module own_policy has no function 'decied'") as found:
        load_function("own_policy:decied")
    assert found.value.hint == "it has decide"


def test_a_module_that_fails_is_quoted(folder: Path) -> None:
    (folder / "broken_policy.py").write_text("1 / 0\n")

    with pytest.raises(UsageError, match="cannot be imported: ZeroDivisionError: division by zero"):
        load_function("broken_policy:decide")
    with pytest.raises(UsageError, match="cannot be imported: ModuleNotFoundError") as found:
        load_function("no_such_policy_module:decide")
    assert "import no_such_policy_module" in found.value.hint


@pytest.mark.parametrize("target", list(TargetName))
def test_the_models_of_the_package_have_one_name(target: TargetName, tmp_path: Path) -> None:
    decider = decider_of_policy("advice", target=target, cache_dir=tmp_path)

    assert decider is not None
    assert decider.name == "advice"
    assert f"-mlra-policy={target}.onnx" in decider.shown
