"""Behaviour cloning of LLVM's own decisions, which is MLGO's warm start.

Inlining and eviction learn the answer that was given among those that could have been, priority where the register
stood among all registers of the trace: what counts in a queue is the order.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rl4real_data.core import interruption
from rl4real_data.core.extras import required_by
from rl4real_data.mlgo_training.feature_rows import MASK, Floats
from rl4real_data.mlgo_training.recorded_decisions import Decisions, RecordedDecisions
from rl4real_data.mlgo_training.settings import MlgoSettings
from rl4real_data.mlgo_training.state import TrainState
from rl4real_data.traces.features import Task

with required_by("training a policy of MLGO's tasks", extra="mlgo-training"):
    import torch
    from torch import Tensor
    from torch.nn import functional

COMPARED: Final = 4096
"""Decisions that are held out at most."""
_DRAWN: Final = 20_000
"""Decisions that an iteration learns from, at least."""


class Cloning:
    """One iteration after the other on the decisions of a trace."""

    def __init__(self, state: TrainState, settings: MlgoSettings, decisions: RecordedDecisions) -> None:
        self._state, self._settings, self._decisions = state, settings, decisions
        self._scaler = state.scale.scaler()
        state.set_rate(settings.learning_rate)
        self._compared = decisions.held_out(COMPARED)

    def iterate(self, number: int) -> dict[str, float]:
        """Learns; `agreement` is with LLVM on what is held out, or else on what was learned from."""
        settings, chance = self._settings, np.random.default_rng((self._settings.seed, number))
        drawn = self._decisions.drawn(_DRAWN, chance)
        total = 0.0
        for _ in range(settings.steps):
            interruption.check()
            total += self._step(drawn.picked(chance.integers(len(drawn), size=min(settings.batch, len(drawn)))))
        compared = self._compared or drawn.picked(np.arange(min(len(drawn), COMPARED)))
        learned = settings.steps * min(settings.batch, len(drawn))
        return {"loss": total / settings.steps, "agreement": self.agreement(compared), "decisions": float(learned)}

    def agreement(self, decisions: Decisions) -> float:
        """The share of decisions that are LLVM's; of priorities, of pairs in LLVM's order."""
        with torch.no_grad():
            scores = self._scores(decisions.rows)
        if self._state.task is Task.PRIORITY:
            return pairs_in_order(scores[:, 0].numpy(), decisions.decided)
        return float((scores.argmax(dim=1).numpy() == decisions.decided).mean())

    def _step(self, batch: Decisions) -> float:
        self._state.optimizer.zero_grad()
        loss = self._loss(self._scores(batch.rows), batch.decided)
        loss.backward()  # type: ignore[no-untyped-call]  # torch's own
        self._state.optimizer.step()
        return float(loss.detach())

    def _scores(self, rows: Floats) -> Tensor:
        scores: Tensor = self._state.network(torch.from_numpy(self._scaler(rows)))
        return masked(scores, rows) if self._state.task is Task.EVICTION else scores

    def _loss(self, scores: Tensor, decided: npt.NDArray[Any]) -> Tensor:
        if self._state.task is Task.PRIORITY:
            places = torch.from_numpy(place_among(self._state.ranks, decided))
            return functional.binary_cross_entropy_with_logits(scores[:, 0], places)
        return functional.cross_entropy(scores, torch.from_numpy(decided.astype(np.int64)))


def masked(scores: Tensor, rows: Floats) -> Tensor:
    """Scores of eviction's columns, those that the mask forbids far below all others."""
    return scores.masked_fill(torch.from_numpy(rows[..., MASK] == 0), -1e9)


def place_among(ranks: Floats, decided: npt.NDArray[Any]) -> Floats:
    """Where priorities stand among LLVM's, 0 to 1: in the middle of those that are the same."""
    values = decided.astype(np.float32)
    below, up_to = ranks.searchsorted(values, "left"), ranks.searchsorted(values, "right")
    return ((below + up_to + 1) / (2 * len(ranks) + 2)).astype(np.float32)


def pairs_in_order(scores: npt.NDArray[Any], decided: npt.NDArray[Any]) -> float:
    """Of pairs with two priorities the share whose scores are in the same order; 1 without any."""
    chance = np.random.default_rng(0)
    one, other = chance.permutation(len(scores)), chance.permutation(len(scores))
    values = decided.astype(np.float64)
    differ = values[one] != values[other]
    if not differ.any():
        return 1.0
    one, other = one[differ], other[differ]
    return float(((scores[one] > scores[other]) == (values[one] > values[other])).mean())
