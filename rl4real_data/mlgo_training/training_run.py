"""A training run of one of MLGO's tasks.

Iterations with a checkpoint now and then, and from the newest one on if the run was killed.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from rl4real_data.core import interruption
from rl4real_data.core.atomic_files import publish
from rl4real_data.core.errors import UsageError
from rl4real_data.core.extras import required_by
from rl4real_data.mlgo_training.checkpoints import TaskCheckpoint, read_task_checkpoint, write_task_checkpoint
from rl4real_data.mlgo_training.feature_scale import FeatureScale, sampled_values
from rl4real_data.mlgo_training.live_modules import Loop
from rl4real_data.mlgo_training.recorded_decisions import RecordedDecisions
from rl4real_data.mlgo_training.settings import MlgoSettings, TaskAlgorithm
from rl4real_data.mlgo_training.state import TrainState, ranks_of
from rl4real_data.toolchain.process import Limits
from rl4real_data.traces.dataset import TraceDataset
from rl4real_data.traces.features import Task
from rl4real_data.training.checkpoint_folder import checkpoint_path, folder_of

with required_by("the logs of training", extra="mlgo-training"):
    import tensorboardX  # noqa: F401 - so that the right extra is named

from rl4real_data.mlgo_training.cloning import Cloning
from rl4real_data.mlgo_training.evolution import Evolution
from rl4real_data.mlgo_training.playing import Player, workers
from rl4real_data.mlgo_training.policy_gradient import PolicyGradient
from rl4real_data.training.run_folder import checkpoint_to_go_on_from, require_same_settings
from rl4real_data.training.run_logs import RESULT_NAME, RunLogs

_MAY_CHANGE: Final = frozenset(
    {"train_iterations", "bc_iterations", "checkpoint_every", "num_env_runners", "timeout", "live"}
)
_RANKED: Final = 1 << 20
"""Priorities that ranks are computed of, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRequest:
    """`out`: the run's folder. `start`: a checkpoint whose weights and scale it begins with; None: fresh ones.

    `loop`: opens the compiler in the loop, for what learns with it.
    """

    dataset: TraceDataset
    out: Path
    settings: MlgoSettings
    loop: Callable[[], Loop]
    is_resumed: bool = False
    start: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskProgress:
    """Of one iteration, `total` of the `whole` run. `told`: the algorithm's figures, and their speed."""

    total: int
    whole: int
    told: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskTrained:
    """`checkpoint`: the last one. `last`: None if nothing was left to do."""

    checkpoint: Path
    iterations: int
    last: TaskProgress | None


class _Learning(Protocol):
    def iterate(self, number: int) -> dict[str, float]: ...


def train_task(
    request: TaskRequest, *, watch: Callable[[TaskProgress], object] = lambda _progress: None
) -> TaskTrained:
    """Runs until all iterations are done. UsageError for a folder that holds another run, or a foreign checkpoint."""
    done = _begin(request)
    state = _state(request, done)
    first = done.total if done else 0
    _forget_lines(request.out, first)
    last: TaskProgress | None = None
    saved = checkpoint_path(request.out, first) if done else None
    settings = request.settings
    with _learning(request, state) as learning, RunLogs(request.out) as logs:
        for number in range(first + 1, settings.iterations + 1):
            interruption.check()
            begin = time.monotonic()
            told = learning.iterate(number)
            seconds = time.monotonic() - begin
            told |= {f"{name}_per_s": told[name] / seconds for name in ("decisions", "modules") if name in told}
            last = TaskProgress(total=number, whole=settings.iterations, told=told)
            watch(last)
            logs.add(number, {"algorithm": settings.algorithm.value, **told})
            if number % settings.checkpoint_every == 0 or number == settings.iterations:
                saved = _save(request, state, number)
    assert saved is not None, "the last iteration is a checkpoint"
    return TaskTrained(checkpoint=saved, iterations=max(first, settings.iterations), last=last)


@contextmanager
def _learning(request: TaskRequest, state: TrainState) -> Iterator[_Learning]:
    settings = request.settings
    if settings.algorithm is TaskAlgorithm.BC:
        yield Cloning(state, settings, RecordedDecisions(request.dataset))
        return
    loop = request.loop()
    kind = Evolution if settings.algorithm is TaskAlgorithm.ES else PolicyGradient
    with tempfile.TemporaryDirectory(prefix="rl4real-data-") as scratch, workers(settings.num_env_runners) as do:
        player = Player(request.dataset.task, loop, Limits(timeout_s=settings.timeout), Path(scratch))
        yield kind(state, settings, loop.modules, player, do)


def _begin(request: TaskRequest) -> TaskCheckpoint | None:
    """The checkpoint to go on from."""
    newest = checkpoint_to_go_on_from(request.out, is_resumed=request.is_resumed)
    if newest is None:
        return None
    found = read_task_checkpoint(newest)
    _check_task(found, request.dataset.task, newest)
    then = {**MlgoSettings().as_dict(), **found.settings}
    require_same_settings(newest, request.settings.as_dict(), then, may_change=_MAY_CHANGE)
    return found


def _check_task(found: TaskCheckpoint, task: Task, path: Path) -> None:
    if found.task is not task:
        raise UsageError(f"{path}: is of {found.task}, not of {task}", hint=f"name a checkpoint of {task}")


def _state(request: TaskRequest, done: TaskCheckpoint | None) -> TrainState:
    dataset, settings = request.dataset, request.settings
    task = dataset.task
    if done is not None:
        return TrainState.read(checkpoint_path(request.out, done.total), task, with_learner=True)
    if request.start is not None:
        _check_task(read_task_checkpoint(request.start), task, request.start)
        return TrainState.read(folder_of(request.start), task, with_learner=False)
    decisions = RecordedDecisions(dataset)
    rows = sampled_values((part.rows for part in decisions.parts()), task)
    decided = [value for part in decisions.parts() for value in part.decided] if task is Task.PRIORITY else []
    ranks = ranks_of(task, decided[:_RANKED], settings.quantiles)
    scale = FeatureScale.of(task, rows, settings.quantiles)
    return TrainState.fresh(task, scale, ranks, settings.layers, seed=settings.seed)


def _save(request: TaskRequest, state: TrainState, total: int) -> Path:
    told = TaskCheckpoint(
        task=request.dataset.task,
        algorithm=request.settings.algorithm.value,
        total=total,
        settings=request.settings.as_dict(),
        toolchain=request.dataset.index.toolchain,
    )
    return write_task_checkpoint(request.out, told, state.write)


def _forget_lines(out: Path, done: int) -> None:
    """Of iterations behind the checkpoint, which are done again."""
    path = out / RESULT_NAME
    if not path.is_file():
        return
    kept = [line for line in path.read_text(encoding="utf-8").splitlines() if _number(line) <= done]
    with publish(path) as draft:
        draft.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")


def _number(line: str) -> float:
    """Of a line's iteration; infinite for one that was cut off."""
    try:
        return int(json.loads(line)["training_iteration"])
    except (ValueError, KeyError, TypeError):
        return float("inf")
