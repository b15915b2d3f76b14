"""A trajectory of MLGO's: a heuristic's or a policy's decisions in a function or module, in order, and their worth."""

from __future__ import annotations

__all__ = ["Trajectory", "mlgo_reward"]

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

SMOOTHING: Final = 0.01  # MLGO's, which keeps a baseline of 0 from dividing


def mlgo_reward(score: float, baseline: float) -> float:
    """MLGO's reward of every step: what part of the baseline was saved; scores are costs."""
    return 1.0 - (score + SMOOTHING) / (baseline + SMOOTHING)


@dataclass(frozen=True, slots=True, eq=False)
class Trajectory:
    """`features`: one row a step, [steps] or [steps, 33]; `decision` what was done, `default_decision` LLVM's own.

    `context` is the function, for inlining the module; `baseline` is the score of LLVM's own decisions. Scores are
    costs: LLVM's score of the allocation, or the module's size in bytes.
    """

    context: str
    features: Mapping[str, np.ndarray[Any, Any]]
    decision: np.ndarray[Any, Any]
    default_decision: np.ndarray[Any, Any]
    score: float
    baseline: float

    @property
    def steps(self) -> int:
        """How many decisions it holds."""
        return len(self.decision)

    @property
    def reward(self) -> float:
        """MLGO's reward, the same at every step; 0 where the score is the baseline."""
        return mlgo_reward(self.score, self.baseline)
