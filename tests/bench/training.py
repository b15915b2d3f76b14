"""What training reaches and how fast it plays.

    python tests/bench/training.py DATA_DIR        of `flow x86 train mlra --corpus demo`

Three figures: steps of the environment a second without the compiler, on two workers; functions a minute whose costs
the compiler tells; and of ten functions in which greedy spilled, how many a policy plays at greedy's cost or better
that has learned on them alone, by behaviour cloning and then by PPO. Takes about twenty minutes on two cores.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from rl4real_data.training.choices import Algorithm, FinalReward
from rl4real_data.training.player import Player
from rl4real_data.training.players import players_of
from rl4real_data.training.settings import TrainSettings
from rl4real_data.training.training_data import TrainingData, training_data_of
from rl4real_data.training.training_run import Progress, TrainRequest, train
from rl4real_data.training.weights import read_weights

LEAST_STEPS_A_SECOND: Final = 2000
LEAST_FUNCTIONS_A_MINUTE: Final = 200
FUNCTIONS: Final = 10
LEAST_REACHED: Final = 8
SECONDS: Final = 30.0
EQUAL: Final = 1 + 1e-9

LEARNING: Final = TrainSettings(
    algorithm=Algorithm.BC_PPO,
    bc_iterations=60,
    train_iterations=300,
    checkpoint_every=100,
    current_batch=FUNCTIONS,
    with_spills=True,
    games=FUNCTIONS,
    final_reward=FinalReward.RATIO,
    gamma=0.99,
    lr=3e-4,
    train_batch_size=2000,
    minibatch_size=500,
    num_epochs=4,
    clip_param=0.3,
    kl_coeff=0.0,
    entropy_coeff=0.003,
)


def steps_a_second(data: TrainingData) -> float:
    """Of two workers that play with fresh weights, the learner standing still."""
    settings = replace(TrainSettings(), num_env_runners=2)
    players = players_of(Player, data.task(settings), settings.num_env_runners)
    try:
        players.play(1)  # the workers start, and read their functions
        begin, steps = time.monotonic(), 0
        while time.monotonic() - begin < SECONDS:
            steps += players.play(1).steps
        return steps / (time.monotonic() - begin)
    finally:
        players.stop()


def functions_a_minute(data: TrainingData) -> float:
    """Of the learner's own process, with the compiler."""
    player = Player(data.task(replace(TrainSettings(), live=True)))
    player.play()
    begin, functions = time.monotonic(), 0
    while time.monotonic() - begin < SECONDS:
        functions += len(player.play().outcomes)
    return 60 * functions / (time.monotonic() - begin)


def ratios(data: TrainingData, checkpoint: Path) -> list[float]:
    """Costs by greedy's of the ten functions, each played once, always the likeliest action."""
    player = Player(data.task(LEARNING))
    player.take(read_weights(checkpoint))
    return sorted(outcome.ratio for outcome in player.play(does_explore=False).outcomes)


def learned(data: TrainingData) -> Sequence[float]:
    """The ratios after a run."""
    with tempfile.TemporaryDirectory() as folder:

        def tell(progress: Progress) -> None:
            if progress.total % 20 == 0:
                print(f"  {progress.total}: {progress.phase}, cost {progress.cost_ratio:.3f}", file=sys.stderr)

        run = train(TrainRequest(data=data, out=Path(folder) / "run", settings=LEARNING), watch=tell)
        return ratios(data, run.checkpoint)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data_dir", type=Path)
    data = training_data_of(parser.parse_args().data_dir, "train")
    begin = time.monotonic()
    steps = steps_a_second(data)
    print(f"without the compiler: {steps:,.0f} steps a second (at least {LEAST_STEPS_A_SECOND:,})", flush=True)
    functions = functions_a_minute(data)
    print(f"with it: {functions:,.0f} functions a minute (at least {LEAST_FUNCTIONS_A_MINUTE})", flush=True)
    found = learned(data)
    reached = sum(ratio <= EQUAL for ratio in found)
    print(f"greedy's cost or better: {reached} of {len(found)} functions (at least {LEAST_REACHED})")
    print(f"  cost by greedy's: {', '.join(f'{ratio:.3f}' for ratio in found)}")
    print(f"in all {(time.monotonic() - begin) / 60:.0f} minutes")
    is_enough = steps >= LEAST_STEPS_A_SECOND and functions >= LEAST_FUNCTIONS_A_MINUTE and reached >= LEAST_REACHED
    return 0 if is_enough else 1


if __name__ == "__main__":
    sys.exit(main())
