"""One iteration of RLlib's behaviour cloning on one table of `export --to rllib`: `behaviour_cloning.py OUT POLICY`.

Prints JSON: the loss and the rows trained on. A process of its own, because Ray leaves threads and warnings behind.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import ray
from gymnasium.spaces import Box, Discrete
from ray.rllib.algorithms.bc import BCConfig


def main(out: Path, policy: str) -> None:
    view = json.loads((out / "views.json").read_text())["views"][policy]
    # no dashboard and no more memory than the rows need: Ray otherwise takes a third of the machine's
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, object_store_memory=100_000_000)
    config = (
        BCConfig()
        .environment(
            observation_space=Box(-np.inf, np.inf, (view["observation_size"],), np.float32),
            action_space=Discrete(view["actions"]),
        )
        .env_runners(num_env_runners=0)
        .learners(num_learners=0)
        .offline_data(
            input_=[str(out / view["path"])],
            input_read_method="read_parquet",
            dataset_num_iters_per_learner=1,
            map_batches_kwargs={"concurrency": 1},
            materialize_mapped_data=False,  # one batch is enough
        )
        .training(train_batch_size_per_learner=256)
        .evaluation(evaluation_interval=None)
    )
    algorithm = config.build_algo()
    learned = algorithm.train()["learners"]["default_policy"]
    print(json.dumps({"loss": float(learned["policy_loss"]), "rows": int(learned["num_module_steps_trained"])}))
    algorithm.stop()
    ray.shutdown()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
