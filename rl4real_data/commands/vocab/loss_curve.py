"""The curve of a training's losses in one line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_SPARKS: Final = "▁▂▃▄▅▆▇█"
_SPARKLINE: Final = 60


def loss_curve(losses: Sequence[float]) -> str:
    """First and last value, and between them the curve in one line, averaged to at most a line's width."""
    import numpy as np

    means = [float(part.mean()) for part in np.array_split(np.array(losses), min(_SPARKLINE, len(losses)))]
    low, high = min(means), max(means)
    steps = [round((value - low) / (high - low or 1) * (len(_SPARKS) - 1)) for value in means]
    return f"{losses[0]:.4f} {''.join(_SPARKS[step] for step in steps)} {losses[-1]:.4f}"
