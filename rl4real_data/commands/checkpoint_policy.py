"""Policies that are checkpoints of `train`.

Their models are exported for as long as they are needed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rl4real_data.commands.console import say
from rl4real_data.core.absent_pandas import do_with_pandas


@contextmanager
def exported(word: str) -> Iterator[str]:
    """The word of a policy, in place of a checkpoint's the folder of its models; any other word as it is.

    MissingExtra without what reads checkpoints, UsageError for one that is damaged.
    """
    from rl4real_data.training.checkpoint_folder import CHECKPOINT_NAME, newest_checkpoint

    folder = Path(word).expanduser()
    if not folder.is_dir() or not ((folder / CHECKPOINT_NAME).is_file() or newest_checkpoint(folder)):
        yield word
        return
    do_with_pandas()
    from rl4real_data.training.onnx_agents import export_agents

    with tempfile.TemporaryDirectory(prefix="rl4real-data-") as scratch:
        models = Path(scratch, "models")
        say(f"{word}: a checkpoint, whose models are exported first")
        export_agents(folder, models)
        yield str(models)
