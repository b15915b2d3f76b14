"""What a compilation with a policy is worth; the compiler is a stub."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from task_policies import chance_state

from rl4real_data.core.failure import Failure, FailureKind
from rl4real_data.mlgo.allocation import Traced, Tracer
from rl4real_data.mlgo_training.live_modules import LiveModule, Loop
from rl4real_data.mlgo_training.live_policy import LivePolicy
from rl4real_data.mlgo_training.playing import WORST, Played, Player, workers
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.process import Limits
from rl4real_data.traces.features import Task
from rl4real_data.traces.traced_function import TracedFunction
from rl4real_data.traces.trajectory import mlgo_reward

MODULE = LiveModule(name="a.c", arguments=(), cwd=Path(), baselines={"f": 10.0, "g": 2.0, "gone": 5.0})


def function(name: str, score: float, failure: str | None = None) -> TracedFunction:
    return TracedFunction(context=name, columns={}, score=score, baseline=score, failure=failure)


def played(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: Traced | Failure) -> Played:
    monkeypatch.setattr(Tracer, "trace", lambda *_, **__: told)
    clang = Clang(path=tmp_path / "clang", version="22.1.8", banner="")
    loop = Loop(clang=clang, plugin=tmp_path / "plugin.so", modules=(MODULE,))
    state = chance_state(Task.EVICTION)
    policy = LivePolicy(state.network.plain(), state.scale.scaler())
    return Player(Task.EVICTION, loop, Limits(timeout_s=1), tmp_path).play(MODULE, policy)


def test_each_function_has_its_reward_and_the_module_that_of_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = played(
        tmp_path, monkeypatch, Traced(functions=[function("f", 5.0), function("g", 2.0), function("new", 9)])
    )

    assert found.contexts == {"f": mlgo_reward(5, 10), "g": 0.0}
    assert found.reward == pytest.approx(mlgo_reward(7, 12))
    assert not found.failure


def test_no_reward_is_below_the_worst(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = function("g", 1.0, failure="it never ended")
    found = played(tmp_path, monkeypatch, Traced(functions=[function("f", 1e9), left]))

    assert found.contexts == {"f": WORST, "g": WORST}
    assert found.reward == WORST
    assert not math.isinf(found.reward)


def test_a_module_that_does_not_compile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = played(tmp_path, monkeypatch, Failure(kind=FailureKind.TIMEOUT, reason="not done after 1 s"))

    assert (found.reward, found.failure) == (WORST, "not done after 1 s")
    assert set(found.contexts.values()) == {WORST}


def test_workers_keep_the_order_and_tell_the_first_error() -> None:
    with workers(3) as do:
        assert do(lambda number: number * 2, list(range(20))) == list(range(0, 40, 2))

        def fail(number: int) -> Any:
            if number:
                raise ValueError(str(number))

        with pytest.raises(ValueError, match="1"):
            do(fail, [0, 1, 2])
