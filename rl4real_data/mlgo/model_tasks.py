"""The task of MLGO's that an ONNX file is for, by its metadata."""

from __future__ import annotations

from pathlib import Path

from rl4real_data.core.errors import UsageError
from rl4real_data.live.model_file import model_metadata
from rl4real_data.mlgo.policies.onnx_model import TASK_KEY
from rl4real_data.traces.features import Task


def task_of_model(word: str) -> Task | None:
    """None for a word that names no file, and for a model that says nothing of a task. UsageError for no model."""
    path = Path(word).expanduser()
    if path.suffix != ".onnx" or not path.is_file():
        return None
    said = model_metadata(path).get(TASK_KEY)
    if said is None:
        return None
    try:
        return Task(said)
    except ValueError:
        raise UsageError(
            f"{word}: a model of {said!r}, which is no task", hint=f"tasks are {', '.join(Task)}"
        ) from None
