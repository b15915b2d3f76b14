"""Players of games, in the learner's own process or in workers of Ray."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import Any, Final, Protocol

from rl4real_data.core.errors import HostError, Rl4realError
from rl4real_data.core.extras import required_by
from rl4real_data.training.player import Played, Player
from rl4real_data.training.weights import Weights
from rl4real_data.training.worker_task import WorkerTask

_STORE_BYTES: Final = 200_000_000
"""Room for games on their way; Ray otherwise takes a third of the machine's memory."""


class Players(Protocol):
    """Whoever plays."""

    def take(self, weights: Weights) -> None: ...

    def play(self, at_least: int) -> Played: ...

    def stop(self) -> None: ...


class OwnPlayer:
    """One player in this process: no part of Ray is started."""

    def __init__(self, kind: type[Player], task: WorkerTask) -> None:
        self._player = kind(task)

    def take(self, weights: Weights) -> None:
        """The weights to play with."""
        self._player.take(weights)

    def play(self, at_least: int) -> Played:
        """Whole games, until there are so many steps."""
        found = Played()
        while found.steps < at_least:
            found.add(self._player.play())
        return found

    def stop(self) -> None:
        """Nothing is left running."""


class Seat:
    """A player in a worker. It is made when it first has to play: what goes wrong then is told as it is."""

    def __init__(self, kind: type[Player], task: WorkerTask, worker: int) -> None:
        self._make = partial(kind, task, worker)
        self._player: Player | None = None
        self._weights: Weights | None = None

    def take(self, weights: Weights) -> None:
        """The weights to play with."""
        self._weights = weights
        if self._player is not None:
            self._player.take(weights)

    def play(self) -> Played:
        """As many games as the task says."""
        if self._player is None:
            self._player = self._make()
            if self._weights is not None:
                self._player.take(self._weights)
        return self._player.play()


class Workers:
    """`count` processes. One that dies is started anew, and what it played is lost; HostError if all die at once."""

    def __init__(self, kind: type[Player], task: WorkerTask, count: int) -> None:
        with required_by("training", extra="rllib"):
            import ray
        self._ray: Any = ray
        self._deaths = (
            ray.exceptions.RayActorError,
            ray.exceptions.WorkerCrashedError,
            ray.exceptions.OutOfMemoryError,
        )
        ray.init(
            num_cpus=count,
            include_dashboard=False,
            log_to_driver=False,
            configure_logging=False,
            object_store_memory=_STORE_BYTES,
        )
        self._kind, self._task = kind, task
        self._weights: Any = None
        self.actors = [self._start(number) for number in range(1, count + 1)]

    def _start(self, number: int) -> Any:
        actor = self._ray.remote(num_cpus=1)(Seat).remote(self._kind, self._task, number)
        if self._weights is not None:
            actor.take.remote(self._weights)
        return actor

    def take(self, weights: Weights) -> None:
        """The weights to play with."""
        self._weights = self._ray.put(weights)
        for actor in self.actors:
            actor.take.remote(self._weights)

    def play(self, at_least: int) -> Played:
        """Whole games of all workers, until there are so many steps."""
        found = Played()
        while found.steps < at_least:
            found.add(self._round())
        return found

    def _round(self) -> Played:
        found, dead = Played(), []
        asked = [actor.play.remote() for actor in self.actors]
        for place, answer in enumerate(asked):
            try:
                found.add(self._ray.get(answer))
            except self._ray.exceptions.RayTaskError as error:
                raise error.cause if isinstance(error.cause, Rl4realError | OSError) else error from None
            except self._deaths as error:
                dead.append(str(error).splitlines()[0])
                self.actors[place] = self._start(place + 1)
        if len(dead) == len(asked):
            raise HostError(
                f"all {len(dead)} workers died: {dead[0]}",
                hint="look for what ends them (memory?), ask for fewer (--num-env-runners), and add --resume",
            )
        return found

    def stop(self) -> None:
        """Ends them, and Ray."""
        with contextlib.suppress(self._ray.exceptions.RayError):
            for actor in self.actors:
                self._ray.kill(actor)
        self._ray.shutdown()


def players_of(kind: type[Player], task: WorkerTask, workers: int) -> Players:
    """0 workers: this process."""
    return Workers(kind, task, workers) if workers else OwnPlayer(kind, task)
