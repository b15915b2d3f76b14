"""The policy that a word of the command line names."""

from __future__ import annotations

__all__ = ["policy_named"]

import re
from pathlib import Path
from typing import Final

from rl4real_data.core.errors import UsageError
from rl4real_data.mlgo.channel_host import ChannelPolicy
from rl4real_data.mlgo.policies.function import FunctionPolicy
from rl4real_data.mlgo.policies.onnx_model import OnnxPolicy
from rl4real_data.mlgo.policies.simple import DefaultPolicy, RandomPolicy
from rl4real_data.mlgo.policies.tflite_model import TflitePolicy
from rl4real_data.traces.features import Task

FORMS: Final = "default, random, an ONNX file, a folder of MLGO's with model.tflite, or module:function"
_FUNCTION: Final = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*")


def policy_named(word: str, task: Task, *, seed: int = 0) -> ChannelPolicy:
    """UsageError for a word that names none, MissingExtra without what runs a model.

    `default` is there for inlining alone: over the channel, LLVM tells its own decision for no other task.
    """
    if word == "default":
        if task is not Task.INLINING:
            raise UsageError(f"default: LLVM does not tell its own decisions of {task}", hint=f"a policy is {FORMS}")
        return DefaultPolicy()
    if word == "random":
        return RandomPolicy(task, seed=seed)
    path = Path(word).expanduser()
    if path.is_dir():
        return TflitePolicy(path)
    if path.suffix == ".onnx" and path.is_file():
        return OnnxPolicy.opened(path, task)
    if _FUNCTION.fullmatch(word):
        return FunctionPolicy.named(word)
    raise UsageError(f"{word}: no policy of this name, and no such file", hint=f"a policy is {FORMS}")
