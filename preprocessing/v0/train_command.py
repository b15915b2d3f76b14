"""The command line of the RL4ReAl fork's training.

What `experiment_ppo.py` takes, as words of `rl4real-data train`. A thin wrapper beside `flow.sh`: everything is done by
the program, which reads `.env` itself. Needs nothing but Python itself.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import NoReturn

from program_call import become

ITERATIONS = 100_000
"""The fork's default."""


def parser(script: str) -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(
        prog=script, description=f"{script}: RL4ReAl's training, on the dataset that DATA_DIR in .env names."
    )
    options.add_argument("--train-iterations", type=int, default=ITERATIONS, help="iterations of PPO")
    options.add_argument("--num_rollout_workers", type=int, help="processes that play")
    options.add_argument("--num_gpus", type=int, help="GPUs of the learner")
    options.add_argument("--current_batch", type=int, help="functions that a process plays")
    options.add_argument("--episode_number", type=int, help="games after which the run ends")
    options.add_argument("--use_mca_reward", action="store_true", help="final reward by llvm-mca, with the compiler")
    options.add_argument("--mca_timeout", type=int, help="seconds that the compiler and llvm-mca have")
    options.add_argument("--mca_reward_clip", type=float, help="how much that reward is")
    options.add_argument("--check_point", help="checkpoint whose weights the run begins with")
    return options


def train_words(script: str, arguments: Sequence[str]) -> list[str]:
    """The words behind `rl4real-data` that do what the fork's script does; what is no option of its is passed on."""
    asked, more = parser(script).parse_known_args(arguments)
    words = ["train", "--preset", "rl4real", "--train-iterations", str(asked.train_iterations)]
    if "--algorithm" not in more:
        words += ["--algorithm", "ppo"]
    if asked.use_mca_reward:
        words += ["--live", "--final-reward", "mca"]
    for option, value in (
        ("--num-rollout-workers", asked.num_rollout_workers),
        ("--num-gpus", asked.num_gpus),
        ("--current-batch", asked.current_batch),
        ("--episode-number", asked.episode_number),
        ("--mca-timeout", asked.mca_timeout),
        ("--mca-reward-clip", asked.mca_reward_clip),
        ("--from", asked.check_point),
    ):
        words += [] if value is None else [option, str(value)]
    return [*words, *more]


def run(script: str) -> NoReturn:
    """Becomes the program."""
    become(script, train_words(script, sys.argv[1:]), extra="rllib")
