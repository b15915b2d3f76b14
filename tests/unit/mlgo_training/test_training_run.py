"""A run of `train --task` in this process, with a player in the compiler's place."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from task_policies import chance_checkpoint, chance_dataset, chance_features, observations_of

from rl4real_data.core.errors import UsageError
from rl4real_data.mlgo.tensors import header_of
from rl4real_data.mlgo_training import training_run
from rl4real_data.mlgo_training.live_modules import LiveModule
from rl4real_data.mlgo_training.live_policy import LivePolicy
from rl4real_data.mlgo_training.playing import Played
from rl4real_data.mlgo_training.settings import MlgoSettings, TaskAlgorithm
from rl4real_data.mlgo_training.training_run import TaskProgress, TaskRequest, train_task
from rl4real_data.traces.dataset import TraceDataset
from rl4real_data.traces.features import Task
from rl4real_data.training.checkpoint_folder import newest_checkpoint

SMALL = MlgoSettings(
    bc_iterations=4,
    train_iterations=4,
    checkpoint_every=2,
    steps=40,
    batch=64,
    layers=(16,),
    quantiles=50,
    modules=2,
    pairs=4,
    lr=0.01,
    minibatch=16,
)


class FakePlayer:
    """Rewards whoever answers the first column, or 1, or a large priority."""

    def __init__(self, task: Task, *_: Any) -> None:
        self.task = task

    def play(self, module: LiveModule, policy: LivePolicy) -> Played:
        answer = policy.begin(header_of(self.task))
        seed = sum(map(ord, module.name))
        observations = observations_of(self.task, chance_features(self.task, 10, seed=seed))
        policy.enter("f0")
        answers = [answer(one) for one in observations]
        if self.task is Task.INLINING:
            policy.steps = {"": policy.steps["f0"]} if policy.steps else {}
            reward = float(np.mean(answers))
        elif self.task is Task.EVICTION:
            reward = -float(np.mean(answers)) / 33
        else:
            reward = float(np.mean(answers)) / 2**32
        return Played(reward=reward, contexts={"f0": reward}, steps=len(answers))


class FakeLoop:
    modules = tuple(
        LiveModule(name=f"toy/{name}", arguments=(), cwd=Path(), baselines={"f0": 1.0})
        for name in ("a.c", "b.c", "c.c")
    )


@pytest.fixture(autouse=True)
def _no_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training_run, "Player", FakePlayer)


def request(tmp_path: Path, task: Task = Task.INLINING, **changes: Any) -> TaskRequest:
    data = tmp_path / f"data-{task}"
    if not data.exists():
        chance_dataset(tmp_path, data, task)
    asked = {name: changes.pop(name) for name in ("is_resumed", "start", "out") if name in changes}
    loop: Any = FakeLoop
    return TaskRequest(
        dataset=TraceDataset(data),
        settings=replace(SMALL, **changes),
        loop=loop,
        **{"out": tmp_path / "run", **asked},
    )


def figures(asked: TaskRequest) -> list[dict[str, float]]:
    """What is told of each iteration, without its speed."""
    told: list[TaskProgress] = []
    train_task(asked, watch=told.append)
    return [{name: value for name, value in one.told.items() if not name.endswith("_per_s")} for one in told]


def lines_of(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "result.json").read_text().splitlines()]


def test_checkpoints_and_logs(tmp_path: Path) -> None:
    trained = train_task(request(tmp_path))

    out = tmp_path / "run"
    assert trained.checkpoint == out / "checkpoint_000004"
    assert sorted(path.name for path in out.glob("checkpoint_*")) == ["checkpoint_000002", "checkpoint_000004"]
    assert [line["training_iteration"] for line in lines_of(out)] == [1, 2, 3, 4]
    assert {"loss", "agreement", "decisions_per_s", "algorithm"} <= set(lines_of(out)[0])
    assert list(out.glob("events.out.tfevents*"))


@pytest.mark.parametrize("task", Task)
def test_cloning_learns_what_llvm_decides(task: Task, tmp_path: Path) -> None:
    told = figures(request(tmp_path, task, bc_iterations=10))

    assert told[-1]["loss"] < told[0]["loss"]
    assert told[-1]["agreement"] > 0.8


@pytest.mark.parametrize("task", Task)
@pytest.mark.parametrize("algorithm", [TaskAlgorithm.ES, TaskAlgorithm.PPO])
def test_rewards_grow(task: Task, algorithm: TaskAlgorithm, tmp_path: Path) -> None:
    asked = request(tmp_path, task, algorithm=algorithm, live=True, train_iterations=40, sigma=0.1, lr=0.03, modules=3)
    told = [one["reward"] for one in figures(asked)]

    assert np.mean(told[-5:]) > np.mean(told[:5])


@pytest.mark.parametrize("algorithm", TaskAlgorithm)
def test_a_killed_run_goes_on_as_if_nothing_had_been(algorithm: TaskAlgorithm, tmp_path: Path) -> None:
    asked = request(tmp_path, algorithm=algorithm, live=algorithm is not TaskAlgorithm.BC)
    whole = figures(asked)
    weights = (tmp_path / "run" / "checkpoint_000004" / "policy.pt").read_bytes()
    (asked.out / "checkpoint_000004").rename(asked.out / ".checkpoint_000004.killed")  # while it was written

    rest = figures(replace(asked, is_resumed=True))

    assert rest == whole[2:]
    assert (tmp_path / "run" / "checkpoint_000004" / "policy.pt").read_bytes() == weights
    assert [line["training_iteration"] for line in lines_of(asked.out)] == [1, 2, 3, 4]
    assert not list(asked.out.glob(".checkpoint*"))


@pytest.mark.parametrize("algorithm", TaskAlgorithm)
def test_the_same_seed_gives_the_same_curve(algorithm: TaskAlgorithm, tmp_path: Path) -> None:
    settings: dict[str, Any] = {"algorithm": algorithm, "live": algorithm is not TaskAlgorithm.BC}
    one, same, other = (
        figures(request(tmp_path, out=tmp_path / name, seed=seed, **settings))
        for name, seed in (("one", 3), ("same", 3), ("other", 4))
    )

    assert one == same != other


def test_several_compilers_at_once_change_nothing(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"algorithm": TaskAlgorithm.ES, "live": True}
    one = figures(request(tmp_path, out=tmp_path / "one", **settings))

    assert figures(request(tmp_path, out=tmp_path / "four", num_env_runners=4, **settings)) == one


def test_a_warm_start_has_the_weights_of_the_checkpoint(tmp_path: Path) -> None:
    start = train_task(request(tmp_path, bc_iterations=10)).checkpoint
    warm = figures(request(tmp_path, out=tmp_path / "warm", start=start, bc_iterations=1))
    cold = figures(request(tmp_path, out=tmp_path / "cold", bc_iterations=1))

    assert warm[0]["loss"] < cold[0]["loss"]


def test_a_checkpoint_of_another_task_is_refused(tmp_path: Path) -> None:
    start = chance_checkpoint(Task.EVICTION, tmp_path / "other")

    with pytest.raises(UsageError, match=r"checkpoint_000001: is of eviction, not of inlining"):
        train_task(request(tmp_path, start=start))


def test_a_folder_with_a_run_is_refused(tmp_path: Path) -> None:
    train_task(request(tmp_path))

    with pytest.raises(UsageError, match="holds a run already"):
        train_task(request(tmp_path))
    with pytest.raises(UsageError, match=r"was made with seed = 0, not 1"):
        train_task(request(tmp_path, is_resumed=True, seed=1))


def test_a_damaged_checkpoint_is_told(tmp_path: Path) -> None:
    asked = request(tmp_path)
    path = train_task(asked).checkpoint / "policy.pt"
    path.write_bytes(path.read_bytes()[:100])

    with pytest.raises(UsageError, match="checkpoint_000004: damaged: "):
        train_task(replace(asked, is_resumed=True))


def test_a_full_disk_costs_no_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = request(tmp_path)
    train_task(replace(asked, settings=replace(asked.settings, bc_iterations=2)))

    def is_full(*_: Any, **__: Any) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", is_full)
    with pytest.raises(OSError, match="No space left on device"):
        train_task(replace(asked, is_resumed=True))
    assert newest_checkpoint(asked.out) == asked.out / "checkpoint_000002"
    assert not list(asked.out.glob(".checkpoint*"))
