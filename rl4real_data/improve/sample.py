"""The sample of a function's tried candidates that is kept.

Examples of what helps, and of what does not.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from rl4real_data.episodes.label_values import Effect
from rl4real_data.improve.candidate_pool import Candidate
from rl4real_data.improve.climbing import Tried
from rl4real_data.labels.trial import effect_of
from rl4real_data.live.trial_result import TrialResult


@dataclass(frozen=True, slots=True, kw_only=True)
class SampledTrial:
    """Candidate `number` of the search, from 0."""

    number: int
    decisions: Candidate
    effect: Effect
    value: float | None
    result: TrialResult


def sampled(
    tried: Sequence[Tried], greedy: float, *, best: Candidate, at_most: int, rng: random.Random
) -> tuple[SampledTrial, ...]:
    """At most so many, in the order in which they were tried: the best one, then of each effect by turns.

    Left out are those that lower the objective and may not be the best one: they are no example of either.
    """
    of_effect: dict[Effect, list[SampledTrial]] = {effect: [] for effect in Effect}
    for one in tried:
        effect = effect_of(one.value, greedy)
        if effect is not Effect.BETTER or one.allowed is not None:
            of_effect[effect].append(
                SampledTrial(
                    number=one.number, decisions=one.decisions, effect=effect, value=one.value, result=one.result
                )
            )
    for found in of_effect.values():
        rng.shuffle(found)
        found.sort(key=lambda one: one.decisions == best)  # the last one is taken first
    chosen: list[SampledTrial] = []
    while len(chosen) < at_most and any(of_effect.values()):
        chosen += [found.pop() for found in of_effect.values() if found][: at_most - len(chosen)]
    return tuple(sorted(chosen, key=lambda one: one.number))
