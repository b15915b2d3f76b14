"""Workers of a training run that die, and what they cannot do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import ray

from rl4real_data.core.errors import DatasetError, HostError
from rl4real_data.training.player import Player
from rl4real_data.training.players import Workers
from rl4real_data.training.settings import TrainSettings
from rl4real_data.training.training_data import training_data_of
from rl4real_data.training.worker_task import WorkerTask

from .conftest import Sample

pytestmark = [
    pytest.mark.clang,
    pytest.mark.filterwarnings("ignore"),  # Ray's own
]
Start = Callable[[WorkerTask], Workers]


@pytest.fixture
def task(sample: Sample) -> WorkerTask:
    settings = replace(TrainSettings(), num_env_runners=2, current_batch=2, games=2)
    return training_data_of(sample("x86", "train"), None).task(settings)


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[Workers] = []

    def workers(task: WorkerTask) -> Workers:
        started.append(Workers(Player, task, task.workers))
        return started[-1]

    yield workers
    for one in started:
        one.stop()


def test_a_run_goes_on_though_workers_die(start: Start, task: WorkerTask) -> None:
    players = start(task)
    first = players.play(1)
    ray.kill(players.actors[1])
    less = players.play(1)
    again = players.play(1)

    assert [len(one.outcomes) for one in (first, less, again)] == [4, 2, 4]
    for actor in players.actors:
        ray.kill(actor)
    with pytest.raises(HostError, match=r"^all 2 workers died: ") as found:
        players.play(1)
    assert "--resume" in found.value.hint
    assert "\n" not in str(found.value)
    assert "\\x1b" not in str(found.value)


def test_what_a_worker_cannot_do_is_told_as_it_is(start: Start, task: WorkerTask) -> None:
    players = start(replace(task, current_batch=100_000))

    with pytest.raises(DatasetError, match="functions are too few for 2 workers"):
        players.play(1)
