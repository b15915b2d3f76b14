"""One function's, or module's, trajectory as it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from rl4real_data.traces.columns import live_features
from rl4real_data.traces.features import Task
from rl4real_data.traces.trajectory import Trajectory


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedFunction:
    """A trajectory with its lists as they are stored; `baseline` is the score where LLVM's own decisions were taken."""

    context: str
    columns: Mapping[str, np.ndarray[Any, Any]]
    score: float
    baseline: float
    failure: str | None = None

    @property
    def steps(self) -> int:
        return len(self.columns["decision"]) if self.columns else 0

    @classmethod
    def of(cls, task: Task, trajectory: Trajectory) -> TracedFunction:
        """A trajectory whose features are dense."""
        features = trajectory.features
        stored = live_features(features) if task is Task.EVICTION else dict(features)
        stored |= {"decision": trajectory.decision, "default_decision": trajectory.default_decision}
        return cls(context=trajectory.context, columns=stored, score=trajectory.score, baseline=trajectory.baseline)
