"""What training reaches and how fast it plays.

    python tests/bench/training.py DATA_DIR        of `flow x86 train mlra --corpus demo`

Three figures: steps of the environment a second without the compiler, on two workers; functions a minute whose costs
the compiler tells; and of ten functions in which greedy spilled, how many are played at greedy's cost or better by a
policy that has learned on them alone, by cloning what a search finds and then by PPO.

RL4ReAl's agents cannot play all that greedy does: it splits around regions, they behind single use points. So the ten
are the smallest in which a search of the agents' own plays finds one at greedy's cost or better; how many have none is
told.

Two cores are what the limits are for. On a machine that does other things steps and functions are counted by processor
time: what all processes of the bench together took of it, shared out to two cores, or to one.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from rl4real_data.training.choices import Algorithm, FinalReward
from rl4real_data.training.function_facts import FunctionFacts
from rl4real_data.training.play_search import PlaySearch
from rl4real_data.training.player import Player
from rl4real_data.training.players import players_of
from rl4real_data.training.rewards import expert_cost_of
from rl4real_data.training.settings import TrainSettings
from rl4real_data.training.training_data import TrainingData, training_data_of
from rl4real_data.training.training_run import Progress, TrainRequest, train
from rl4real_data.training.weights import read_weights

CORES: Final = 2
LEAST_STEPS_A_SECOND: Final = 2000
LEAST_FUNCTIONS_A_MINUTE: Final = 200
FUNCTIONS: Final = 10
LEAST_REACHED: Final = 8
SEARCHES: Final = 6
PLAYS: Final = 300
"""Of each search; one goes on from the one before."""
SECONDS: Final = 30.0
EQUAL: Final = 1 + 1e-9

LEARNING: Final = TrainSettings(
    algorithm=Algorithm.BC_PPO,
    bc_iterations=300,
    bc_plays=30,
    train_iterations=200,
    checkpoint_every=20,
    with_spills=True,
    max_nodes=30,
    games=FUNCTIONS,
    final_reward=FinalReward.PROGRESS,
    gamma=1.0,
    lr=3e-4,
    bc_train_batch_size=64,
    train_batch_size=4000,
    minibatch_size=1000,
    num_epochs=2,
    clip_param=0.2,
    kl_coeff=0.0,
    entropy_coeff=0.0,
    vf_loss_coeff=0.1,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """So much a second: by the clock, and by the processor time of `cores` that do nothing else."""

    by_clock: float
    by_processor: float

    @classmethod
    def of(cls, work: Callable[[], int], *, cores: int) -> Rate:
        """`work` does a little and tells how much it was."""
        begin, before, done = time.monotonic(), processor_s(), 0
        while time.monotonic() - begin < SECONDS:
            done += work()
        used = processor_s() - before
        return cls(by_clock=done / (time.monotonic() - begin), by_processor=cores * done / used)


def processor_s() -> float:
    """What this process, those that it started and theirs have used of a processor."""
    spent: dict[int, tuple[int, int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has just ended
            fields = path.read_text().rpartition(")")[2].split()
            spent[int(path.parent.name)] = int(fields[1]), sum(map(int, fields[11:15]))
    own, found = {os.getpid()}, 0
    while own:
        found += sum(spent[pid][1] for pid in own)
        own = {pid for pid, (parent, _) in spent.items() if parent in own}
    return found / os.sysconf("SC_CLK_TCK")


def steps_a_second(data: TrainingData) -> Rate:
    """Of two workers that play with fresh weights, the learner standing still."""
    settings = replace(TrainSettings(), num_env_runners=CORES)
    players = players_of(Player, data.task(settings), settings.num_env_runners)
    try:
        players.play(1)  # the workers start, and read their functions
        return Rate.of(lambda: players.play(1).steps, cores=CORES)
    finally:
        players.stop()


def functions_a_second(data: TrainingData) -> Rate:
    """Of the learner's own process, with the compiler: one core."""
    player = Player(data.task(replace(TrainSettings(), live=True)))
    player.play()
    return Rate.of(lambda: len(player.play().outcomes), cores=1)


def smallest_that_can_be_played(data: TrainingData) -> tuple[str, ...]:
    """The ids of ten functions; fewer, where there are no more."""
    task = data.task(LEARNING)
    source = task.source(0)
    facts: dict[int, FunctionFacts] = {}
    number, game = source.next()
    while number not in facts:  # a pass has each function once
        facts[number] = game.facts
        number, game = source.next()
    search = PlaySearch(colours=source.colours, sizes=task.sizes, plays=PLAYS)
    found: list[str] = []
    tried = 0
    for number in sorted(facts, key=lambda number: (facts[number].episode.n_nodes, number)):
        one, tried = facts[number], tried + 1
        for _ in range(SEARCHES):
            search.changes(one)
        if 1 + search.cost(one) <= EQUAL * (1 + expert_cost_of(one.episode)):
            found.append(one.episode.episode_id)
        if len(found) == FUNCTIONS:
            break
    print(f"{len(found)} of the {tried} smallest functions with spills can be played at greedy's cost", flush=True)
    return tuple(found)


def ratios(data: TrainingData, settings: TrainSettings, checkpoint: Path) -> list[float]:
    """Costs by greedy's of the ten functions, each played once, always the likeliest action."""
    player = Player(data.task(settings))
    player.take(read_weights(checkpoint))
    return sorted(outcome.ratio for outcome in player.play(does_explore=False).outcomes)


def learned(data: TrainingData) -> Sequence[float]:
    """The ratios after a run."""
    settings = replace(LEARNING, episodes=smallest_that_can_be_played(data))
    with tempfile.TemporaryDirectory() as folder:

        def tell(progress: Progress) -> None:
            if progress.total % 20 == 0:
                print(f"  {progress.total}: {progress.phase}, cost {progress.cost_ratio:.3f}", file=sys.stderr)

        run = train(TrainRequest(data=data, out=Path(folder) / "run", settings=settings), watch=tell)
        return ratios(data, settings, run.checkpoint)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data_dir", type=Path)
    data = training_data_of(parser.parse_args().data_dir, "train")
    begin = time.monotonic()
    steps = steps_a_second(data)
    print(
        f"without the compiler: {steps.by_processor:,.0f} steps a second of {CORES} cores "
        f"(at least {LEAST_STEPS_A_SECOND:,}); by the clock {steps.by_clock:,.0f}",
        flush=True,
    )
    functions = functions_a_second(data)
    print(
        f"with it: {60 * functions.by_processor:,.0f} functions a minute of one core "
        f"(at least {LEAST_FUNCTIONS_A_MINUTE}); by the clock {60 * functions.by_clock:,.0f}",
        flush=True,
    )
    found = learned(data)
    reached = sum(ratio <= EQUAL for ratio in found)
    print(f"greedy's cost or better: {reached} of {len(found)} functions (at least {LEAST_REACHED})")
    print(f"  cost by greedy's: {', '.join(f'{ratio:.3f}' for ratio in found)}")
    print(f"in all {(time.monotonic() - begin) / 60:.0f} minutes")
    is_fast = steps.by_processor >= LEAST_STEPS_A_SECOND and 60 * functions.by_processor >= LEAST_FUNCTIONS_A_MINUTE
    is_enough = is_fast and reached >= LEAST_REACHED
    return 0 if is_enough else 1


if __name__ == "__main__":
    sys.exit(main())
