"""The search of one function that a compiler holds in front of its allocator."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from rl4real_data.core import interruption
from rl4real_data.episodes.label_values import Objective
from rl4real_data.improve.bulk import bulk_additions, bulk_candidates
from rl4real_data.improve.candidate_pool import Candidate, candidate_pool
from rl4real_data.improve.choices import Known, read_choices
from rl4real_data.improve.climbing import Climb
from rl4real_data.improve.objective import UNTIL, Judge, is_less
from rl4real_data.improve.sample import SampledTrial, sampled
from rl4real_data.improve.vacating import Vacating
from rl4real_data.live.trial import TrialFunction, TrialLimits
from rl4real_data.live.trial_result import TrialResult

NEVER_PRINTED: Final = "the function is never printed: it has no final code"
SEARCH_VERSION: Final = 7
"""Raised whenever the same settings try other candidates, or measure them in another way."""
_LIMITS: Final = TrialLimits(wall_s=600.0)
"""A machine that does other things must not decide which candidates fail: the limit is processor time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchSettings:
    """All that decides what a search finds in a function.

    `trials`: how many of the candidates are kept as examples.
    """

    objective: Objective = Objective.FINAL
    candidates: int = 400
    seed: int = 0
    trials: int = 16
    limits: TrialLimits = _LIMITS

    def recipe(self) -> dict[str, str | int | float | bool | None]:
        """All but the objective, as plain values."""
        own = {"candidates": self.candidates, "seed": self.seed, "trials": self.trials}
        return {**own, **asdict(self.limits), "search": SEARCH_VERSION}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search found: `best` decisions, without any where greedy was not beaten, and `result`, which they give.

    `value` and `greedy_value` are what was to become smaller. `reason`: why nothing could be searched; the values are
    None then.
    """

    greedy: TrialResult
    result: TrialResult
    best: Candidate = ()
    value: float | None = None
    greedy_value: float | None = None
    candidates: int = 0
    failed: int = 0
    sample: tuple[SampledTrial, ...] = ()
    reason: str = ""

    @property
    def is_better(self) -> bool:
        """Whether the decisions beat greedy."""
        return self.value is not None and self.greedy_value is not None and is_less(self.value, self.greedy_value)


def search_function(function: TrialFunction, settings: SearchSettings, known: Known, *, identity: str) -> Found:
    """Tries candidates in the compiler that waits at the function. `identity` lends chance its own way a function.

    ToolchainError where the compiler itself fails.
    """
    until = UNTIL[settings.objective]
    greedy = function.try_decisions([], until=until)
    judge = Judge(objective=settings.objective, greedy=greedy)
    if judge.greedy_value is None:
        reason = f"greedy alone: {greedy.reason}" if greedy.reason else NEVER_PRINTED
        return Found(greedy=greedy, result=greedy, reason=reason)

    def try_many(candidates: Sequence[Candidate]) -> Iterator[TrialResult]:
        for result in function.try_many(candidates, until=until):
            interruption.check()
            yield result

    rng = random.Random(_seed_of(settings.seed, identity))
    nodes = read_choices(function.describe(), known)
    climb = Climb(
        judge=judge,
        pool=candidate_pool(nodes),
        try_many=try_many,
        candidates=settings.candidates,
        rng=rng,
        vacating=Vacating.of(nodes),
        first=bulk_candidates(nodes),
        additions=bulk_additions(nodes),
    )
    climb.run()
    return Found(
        greedy=greedy,
        result=climb.result,
        best=climb.best,
        value=climb.best_value,
        greedy_value=judge.greedy_value,
        candidates=len(climb.tried),
        failed=sum(one.value is None for one in climb.tried),
        sample=sampled(climb.tried, judge.greedy_value, best=climb.best, at_most=settings.trials, rng=rng),
    )


def _seed_of(seed: int, identity: str) -> int:
    """The same for the same function, whatever else is searched beside it, and by how many."""
    return int.from_bytes(hashlib.sha256(f"{seed}\0{identity}".encode()).digest()[:8], "little")
