"""The command line of the RL4ReAl fork's training, as words of `rl4real-data train`."""

from __future__ import annotations

from types import ModuleType

import pytest
from fork_scripts import FOLDER, load_script

FIRST = ["train", "--preset", "rl4real", "--train-iterations"]


@pytest.fixture
def train_command(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    return load_script("train_command", monkeypatch)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("", "100000 --algorithm ppo"),
        ("--train-iterations 3", "3 --algorithm ppo"),
        ("--num_rollout_workers=2 --num_gpus 1", "100000 --algorithm ppo --num-rollout-workers 2 --num-gpus 1"),
        ("--current_batch 500 --episode_number=9", "100000 --algorithm ppo --current-batch 500 --episode-number 9"),
        (
            "--use_mca_reward --mca_timeout 9 --mca_reward_clip=5",
            "100000 --algorithm ppo --live --final-reward mca --mca-timeout 9 --mca-reward-clip 5.0",
        ),
        ("--check_point run/checkpoint_000100", "100000 --algorithm ppo --from run/checkpoint_000100"),
        ("--algorithm bc+ppo --live", "100000 --algorithm bc+ppo --live"),
    ],
)
def test_options_of_the_fork(train_command: ModuleType, arguments: str, words: str) -> None:
    assert train_command.train_words("experiment_ppo.py", arguments.split()) == [*FIRST, *words.split()]


def test_the_script_is_that_of_the_seeds() -> None:
    script = FOLDER / "experiment_ppo.py"

    assert script.stat().st_mode & 0o111
    assert 'run("experiment_ppo.py")' in script.read_text(encoding="utf-8")
