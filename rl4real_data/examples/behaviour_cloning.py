"""RLlib's behaviour cloning of LLVM's decisions, one of RL4ReAl's policies at a time.

    python -m rl4real_data.examples.behaviour_cloning DATA_DIR --policy colour        (extra `rllib`)

The expert's decisions are replayed into tables of transitions, as `rl4real-data export --to rllib` does, and a network
learns to say the same. An observation starts with its action mask, which RLlib's default module does not apply: what is
learned here may also name registers that a node must not have. Ray leaves threads behind, so run this as a program.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from rl4real_data.examples import plain_errors
from rl4real_data.export.rllib import Policy, RllibRequest, export_rllib

with plain_errors(extra="rllib"):
    import ray
    from gymnasium.spaces import Box, Discrete
    from ray.rllib.algorithms.bc import BCConfig


def configuration(transitions: Path, view: dict[str, Any]) -> BCConfig:
    """Behaviour cloning on one table; `view` is the policy's entry in `views.json`. One batch is one iteration."""
    return (
        BCConfig()
        .environment(
            observation_space=Box(-np.inf, np.inf, (view["observation_size"],), np.float32),
            action_space=Discrete(view["actions"]),
        )
        .env_runners(num_env_runners=0)
        .learners(num_learners=0)
        .offline_data(
            input_=[str(transitions / view["path"])],
            input_read_method="read_parquet",
            dataset_num_iters_per_learner=1,
            map_batches_kwargs={"concurrency": 1},
            materialize_mapped_data=False,  # one batch is enough
        )
        .training(train_batch_size_per_learner=256, lr=1e-3)
        .evaluation(evaluation_interval=None)
    )


def learn(config: BCConfig, iterations: int) -> Iterator[tuple[float, int]]:
    """Loss and rows of each iteration."""
    # no dashboard and no more memory than the rows need: Ray otherwise takes a third of the machine's
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, object_store_memory=100_000_000)
    algorithm = config.build_algo()
    for _ in range(iterations):
        learned = algorithm.train()["learners"]["default_policy"]
        yield float(learned["policy_loss"]), int(learned["num_module_steps_trained"])
    algorithm.stop()
    del algorithm
    gc.collect()  # its readers, which report to Ray when they end
    ray.shutdown()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data_dir", metavar="DATA_DIR", help="folder of a dataset")
    parser.add_argument("--policy", type=Policy, choices=list(Policy), default=Policy.COLOUR, help="[colour]")
    parser.add_argument("--iterations", type=int, default=10, help="batches to learn from [10]")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        transitions = Path(folder, "transitions")
        exported = export_rllib(RllibRequest(data_dir=options.data_dir, output=transitions))
        print(f"{exported.functions} functions replayed")
        view = json.loads((transitions / "views.json").read_text())["views"][options.policy]
        print(f"a guess that knows nothing has a loss of {math.log(view['actions']):.3f}")
        for number, (loss, rows) in enumerate(learn(configuration(transitions, view), options.iterations), 1):
            print(f"iteration {number}: loss {loss:.3f} on {rows} decisions", flush=True)


if __name__ == "__main__":
    with plain_errors():
        main()
