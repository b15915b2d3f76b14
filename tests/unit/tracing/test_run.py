"""What a run of `trace` refuses before it compiles anything."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from trace_builder import SHA, compilation, corpus, priority_dataset

from rl4real_data.core.errors import DatasetError, ToolchainError
from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.corpus.resolve import Resolution
from rl4real_data.corpus.sources.source import Supply
from rl4real_data.flow.preparation import Recording
from rl4real_data.flow.request import CorpusChoice
from rl4real_data.flow.run import Console
from rl4real_data.toolchain.installation import Installation
from rl4real_data.traces.features import Task
from rl4real_data.tracing import run
from rl4real_data.tracing.policies import PlainPolicy
from rl4real_data.tracing.run import TraceRequest, run_trace
from rl4real_data.tracing.tasks import AllocationTask

POLICY = PlainPolicy(name="somebody", sha256=SHA)
QUIET = Console(say=lambda _text: None, show_bar=False)


class _Compiled(Exception):
    """The run went on to the plan of what is compiled."""


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TraceRequest:
    """A run over a.c that goes on with the dataset which is there; nothing of it is compiled."""
    made = compilation(tmp_path)
    found = Resolution(corpora=(corpus(tmp_path, "a.c"),), skipped=())

    def plan(_request: Any) -> Any:
        raise _Compiled

    monkeypatch.setattr(run, "prepare_compilation", lambda *_, **__: (made, {}))
    monkeypatch.setattr(run, "accepted_corpora", lambda *_, **__: found)
    monkeypatch.setattr(run, "make_plan", plan)
    priority_dataset(tmp_path, tmp_path / "data")
    return TraceRequest(
        tracer=AllocationTask(task=Task.PRIORITY, policy=POLICY),
        policy=POLICY,
        corpora=CorpusChoice(words=("toy",)),
        supply=Supply(cache=tmp_path, mirror=None),
        recording=Recording(
            target=made.target, allocator=made.allocator, recipe=made.recipe, limits=made.limits, verify=False
        ),
        installation=Installation(search_path="", cache_dir=tmp_path),
        data_dir=tmp_path / "data",
    )


def test_the_same_trace_goes_on(asked: TraceRequest) -> None:
    with pytest.raises(_Compiled):
        run_trace(asked, QUIET)


def test_a_new_folder_is_no_other_trace(asked: TraceRequest, tmp_path: Path) -> None:
    with pytest.raises(_Compiled):
        run_trace(replace(asked, data_dir=tmp_path / "new"), QUIET)


def other_recipe(asked: TraceRequest, **changes: Any) -> TraceRequest:
    return replace(asked, recording=replace(asked.recording, recipe=replace(asked.recording.recipe, **changes)))


def other_policy(asked: TraceRequest, **changes: Any) -> TraceRequest:
    return replace(asked, policy=replace(POLICY, **changes))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda asked: replace(asked, tracer=AllocationTask(task=Task.EVICTION, policy=POLICY)),
            "its task is priority, not eviction",
        ),
        (
            lambda asked: replace(asked, recording=replace(asked.recording, target=TARGETS[TargetName.AARCH64])),
            "its target is x86, not aarch64",
        ),
        (lambda asked: other_policy(asked, name="another"), "its policy is somebody, not another"),
        (lambda asked: other_policy(asked, sha256="cd" * 32), "its policy is another one of the name somebody"),
        (lambda asked: other_recipe(asked, opt_level="O1"), "its opt_level is O3, not O1"),
        (lambda asked: other_recipe(asked, cpu="znver4"), "its cpu is .*, not znver4"),
    ],
)
def test_another_trace_in_data_dir(asked: TraceRequest, change: Any, said: str) -> None:
    before = {path: path.read_bytes() for path in asked.data_dir.rglob("*") if path.is_file()}
    with pytest.raises(DatasetError, match=f"data: holds another trace: {said}") as caught:
        run_trace(change(asked), QUIET)
    assert caught.value.hint == "choose another --data-dir"
    assert {path: path.read_bytes() for path in asked.data_dir.rglob("*") if path.is_file()} == before


def test_fewer_modules_are_dropped_on_request_alone(
    asked: TraceRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = Resolution(corpora=(corpus(tmp_path),), skipped=())
    monkeypatch.setattr(run, "accepted_corpora", lambda *_, **__: nothing)

    with pytest.raises(DatasetError, match="data: holds 1 module, this run names 0") as caught:
        run_trace(asked, QUIET)
    assert "--replace" in caught.value.hint
    with pytest.raises(_Compiled):
        run_trace(replace(asked, replace=True), QUIET)


def test_a_folder_of_somebody_else(asked: TraceRequest, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("mine")

    with pytest.raises(DatasetError, match="holds files that are no dataset"):
        run_trace(replace(asked, data_dir=tmp_path / "mine"), QUIET)


def test_the_fork_has_no_advisors(asked: TraceRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fork = replace(compilation(tmp_path), plugin=None)
    monkeypatch.setattr(run, "prepare_compilation", lambda *_, **__: (fork, {}))

    with pytest.raises(ToolchainError, match="is the RL4ReAl fork") as caught:
        run_trace(asked, QUIET)
    assert "BUILD_DIR" in caught.value.hint
