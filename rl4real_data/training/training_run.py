"""A training run of the preset `rl4real`.

The phases of the algorithm one after the other, a checkpoint now and then, and from the newest one on if the run was
killed.
"""

from __future__ import annotations

__all__ = ["TrainRequest", "Trained", "train"]

import contextlib
import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from rl4real_data.core import interruption
from rl4real_data.core.errors import HostError, UsageError
from rl4real_data.core.extras import required_by
from rl4real_data.training.agents import AgentName
from rl4real_data.training.algorithms import build
from rl4real_data.training.checkpoints import (
    RLLIB_NAME,
    Checkpoint,
    checkpoint_path,
    newest_checkpoint,
    read_checkpoint,
    remove_drafts,
    write_checkpoint,
)
from rl4real_data.training.choices import Algorithm
from rl4real_data.training.function_runner import COST_RATIO, GAMES, RETURN, STEPS
from rl4real_data.training.run_logs import RunLogs
from rl4real_data.training.settings import TrainSettings
from rl4real_data.training.training_data import TrainingData
from rl4real_data.training.weights import Weights, read_weights, write_weights

with required_by("training", extra="rllib"):
    from ray.rllib.utils.metrics import ENV_RUNNER_RESULTS as ENV_RUNNERS
    from ray.rllib.utils.metrics import LEARNER_RESULTS

