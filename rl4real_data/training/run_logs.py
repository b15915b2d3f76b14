"""The logs of a training run, as users of Ray expect them.

OUT/result.json has a line an iteration, OUT/events.out.tfevents… is TensorBoard's.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Self

from rl4real_data.core.extras import required_by

with required_by("training", extra="rllib"):
    from tensorboardX import SummaryWriter

RESULT_NAME: Final = "result.json"


class RunLogs:
    """Both logs, open. A line is written at once: a run that is killed keeps what it told."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._results = (folder / RESULT_NAME).open("a", encoding="utf-8")
        self._events = SummaryWriter(str(folder), flush_secs=10)

    def add(self, iteration: int, told: Mapping[str, float | str]) -> None:
        """What one iteration told; numbers that are none are left out."""
        told = {name: value for name, value in told.items() if isinstance(value, str) or math.isfinite(value)}
        self._results.write(json.dumps({"training_iteration": iteration, **told}) + "\n")
        self._results.flush()
        for name, value in told.items():
            if not isinstance(value, str):
                self._events.add_scalar(name, value, iteration)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._results.close()
        self._events.close()
