"""A training run in this process: phases, checkpoints, going on after an end, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from training_data_builder import write_training_data

from rl4real_data.core.errors import DatasetError, UsageError
from rl4real_data.reading.dataset import EpisodeDataset
from rl4real_data.training.checkpoint_folder import CHECKPOINT_NAME, newest_checkpoint
from rl4real_data.training.checkpoints import read_checkpoint
from rl4real_data.training.choices import Algorithm
from rl4real_data.training.settings import TrainSettings, read_settings
from rl4real_data.training.training_data import training_data_of
from rl4real_data.training.training_run import Progress, TrainRequest, train

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # RLlib's own of itself
    pytest.mark.filterwarnings("ignore::UserWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]
SMALL = TrainSettings(
    algorithm=Algorithm.BC_PPO,
    bc_iterations=2,
    train_iterations=2,
    checkpoint_every=1,
    games=2,
    train_batch_size=8,
    minibatch_size=8,
    bc_train_batch_size=8,
)


def request(tmp_path: Path, **changes: Any) -> TrainRequest:
    data = tmp_path / "data"
    if not data.exists():
        write_training_data(data, functions=3)
    asked = {name: changes.pop(name) for name in ("is_resumed", "start", "out") if name in changes}
    return TrainRequest(
        data=training_data_of(data, None),
        settings=replace(SMALL, **changes),
        **{"out": tmp_path / "run", **asked},
    )


def curve(asked: TrainRequest) -> list[tuple[str, float, float]]:
    told: list[Progress] = []
    train(asked, watch=told.append)
    return [(one.phase.value, one.reward, one.cost_ratio) for one in told]


def test_phases_checkpoints_and_logs(tmp_path: Path) -> None:
    trained = train(request(tmp_path))

    out = tmp_path / "run"
    assert trained.checkpoint == out / "checkpoint_000004"
    assert [read_checkpoint(out / f"checkpoint_{number:06}").phase for number in range(1, 5)] == [
        *["bc"] * 2,
        *["ppo"] * 2,
    ]
    lines = [json.loads(line) for line in (out / "result.json").read_text().splitlines()]
    assert [line["training_iteration"] for line in lines] == [1, 2, 3, 4]
    assert {"reward", "cost_ratio", "steps_per_s", "select_node/total_loss"} <= set(lines[0])
    assert list(out.glob("events.out.tfevents*"))
    assert not list(out.glob(".checkpoint*"))


def test_the_same_seed_gives_the_same_curve(tmp_path: Path) -> None:
    first = curve(request(tmp_path, out=tmp_path / "one", seed=3))

    assert curve(request(tmp_path, out=tmp_path / "two", seed=3)) == first


@pytest.mark.parametrize("kept", [1, 2, 3])
def test_a_run_goes_on_from_its_newest_checkpoint(tmp_path: Path, kept: int) -> None:
    asked = request(tmp_path)
    train(asked)
    for number in range(kept + 1, 5):  # as if it had been killed behind this iteration, while it wrote the next one
        (asked.out / f"checkpoint_{number:06}").rename(asked.out / f".checkpoint_{number:06}.killed")

    told: list[Progress] = []
    trained = train(replace(asked, is_resumed=True), watch=told.append)

    assert [one.total for one in told] == list(range(kept + 1, 5))
    assert trained.iterations == 4
    assert newest_checkpoint(asked.out) == trained.checkpoint == asked.out / "checkpoint_000004"
    assert not list(asked.out.glob(".checkpoint*"))


def test_a_run_is_not_overwritten(tmp_path: Path) -> None:
    train(request(tmp_path, algorithm=Algorithm.BC))

    with pytest.raises(UsageError, match="holds a run already"):
        train(request(tmp_path, algorithm=Algorithm.BC))


def test_a_run_that_is_not_there_is_not_resumed(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no run to go on with"):
        train(request(tmp_path, is_resumed=True))


def test_other_settings_are_refused(tmp_path: Path) -> None:
    train(request(tmp_path, algorithm=Algorithm.BC))

    with pytest.raises(UsageError, match=r"bc_lr = 0\.001, not 0\.1"):
        train(request(tmp_path, algorithm=Algorithm.BC, bc_lr=0.1, is_resumed=True))


def test_cloning_goes_on_for_longer_than_it_was_asked_first(tmp_path: Path) -> None:
    train(request(tmp_path, algorithm=Algorithm.BC, bc_iterations=1))

    longer = request(tmp_path, algorithm=Algorithm.BC, bc_iterations=3, is_resumed=True)
    assert train(longer).iterations == 3
    with pytest.raises(UsageError, match="bc_iterations = 3, not 2"):  # which it is beyond
        train(request(tmp_path, algorithm=Algorithm.BC, bc_iterations=2, is_resumed=True))


def test_cloning_that_is_over_is_not_made_longer(tmp_path: Path) -> None:
    asked = request(tmp_path)
    train(asked)

    with pytest.raises(UsageError, match="bc_iterations = 2, not 3"):
        train(replace(asked, settings=replace(asked.settings, bc_iterations=3), is_resumed=True))


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("preset", "advice", "another preset: advice, not rl4real"),
        ("target", "aarch64", "another target: aarch64, not x86"),
        ("vocabulary", "0" * 64, "another vocabulary"),
        ("registers", ["1 XMM0"], "another register file"),
        ("format", "something", "its format is 'something'"),
        ("version", 99, "is of version 99 of the format, this release reads 2"),
        ("sizes", {"colours": 3}, "no checkpoint"),
    ],
)
def test_checkpoints_of_something_else_are_refused(tmp_path: Path, key: str, value: object, reason: str) -> None:
    asked = request(tmp_path, algorithm=Algorithm.BC, bc_iterations=1)
    path = train(asked).checkpoint / CHECKPOINT_NAME
    told = json.loads(path.read_text())
    path.write_text(json.dumps({**told, key: value}))

    with pytest.raises(UsageError, match=reason) as found:
        train(replace(asked, is_resumed=True))
    assert found.value.hint


def test_a_damaged_file_of_weights_is_named(tmp_path: Path) -> None:
    asked = request(tmp_path, algorithm=Algorithm.BC, bc_iterations=1)
    trained = train(asked)
    (trained.checkpoint / "agents" / "colour_node.pt").write_bytes(b"no weights")

    with pytest.raises(UsageError, match=r"colour_node\.pt: damaged"):
        train(replace(asked, out=tmp_path / "other", start=trained.checkpoint))


def test_a_run_begins_with_the_weights_of_another(tmp_path: Path) -> None:
    trained = train(request(tmp_path, algorithm=Algorithm.BC))
    again = train(request(tmp_path, algorithm=Algorithm.BC, start=trained.checkpoint, out=tmp_path / "other"))

    assert again.iterations == 2


def test_games_end_a_run(tmp_path: Path) -> None:
    trained = train(request(tmp_path, algorithm=Algorithm.BC, bc_iterations=50, episode_number=3))

    assert 3 <= trained.games < 3 + 2 * SMALL.games
    assert trained.iterations < 50


def test_data_without_vectors_is_refused(tmp_path: Path) -> None:
    from episode_builder import make_episode
    from whole_episode import write_whole_dataset

    write_whole_dataset(tmp_path / "bare", {"train": [[make_episode()]]})

    with pytest.raises(DatasetError, match="vector"):
        training_data_of(tmp_path / "bare", None)


def test_data_of_version_0_is_refused(tmp_path: Path) -> None:
    from older_format import copy_as_version_0

    copy_as_version_0(write_training_data(tmp_path / "data"), tmp_path / "old")

    with pytest.raises(DatasetError, match="of version 0 of the format") as found:
        training_data_of(tmp_path / "old", None)
    assert "upgrade" in found.value.hint


def test_only_functions_of_some_size_are_played(tmp_path: Path) -> None:
    from episode_builder import make_episode

    nodes = make_episode(1)["node_vreg"]
    asked = request(tmp_path, max_nodes=len(nodes) - 1)

    with pytest.raises(DatasetError, match="0 functions are too few"):
        train(asked)
    assert train(replace(asked, settings=replace(asked.settings, max_nodes=len(nodes)))).iterations == 4


def test_only_functions_that_are_named_are_played(tmp_path: Path) -> None:
    first, *_, last = EpisodeDataset(write_training_data(tmp_path / "data", functions=3), "train")
    data = training_data_of(tmp_path / "data", None)
    settings = replace(SMALL, episodes=(last.episode_id,), current_batch=1)

    source = data.task(settings).source(0)

    played = {source.next()[1].facts.episode.episode_id for _ in range(3)}
    assert played == {last.episode_id} != {first.episode_id}


def test_a_function_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="1 of 1 episodes are not in the data that is played, such as of-nothing"):
        train(request(tmp_path, episodes=("of-nothing",)))


def test_a_run_of_named_functions_goes_on(tmp_path: Path) -> None:
    (*_, last) = EpisodeDataset(write_training_data(tmp_path / "data", functions=3), "train")
    asked = request(tmp_path, algorithm=Algorithm.PPO, train_iterations=1, episodes=(last.episode_id,))
    train(asked)

    more = replace(asked.settings, train_iterations=2)

    assert train(replace(asked, settings=more, is_resumed=True)).iterations == 2


def test_a_file_names_functions(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('episodes = ["a", "b"]\n')
    (tmp_path / "wrong.toml").write_text('episodes = "a"\n')

    assert read_settings(tmp_path / "settings.toml", {}).episodes == ("a", "b")
    with pytest.raises(UsageError, match="episodes: must be a list"):
        read_settings(tmp_path / "wrong.toml", {})