_PHASES: Final = {
    Algorithm.BC: (Algorithm.BC,),
    Algorithm.PPO: (Algorithm.PPO,),
    Algorithm.BC_PPO: (Algorithm.BC, Algorithm.PPO),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainRequest:
    """`out`: the run's folder. `is_resumed`: go on from its newest checkpoint. `start`: a checkpoint whose weights the
    run begins with; None: fresh ones.
    """

    data: TrainingData
    out: Path
    settings: TrainSettings
    is_resumed: bool = False
    start: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Of one iteration, `total` of the `whole` run. `cost_ratio`: of costs to greedy's, geometric mean over the last
    games.
    """

    phase: Algorithm
    total: int
    whole: int
    reward: float
    cost_ratio: float
    games: int
    steps_per_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """`checkpoint`: the last one. `last`: None if nothing was left to do."""

    checkpoint: Path
    iterations: int
    games: int
    last: Progress | None


Watch = Callable[[Progress], object]


def train(request: TrainRequest, *, watch: Watch = lambda _progress: None) -> Trained:
    """Runs until all iterations or games are done. UsageError for a folder that holds another run."""
    done = _begin(request)
    with _ray(request.settings), RunLogs(request.out) as logs:
        return _Run(request, watch, logs).go_on(done)


def _begin(request: TrainRequest) -> Checkpoint | None:
    """The checkpoint to go on from."""
    out = request.out
    newest = newest_checkpoint(out) if out.is_dir() else None
    if newest is None:
        if request.is_resumed and not out.is_dir():
            raise UsageError(
                f"{out}: no run to go on with", hint="leave --resume out, or name a run's folder with --out"
            )
        return None
    if not request.is_resumed:
        raise UsageError(f"{out}: holds a run already", hint="add --resume to go on with it, or name another --out")
    remove_drafts(out)
    found = read_checkpoint(newest)
    request.data.check(found, newest)
    _check_settings(found, request.settings, newest)
    return found


_MAY_CHANGE: Final = frozenset(
    {"train_iterations", "episode_number", "checkpoint_every", "num_env_runners", "num_gpus"}
)


def _check_settings(found: Checkpoint, settings: TrainSettings, path: Path) -> None:
    now = settings.as_dict()
    other = sorted(name for name in now if name not in _MAY_CHANGE and found.settings.get(name) != now[name])
    if other:
        name = other[0]
        raise UsageError(
            f"{path}: was made with {name} = {found.settings.get(name)}, not {now[name]}",
            hint="go on with the same settings, or begin anew in another --out",
        )


@contextlib.contextmanager
def _ray(settings: TrainSettings) -> Iterator[None]:
    """Ray for the time of a run, without its web pages: 100 MB for objects are more than weights and games take."""
    with required_by("training", extra="rllib"):
        import ray
    ray.init(
        num_cpus=max(1, settings.num_env_runners + 1),
        include_dashboard=False,
        log_to_driver=False,
        configure_logging=False,
        object_store_memory=200_000_000,
    )
    try:
        yield
    finally:
        ray.shutdown()


class _Run:
    """The state of a run: iterations and games so far."""

    def __init__(self, request: TrainRequest, watch: Watch, logs: RunLogs) -> None:
        self._request, self._watch, self._logs = request, watch, logs
        self._settings = request.settings
        self._total = self._games = 0
        self._last: Progress | None = None
        self._saved: Path | None = None

    def go_on(self, done: Checkpoint | None) -> Trained:
        """All phases that are not done."""
        if done is not None:
            self._total, self._games = done.total, done.games
            self._saved = checkpoint_path(self._request.out, done.total)
        start = self._request.start if done is None else self._saved
        weights = None if start is None else read_weights(start)
        for phase, first, end in self._plan():
            if self._total < end and not self._is_out_of_games:
                weights = self._learn(phase, first, end, weights)
        assert self._saved is not None, "the end of a phase is a checkpoint"
        return Trained(checkpoint=self._saved, iterations=self._total, games=self._games, last=self._last)

    def _plan(self) -> Iterator[tuple[Algorithm, int, int]]:
        """Each phase with the iterations of the run that are its own."""
        first = 0
        for phase in _PHASES[self._settings.algorithm]:
            count = self._settings.bc_iterations if phase is Algorithm.BC else self._settings.train_iterations
            yield phase, first, first + count
            first += count

    @property
    def _is_out_of_games(self) -> bool:
        most = self._settings.episode_number
        return most is not None and self._games >= most

    def _learn(self, phase: Algorithm, first: int, end: int, weights: Weights | None) -> Weights:
        """The iterations of one phase; the weights that come out."""
        settings = self._settings
        task = self._request.data.task(settings, seed=settings.seed + self._total)
        algorithm = build(phase, settings, task)
        try:
            if self._total > first:
                assert self._saved is not None, "iterations that are done have a checkpoint"
                algorithm.restore_from_path(str((self._saved / RLLIB_NAME).absolute()))
            elif weights is not None:
                algorithm.learner_group.set_weights(weights)
                algorithm.env_runner_group.sync_weights(from_worker_or_learner_group=algorithm.learner_group)
            while self._total < end and not self._is_out_of_games:
                interruption.check()
                self._iterate(algorithm, phase, end)
            found: Weights = algorithm.learner_group.get_weights()
            return found
        finally:
            algorithm.stop()

    def _iterate(self, algorithm: Any, phase: Algorithm, end: int) -> None:
        begin = time.monotonic()
        results = algorithm.train()
        played = results.get(ENV_RUNNERS, {})
        if COST_RATIO not in played:
            raise HostError("every worker died", hint="ask for fewer workers (--num-env-runners), then add --resume")
        seconds = time.monotonic() - begin
        self._total += 1
        self._games += int(played[GAMES])
        self._last = Progress(
            phase=phase,
            total=self._total,
            whole=max(last for _, _, last in self._plan()),
            reward=float(played[RETURN]),
            cost_ratio=math.exp(float(played[COST_RATIO])),
            games=self._games,
            steps_per_s=float(played[STEPS]) / seconds,
        )
        self._watch(self._last)
        self._logs.add(self._total, {**asdict(self._last), **losses(results)})
        if self._total % self._settings.checkpoint_every == 0 or self._total == end or self._is_out_of_games:
            self._save(algorithm, phase)

    def _save(self, algorithm: Any, phase: Algorithm) -> None:
        def fill(folder: Path) -> None:
            write_weights(folder, algorithm.learner_group.get_weights())
            algorithm.save_to_path(str((folder / RLLIB_NAME).absolute()))

        told = self._request.data.checkpoint(self._settings, phase=phase, total=self._total, games=self._games)
        self._saved = write_checkpoint(self._request.out, told, fill)


def losses(results: Mapping[str, Any]) -> dict[str, float]:
    """What the learners told of each agent, by `AGENT/NAME`."""
    learned = results.get(LEARNER_RESULTS, {})
    return {
        f"{agent}/{name}": float(value)
        for agent in AgentName
        for name, value in learned.get(agent.value, {}).items()
        if isinstance(value, int | float)
    }
