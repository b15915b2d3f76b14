"""Checkpoints of policies of MLGO's tasks.

    OUT/checkpoint_000100/checkpoint.json     what it is of: format, task, features, settings, how far it is
    OUT/checkpoint_000100/policy.pt           the scale of the features and the network's weights
    OUT/checkpoint_000100/learner.pt          what the algorithm needs to go on

A checkpoint appears whole or not at all. None of it can run code.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from rl4real_data.traces.features import FEATURES, Task
from rl4real_data.training.checkpoint_folder import (
    CHECKPOINT_NAME,
    CheckpointKind,
    folder_of,
    publish_checkpoint,
    read_told,
)

KIND: Final = CheckpointKind(
    format="rl4real-data MLGO checkpoint",
    version=1,
    name="checkpoint of a task of MLGO's",
    maker="rl4real-data train --task",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCheckpoint:
    """`total`: iterations so far. `toolchain`: of the trace that the run learned from."""

    task: Task
    algorithm: str
    total: int
    settings: Mapping[str, Any]
    toolchain: Mapping[str, str]
    features: tuple[str, ...] = ()


def write_task_checkpoint(out: Path, checkpoint: TaskCheckpoint, fill: Callable[[Path], None]) -> Path:
    """Writes one, with what `fill` puts into the folder that it is given. One that is there stays."""
    told = {**asdict(checkpoint), "features": [spec.name for spec in FEATURES[checkpoint.task]]}
    return publish_checkpoint(out, checkpoint.total, KIND, told, fill)


def is_task_checkpoint(path: Path) -> bool:
    """Whether it is one of these, or a run's folder that holds some."""
    try:
        return bool(
            json.loads((folder_of(path) / CHECKPOINT_NAME).read_text(encoding="utf-8"))["format"] == KIND.format
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def read_task_checkpoint(path: Path) -> TaskCheckpoint:
    """What a checkpoint is of; a run's folder stands for its newest one. UsageError for anything else."""
    return read_told(path, KIND, _made)


def _made(told: dict[str, Any]) -> TaskCheckpoint:
    found = TaskCheckpoint(task=Task(told.pop("task")), features=tuple(told.pop("features")), **told)
    if found.features != tuple(spec.name for spec in FEATURES[found.task]):
        raise ValueError(f"its features are not those of {found.task}")
    return found
