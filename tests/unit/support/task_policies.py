"""Observations, traces and checkpoints of MLGO's tasks, made by chance."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rl4real_data.mlgo.tensors import header_of
from rl4real_data.mlgo_training.checkpoints import TaskCheckpoint, write_task_checkpoint
from rl4real_data.mlgo_training.feature_rows import rows_of
from rl4real_data.mlgo_training.feature_scale import FeatureScale, sampled_values
from rl4real_data.mlgo_training.settings import MlgoSettings
from rl4real_data.mlgo_training.state import TrainState, ranks_of
from rl4real_data.traces.features import FEATURES, Task

_WIDEST: Final = 5


def chance_features(task: Task, steps: int, *, seed: int = 0) -> dict[str, npt.NDArray[Any]]:
    """A few columns of eviction are live, one of them the last; some densities are no number, some infinite."""
    chance = np.random.default_rng(seed)
    found: dict[str, npt.NDArray[Any]] = {}
    for spec in FEATURES[task]:
        values = chance.exponential(20.0, size=(steps, *spec.shape))
        found[spec.name] = (values - 3).astype(spec.dtype)
    if task is Task.EVICTION:
        mask = chance.random((steps, 33)) < 0.2
        mask[:, 32] = True
        found["mask"] = mask.astype(np.int64)
        found["use_def_density"][chance.random((steps, 33)) < 0.1] = np.inf
        found["use_def_density"][chance.random((steps, 33)) < 0.1] = np.nan
    return found


def observations_of(task: Task, features: dict[str, npt.NDArray[Any]]) -> list[bytes]:
    """As a compiler sends them."""
    names = header_of(task).layout.names
    steps = len(features[names[0]])
    return [b"".join(features[name][step].tobytes() for name in names) for step in range(steps)]


def chance_state(task: Task, *, seed: int = 0, quantiles: int = 100) -> TrainState:
    rows = rows_of(task, chance_features(task, 200, seed=seed + 1))
    scale = FeatureScale.of(task, sampled_values([rows], task), quantiles)
    return TrainState.fresh(task, scale, ranks_of(task, [1, 2, 3], quantiles), (16, 8), seed=seed)


def chance_checkpoint(task: Task, out: Path, *, seed: int = 0, total: int = 1) -> Path:
    told = TaskCheckpoint(task=task, algorithm="bc", total=total, settings=MlgoSettings().as_dict(), toolchain={})
    return write_task_checkpoint(out, told, chance_state(task, seed=seed).write)
