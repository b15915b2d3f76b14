"""A training run of the preset `rl4real`.

The phases of the algorithm one after the other, a checkpoint now and then, and from the newest one on if the run was
killed.
"""

from __future__ import annotations

import logging
import math
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from rl4real_data.core import interruption
from rl4real_data.training.checkpoint_folder import checkpoint_path
from rl4real_data.training.checkpoints import RLLIB_NAME, Checkpoint, read_checkpoint, write_checkpoint
from rl4real_data.training.choices import Algorithm
from rl4real_data.training.compiler_log import LOG_NAME
from rl4real_data.training.learning import Learning
from rl4real_data.training.run_folder import checkpoint_to_go_on_from, require_same_settings
from rl4real_data.training.run_logs import RunLogs
from rl4real_data.training.settings import TrainSettings
from rl4real_data.training.training_data import TrainingData
from rl4real_data.training.weights import Weights, read_weights, write_weights

_WINDOW: Final = 100
"""Games over which costs are averaged."""
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
    for name in ("ray.rllib", "ray._common.deprecation"):  # it warns of its own old ways
        logging.getLogger(name).setLevel(logging.ERROR)
    done = _begin(request)
    request.data.task(request.settings).backend()  # a compiler that is missing, or a reward without it, is told first
    with RunLogs(request.out) as logs:
        return _Run(request, watch, logs).go_on(done)


def _begin(request: TrainRequest) -> Checkpoint | None:
    """The checkpoint to go on from."""
    newest = checkpoint_to_go_on_from(request.out, is_resumed=request.is_resumed)
    if newest is None:
        return None
    found = read_checkpoint(newest)
    request.data.check(found, newest)
    then = {**TrainSettings().as_dict(), **found.settings}
    require_same_settings(newest, request.settings.as_dict(), then, may_change=_open_settings(found, request.settings))
    return found


_MAY_CHANGE: Final = frozenset(
    {"train_iterations", "episode_number", "checkpoint_every", "num_env_runners", "num_gpus"}
)


def _open_settings(found: Checkpoint, settings: TrainSettings) -> frozenset[str]:
    """The settings in which a run that goes on may differ: the end of a phase is open until that phase is over."""
    is_cloning = found.phase == Algorithm.BC and found.total <= settings.bc_iterations
    return _MAY_CHANGE | {"bc_iterations"} if is_cloning else _MAY_CHANGE


class _Run:
    """The state of a run: iterations and games so far."""

    def __init__(self, request: TrainRequest, watch: Watch, logs: RunLogs) -> None:
        self._request, self._watch, self._logs = request, watch, logs
        self._settings = request.settings
        self._total = self._games = 0
        self._ratios: deque[float] = deque(maxlen=_WINDOW)
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
        log_dir = self._request.out / LOG_NAME
        task = self._request.data.task(settings, seed=settings.seed + self._total, log_dir=log_dir)
        learning = Learning(phase, settings, task)
        try:
            if self._total > first:
                assert self._saved is not None, "iterations that are done have a checkpoint"
                learning.restore(self._saved / RLLIB_NAME)
            elif weights is not None:
                learning.set_weights(weights)
            while self._total < end and not self._is_out_of_games:
                interruption.check()
                self._iterate(learning, phase)
                if self._total % settings.checkpoint_every == 0 or self._total == end or self._is_out_of_games:
                    self._save(learning, phase)
            return learning.weights()
        finally:
            learning.stop()

    def _iterate(self, learning: Learning, phase: Algorithm) -> None:
        begin = time.monotonic()
        played, learned = learning.iterate()
        seconds = time.monotonic() - begin
        self._total += 1
        self._games += len(played.outcomes)
        self._ratios.extend(math.log(outcome.ratio) for outcome in played.outcomes)
        self._last = Progress(
            phase=phase,
            total=self._total,
            whole=max(last for _, _, last in self._plan()),
            reward=sum(played.returns) / len(played.returns),
            cost_ratio=math.exp(sum(self._ratios) / len(self._ratios)),
            games=self._games,
            steps_per_s=played.steps / seconds,
        )
        self._watch(self._last)
        self._logs.add(self._total, {**asdict(self._last), **learned})

    def _save(self, learning: Learning, phase: Algorithm) -> None:
        def fill(folder: Path) -> None:
            write_weights(folder, learning.weights())
            learning.save(folder / RLLIB_NAME)

        told = self._request.data.checkpoint(self._settings, phase=phase, total=self._total, games=self._games)
        self._saved = write_checkpoint(self._request.out, told, fill)
