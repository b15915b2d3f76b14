"""The modules of an iteration."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rl4real_data.mlgo_training.live_modules import LiveModule


def drawn_modules(modules: Sequence[LiveModule], count: int, chance: np.random.Generator) -> list[LiveModule]:
    """So many by chance, none twice; all, where there are no more."""
    places = chance.permutation(len(modules))[:count]
    return [modules[place] for place in sorted(places.tolist())]
