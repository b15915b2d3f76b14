"""The policy of a run in the place of LLVM's decisions, as it is or with chance.

With chance each decision is drawn by its scores and kept, with the logarithm of its probability, for PPO.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from rl4real_data.core.errors import UsageError
from rl4real_data.mlgo.channel_host import Answer
from rl4real_data.mlgo.tensors import Header
from rl4real_data.mlgo_training.feature_rows import MASK, Floats, row_reader
from rl4real_data.mlgo_training.feature_scale import Scaler
from rl4real_data.mlgo_training.networks import PlainNetwork, priority_of
from rl4real_data.traces.features import Task

_ROOT: float = math.sqrt(2 * math.pi)


@dataclass(slots=True)
class Steps:
    """Decisions of one context: unscaled rows, the answer (a column, 0 or 1, or a score), its log-probability."""

    rows: list[Floats] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)
    logits: list[float] = field(default_factory=list)


class LivePolicy:
    """A `ChannelPolicy`. `chance`: None takes the best answer and keeps nothing but how many there were.

    `steps`: what was drawn, by context; inlining's has the name "".
    """

    def __init__(self, network: PlainNetwork, scaler: Scaler, chance: np.random.Generator | None = None) -> None:
        self._network, self._scaler, self._chance = network, scaler, chance
        self.steps: dict[str, Steps] = {}
        self.count = 0
        self._context = ""

    def enter(self, context: str) -> None:
        """The questions that follow are about this function."""
        self._context = context

    def begin(self, header: Header) -> Answer:
        """UsageError for a compiler that does not send all features."""
        task = self._network.task
        try:
            read = row_reader(task, header.layout)
        except KeyError as error:
            raise UsageError(
                f"the compiler sends no {error.args[0]} for {task}", hint="set BUILD_DIR to a stock LLVM 22 or 19"
            ) from error
        decide = self._drawn if self._chance is not None else self._best

        def answer(observation: bytes) -> float:
            rows = read(observation)
            self.count += 1
            return decide(rows, self._network.scores(self._scaler(rows)))

        return answer

    def _best(self, rows: Floats, scores: Floats) -> float:
        task = self._network.task
        if task is Task.PRIORITY:
            return priority_of(float(scores[0]))
        return int(np.where(rows[:, MASK] == 0, -np.inf, scores).argmax() if task is Task.EVICTION else scores.argmax())

    def _drawn(self, rows: Floats, scores: Floats) -> float:
        assert self._chance is not None, "who draws has chance"
        task = self._network.task
        steps = self.steps.setdefault(self._context, Steps())
        steps.rows.append(rows)
        if task is Task.PRIORITY:
            deviation = self._network.deviation
            away = self._chance.standard_normal()
            score = float(scores[0]) + deviation * away
            steps.answers.append(score)
            steps.logits.append(-away * away / 2 - math.log(deviation * _ROOT))
            return priority_of(score)
        if task is Task.EVICTION:
            scores = np.where(rows[:, MASK] == 0, np.float32(-1e9), scores)
        shares = _shares(scores)
        answer = int(self._chance.choice(len(shares), p=shares))
        steps.answers.append(answer)
        steps.logits.append(math.log(max(shares[answer], 1e-30)))
        return answer


def _shares(scores: Floats) -> npt.NDArray[Any]:
    """The probabilities of answers."""
    found = np.exp(scores.astype(np.float64) - float(scores.max()))
    whole: npt.NDArray[Any] = found / found.sum()
    return whole
