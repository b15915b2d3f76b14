"""PPO, in which drawn decisions become more likely where the code came out better than usual.

All decisions of a function (of inlining: of a module) have its reward, as MLGO gives it; what is usual there is a
moving average, which begins at 0: the reward of LLVM's own decisions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rl4real_data.core import interruption
from rl4real_data.core.extras import required_by
from rl4real_data.mlgo_training.cloning import masked
from rl4real_data.mlgo_training.feature_rows import Floats
from rl4real_data.mlgo_training.live_learner import LiveLearner
from rl4real_data.mlgo_training.live_modules import LiveModule
from rl4real_data.mlgo_training.live_policy import LivePolicy, Steps
from rl4real_data.mlgo_training.playing import Played
from rl4real_data.traces.features import Task

with required_by("training a policy of MLGO's tasks", extra="mlgo-training"):
    import torch
    from torch import Tensor, nn

_LARGEST_GRADIENT: Final = 1.0
_ROOT: Final = math.log(math.sqrt(2 * math.pi))


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Decisions that were played: scaled or unscaled rows, answers, log-probabilities when drawn, advantages."""

    rows: Floats
    answers: npt.NDArray[Any]
    logits: Floats
    advantages: Floats

    def __len__(self) -> int:
        return len(self.answers)


class PolicyGradient(LiveLearner):
    """Learns from its own decisions, one iteration after the other."""

    def iterate(self, number: int) -> dict[str, float]:
        """Plays some modules, each with its own chance, and learns."""
        settings, self._network = self._settings, self._state.network.plain()
        chance = np.random.default_rng((settings.seed, number))
        modules = self._drawn_modules(chance)
        jobs = [(module, np.random.default_rng((settings.seed, number, place))) for place, module in enumerate(modules)]
        found: list[tuple[Played, dict[str, Steps]]] = self._do(self._play, jobs)
        told = {
            "reward": float(np.mean([played.reward for played, _ in found])),
            "failures": float(sum(bool(played.failure) for played, _ in found)),
            "decisions": float(sum(played.steps for played, _ in found)),
            "modules": float(len(found)),
        }
        batch = self._batch(modules, found)
        return {**told, **(self._learn(batch, chance) if batch is not None else {})}

    def _play(self, job: tuple[LiveModule, np.random.Generator]) -> tuple[Played, dict[str, Steps]]:
        module, chance = job
        policy = LivePolicy(self._network, self._scaler, chance)
        played = self._player.play(module, policy)
        steps = policy.steps
        if self._state.task is Task.INLINING:  # the channel has no name for a module
            steps = {name: steps[""] for name in module.baselines if "" in steps}
        return played, steps

    def _batch(self, modules: Sequence[LiveModule], found: Sequence[tuple[Played, dict[str, Steps]]]) -> Batch | None:
        """All decisions whose worth is known; None without any. The moving averages follow."""
        rows: list[Floats] = []
        answers: list[float] = []
        logits: list[float] = []
        advantages: list[float] = []
        for module, (played, by_context) in zip(modules, found, strict=True):
            for context, steps in by_context.items():
                if context not in played.contexts:
                    continue
                advantage = self._advantage(f"{module.name} {context}", played.contexts[context])
                rows += steps.rows
                answers += steps.answers
                logits += steps.logits
                advantages += [advantage] * len(steps.answers)
        if not answers:
            return None
        stacked = np.stack(rows)
        stacked = stacked if self._state.task is Task.EVICTION else stacked[:, 0]
        kinds = (np.array(values, np.float32) for values in (answers, logits, advantages))
        return Batch(stacked, *kinds)

    def _advantage(self, name: str, reward: float) -> float:
        usual = self._state.remembered.get(name, 0.0)
        self._state.remembered[name] = self._settings.decay * usual + (1 - self._settings.decay) * reward
        return reward - usual

    def _learn(self, batch: Batch, chance: np.random.Generator) -> dict[str, float]:
        spread = float(batch.advantages.std())
        advantages = (batch.advantages - batch.advantages.mean()) / (spread + 1e-8)
        rows = torch.from_numpy(self._scaler(batch.rows))
        losses: list[float] = []
        entropies: list[float] = []
        for _ in range(self._settings.epochs):
            order = chance.permutation(len(batch))
            for start in range(0, len(batch), self._settings.minibatch):
                interruption.check()
                own = order[start : start + self._settings.minibatch]
                part = Batch(batch.rows[own], batch.answers[own], batch.logits[own], advantages[own])
                loss, entropy = self._step(rows[torch.from_numpy(own)], part)
                losses.append(loss)
                entropies.append(entropy)
        return {"loss": float(np.mean(losses)), "entropy": float(np.mean(entropies))}

    def _step(self, scaled: Tensor, batch: Batch) -> tuple[float, float]:
        """One of the optimiser; the loss and the entropy before it."""
        state, clip = self._state, self._settings.clip
        logits, entropy = self._told(scaled, batch)
        ratio = (logits - torch.from_numpy(batch.logits)).exp()
        advantages = torch.from_numpy(batch.advantages)
        gain = torch.minimum(ratio * advantages, ratio.clamp(1 - clip, 1 + clip) * advantages).mean()
        loss = -gain - self._settings.entropy * entropy
        state.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch's own
        nn.utils.clip_grad_norm_(state.network.parameters(), _LARGEST_GRADIENT)
        state.optimizer.step()
        return float(loss.detach()), float(entropy.detach())

    def _told(self, scaled: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
        """The log-probability of each answer now, and the mean entropy."""
        scores = self._state.network(scaled)
        answers = torch.from_numpy(batch.answers)
        if self._state.task is Task.PRIORITY:
            deviation = self._state.network.log_deviation
            away = (answers - scores[:, 0]) / deviation.exp()
            return -away * away / 2 - deviation - _ROOT, deviation + _ROOT + 0.5
        if self._state.task is Task.EVICTION:
            scores = masked(scores, batch.rows)
        shares = torch.log_softmax(scores, dim=1)
        entropy = -(shares.exp() * shares).sum(dim=1).mean()
        return shares.gather(1, answers.long()[:, None])[:, 0], entropy
