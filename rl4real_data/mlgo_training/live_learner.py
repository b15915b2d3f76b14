"""The beginning that all learners with the compiler in the loop share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rl4real_data.mlgo_training.live_modules import LiveModule
from rl4real_data.mlgo_training.playing import Player
from rl4real_data.mlgo_training.settings import MlgoSettings
from rl4real_data.mlgo_training.state import TrainState


class LiveLearner:
    """One iteration after the other. `do`: what does jobs, in threads or not."""

    def __init__(
        self, state: TrainState, settings: MlgoSettings, modules: Sequence[LiveModule], player: Player, do: Any
    ) -> None:
        self._state, self._settings, self._modules = state, settings, modules
        self._player, self._do = player, do
        self._scaler = state.scale.scaler()
        state.set_rate(settings.learning_rate)

    def _drawn_modules(self, chance: np.random.Generator) -> list[LiveModule]:
        """Those of an iteration by chance, none twice; all, where there are no more."""
        places = chance.permutation(len(self._modules))[: self._settings.modules]
        return [self._modules[place] for place in sorted(places.tolist())]
