"""Checkpoints of policies of MLGO's tasks.

    OUT/checkpoint_000100/checkpoint.json     what it is of: format, task, features, settings, how far it is
    OUT/checkpoint_000100/policy.pt           the scale of the features and the network's weights
    OUT/checkpoint_000100/learner.pt          what the algorithm needs to go on

A checkpoint appears whole or not at all. None of it can run code.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from rl4real_data.core.atomic_files import publish_folder
from rl4real_data.core.errors import UsageError
from rl4real_data.traces.features import FEATURES, Task
from rl4real_data.training.checkpoints import CHECKPOINT_NAME, checkpoint_path, folder_of

FORMAT: Final = "rl4real-data MLGO checkpoint"
VERSION: Final = 1
_HINT: Final = "name a folder checkpoint_… that `rl4real-data train --task` wrote, or the folder of such a run"


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
    final = checkpoint_path(out, checkpoint.total)
    if final.exists():
        return final
    draft = out / f".{final.name}.{uuid4().hex}"
    told = {**asdict(checkpoint), "features": [spec.name for spec in FEATURES[checkpoint.task]]}
    try:
        draft.mkdir(parents=True)
        fill(draft)
        text = json.dumps({"format": FORMAT, "version": VERSION, **told}, indent=1)
        (draft / CHECKPOINT_NAME).write_text(f"{text}\n", encoding="utf-8")
        publish_folder(draft, final)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return final


def is_task_checkpoint(path: Path) -> bool:
    """Whether it is one of these, or a run's folder that holds some."""
    try:
        return bool(json.loads((folder_of(path) / CHECKPOINT_NAME).read_text(encoding="utf-8"))["format"] == FORMAT)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def read_task_checkpoint(path: Path) -> TaskCheckpoint:
    """What a checkpoint is of; a run's folder stands for its newest one. UsageError for anything else."""
    folder = folder_of(path)
    try:
        told = json.loads((folder / CHECKPOINT_NAME).read_text(encoding="utf-8"))
        kind, version = told.pop("format"), told.pop("version")
        if kind != FORMAT:
            raise ValueError(f"its format is {kind!r}")
        if version != VERSION:
            raise ValueError(f"version {version} of the format, this release reads {VERSION}")
        found = TaskCheckpoint(task=Task(told.pop("task")), features=tuple(told.pop("features")), **told)
        if found.features != tuple(spec.name for spec in FEATURES[found.task]):
            raise ValueError(f"its features are not those of {found.task}")
    except OSError as error:
        raise UsageError(f"{path}: no checkpoint: {error.strerror} ({CHECKPOINT_NAME})", hint=_HINT) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{folder}: no checkpoint of a task of MLGO's: {error}", hint=_HINT) from error
    return found
