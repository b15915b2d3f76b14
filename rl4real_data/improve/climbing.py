"""The search of one function.

All kinds of single decisions come first, then hill climbing by combination.

Everything follows from the seed and the number of candidates; how long a candidate takes decides nothing. The settings
come first, then rules over many nodes on top of the best of them, then single decisions drawn by the prior of their
kinds. Those that helped are added to the best one after the other. From the best few, random steps go on: one decision
less, one more, another one, two more, those of two together, or a callee-saved register less; which decisions they take
is drawn by what helped in this function, and from the singles that came close. At last what the best can do without is
left out.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from rl4real_data.improve.candidate_pool import PRIOR, SETTING, SETTINGS, Candidate, Decision, Pool
from rl4real_data.improve.objective import Judge, is_less
from rl4real_data.improve.vacating import Vacating
from rl4real_data.labels.trial import is_same
from rl4real_data.live.trial_result import TrialResult

TryMany = Callable[[Sequence[Candidate]], Iterable[TrialResult]]

_SINGLES: Final = 0.2
"""Share of the candidates that are single decisions, those that come first among them."""
_ON_SETTINGS: Final = 0.2
"""Share of the candidates that are rules over many nodes on top of a setting: a setting may need one to be allowed."""
_SETTINGS_TAKEN: Final = 2
_VACATING: Final = 0.1
"""Share of the candidates that give up, one after the other, what callee-saved registers the best still has."""
_VACATING_STEPS: Final = 0.5
"""Share of the random steps that give up a callee-saved register of a leader."""
_LAST: Final = 0.04
"""Share of the candidates with which decisions are left out at last."""
_NEAR: Final = 24
"""How many of the first candidates, of different values, are combined again and again, those among them that alone made
the code worse.
"""
_NEAR_SHARE: Final = 0.4
_SHAKE: Final = 0.7
"""How far chance moves a decision in its kind's order, relative to the length."""
_LEADERS: Final = 8
"""How many of the best candidates, of different values, are gone on from: what is second now may lead further."""
_MOST_REPEATED: Final = 300
"""So many steps in a row that lead to what was tried already: a small function has nothing else."""
_ONE_OF_ITS_KIND: Final = frozenset({"assign", "hint", "spill", "weight"})
"""A second one of the same node replaces the first one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A candidate, and what came of it. `value`: None where it failed."""

    number: int
    decisions: Candidate
    result: TrialResult
    value: float | None
    allowed: float | None


@dataclass(slots=True, kw_only=True)
class Climb:
    """One function's search under way: `best` are the decisions with the smallest value so far, at first none, and
    `result` is what they give.
    """

    judge: Judge
    pool: Pool
    try_many: TryMany
    candidates: int
    rng: random.Random
    vacating: Vacating
    first: Sequence[Candidate] = ()
    additions: Sequence[Candidate] = ()
    best: Candidate = ()
    best_value: float = float("inf")
    result: TrialResult = field(init=False)
    tried: list[Tried] = field(default_factory=list)
    _seen: set[Candidate] = field(default_factory=set)
    _kinds: dict[Decision, str] = field(default_factory=dict)
    _weights: dict[str, float] = field(default_factory=dict)
    _leaders: list[Tried] = field(default_factory=list)
    _greedy: float = float("inf")

    def run(self) -> None:
        """Tries so many candidates, or all that the function has."""
        value = self.judge.greedy_value
        assert value is not None, "greedy's own value is known"
        self.best_value = self._greedy = value
        self.result = self.judge.greedy
        self._seen.add(())
        self._kinds = {one: kind for kind, decisions in self.pool.items() for one in decisions}
        self._weights = {kind: PRIOR[kind] for kind, decisions in self.pool.items() if decisions}
        settings = self._try([(one,) for one in SETTINGS])
        first = [*settings, *self._try(self.first)]
        drawn = self._drawn_singles(int(self.candidates * _SINGLES) - len(first))
        first += self._try(self._on_settings(settings))
        singles = self._try(drawn)
        first = sorted([*first, *singles], key=lambda one: (self._order(one), one.number))
        for one in first:
            self._take(one)
        self._add_up([one.decisions for one in first if self._helps(one, value)])
        self._vacate(int(self.candidates * _VACATING))
        self._learn(singles, value)
        near = self._near(first, value)
        self._wander(near, kept_back=int(self.candidates * _LAST))
        self._leave_out()
        self._wander(near)

    @property
    def _left(self) -> int:
        return self.candidates - len(self.tried)

    def _on_settings(self, settings: Sequence[Tried]) -> list[Candidate]:
        """The additions on top of the settings with the least code, whether these are allowed or not."""
        known = [one for one in settings if one.value is not None]
        taken = sorted(known, key=lambda one: (one.value, one.number))[:_SETTINGS_TAKEN]
        most = int(self.candidates * _ON_SETTINGS)
        return [united(one, setting.decisions) for one in self.additions for setting in taken][:most]

    def _drawn_singles(self, count: int) -> list[Candidate]:
        """Each at most once, its kind drawn by the prior; of a kind those in front soon, by chance."""
        left = {kind: self._shaken(self.pool[kind]) for kind in self._weights}
        drawn: list[Candidate] = []
        while left and len(drawn) < count:
            (kind,) = self.rng.choices(list(left), [self._weights[kind] for kind in left])
            drawn.append((left[kind].pop(),))
            if not left[kind]:
                del left[kind]
        return drawn

    def _shaken(self, decisions: Sequence[Decision]) -> list[Decision]:
        """In reverse, since the last one is drawn first."""
        places = {place: place + self.rng.random() * len(decisions) * _SHAKE for place in range(len(decisions))}
        return [decisions[place] for place in sorted(places, key=lambda place: -places[place])]

    def _try(self, candidates: Sequence[Candidate]) -> list[Tried]:
        """Those that are new, as many as are left to be tried."""
        new = [one for one in dict.fromkeys(candidates) if one not in self._seen][: self._left]
        found = []
        for decisions, result in zip(new, self.try_many(new) if new else (), strict=True):
            self._seen.add(decisions)
            value, allowed = self.judge.value(result), self.judge.allowed(result)
            found.append(
                Tried(number=len(self.tried), decisions=decisions, result=result, value=value, allowed=allowed)
            )
            self.tried.append(found[-1])
            self._follow(found[-1])
        return found

    def _order(self, one: Tried) -> float:
        return float("inf") if one.allowed is None else one.allowed

    def _helps(self, one: Tried, greedy: float) -> bool:
        return one.allowed is not None and is_less(one.allowed, greedy)

    def _has_effect(self, one: Tried, greedy: float) -> bool:
        return one.allowed is not None and not is_same(one.allowed, greedy)

    def _take(self, one: Tried) -> bool:
        """Whether it is the best from now on: a smaller value, or as small a one with fewer decisions."""
        if one.allowed is None:
            return False
        is_better = is_less(one.allowed, self.best_value)
        if is_better or (not is_less(self.best_value, one.allowed) and len(one.decisions) < len(self.best)):
            self.best, self.best_value, self.result = one.decisions, one.allowed, one.result
        return is_better

    def _add_up(self, helpful: Sequence[Candidate]) -> None:
        for candidate in helpful:
            if not set(candidate) <= set(self.best):
                for one in self._try([united(candidate, self.best)]):
                    self._take(one)

    def _vacate(self, at_most: int) -> None:
        """Gives up each callee-saved register of the best, and again those of what is the best then."""
        is_better = True
        while is_better and at_most > 0:
            moves = self.vacating.each(self.result.saved)
            found = self._try([united(one, self.best) for one in moves][:at_most])
            at_most -= len(found)
            is_better = any([self._take(one) for one in found])

    def _learn(self, singles: Sequence[Tried], greedy: float) -> None:
        """The kinds that helped more often than others weigh more."""
        for kind in self._weights:
            own = [one for one in singles if self._kinds.get(one.decisions[0]) == kind]
            helped = sum(self._helps(one, greedy) for one in own)
            self._weights[kind] *= 3 * (1 + 6 * helped) / (3 + len(own))

    def _leave_out(self) -> None:
        """Tries the best without each of its decisions: one that changes nothing teaches nothing."""
        for decision in reversed(self.best):
            if decision in self.best:
                for one in self._try([without(self.best, self.best.index(decision))]):
                    self._take(one)

    def _near(self, first: Sequence[Tried], greedy: float) -> list[Candidate]:
        """Of those with an effect the best: what has the same value mostly is the same code."""
        effective = [one for one in first if self._has_effect(one, greedy)]
        return [one.decisions for one in _of_different_values(effective)[:_NEAR]]

    def _wander(self, near: Sequence[Candidate], *, kept_back: int = 0) -> None:
        repeated = 0
        while self._left > kept_back and repeated < _MOST_REPEATED and (self._weights or near):
            candidate, added = self._step(near)
            found = self._try([candidate])
            repeated = 0 if found else repeated + 1
            for one in found:
                if self._take(one) and len(added) == 1 and added[0] in self._kinds:
                    self._weights[self._kinds[added[0]]] *= 1.5

    def _step(self, near: Sequence[Candidate]) -> tuple[Candidate, Candidate]:
        """A neighbour of a leader, and what is new in it."""
        leader, result = self._any_leader()
        if self.rng.random() < _VACATING_STEPS:
            moved = self.vacating.by_chance(result.saved, self.rng)
            if moved:
                return united(moved, leader), ()
        chance = self.rng.random()
        if chance < 0.12 and leader:
            return without(leader, self.rng.randrange(len(leader))), ()
        if chance < 0.24 and leader:
            return united(leader, self._any_leader()[0]), ()
        added = self._pick(near)
        if chance < 0.76 or not leader:
            return united(added, leader), added
        if chance < 0.88:
            return united(added, without(leader, self.rng.randrange(len(leader)))), added
        return united(self._pick(near), united(added, leader)), added

    def _any_leader(self) -> tuple[Candidate, TrialResult]:
        """The better, the more often; greedy alone where nothing is as good."""
        if not self._leaders:
            return (), self.judge.greedy
        leader = self._leaders[int(self.rng.random() ** 2 * len(self._leaders))]
        return leader.decisions, leader.result

    def _follow(self, one: Tried) -> None:
        """Keeps the leaders: of each value the one with the fewest decisions."""
        if one.allowed is None or is_less(self._greedy, one.allowed):
            return
        self._leaders.append(one)
        self._leaders.sort(key=lambda each: (each.allowed, len(each.decisions), each.number))
        self._leaders = _of_different_values(self._leaders)[:_LEADERS]

    def _pick(self, near: Sequence[Candidate]) -> Candidate:
        if near and (self.rng.random() < _NEAR_SHARE or not self._weights):
            return near[int(self.rng.random() ** 2 * len(near))]
        (kind,) = self.rng.choices(list(self._weights), list(self._weights.values()))
        decisions = self.pool[kind]
        return (decisions[int(self.rng.random() ** 1.5 * len(decisions))],)


def _of_different_values(tried: Sequence[Tried]) -> list[Tried]:
    """Of each value the first one; they stand in the order of their values."""
    kept: list[Tried] = []
    for each in tried:
        if not kept or not is_same(each.allowed or 0.0, kept[-1].allowed or 0.0):
            kept.append(each)
    return kept


def with_decision(candidate: Candidate, decision: Decision) -> Candidate:
    """The candidate with one more; what it would contradict is gone."""
    return (*(one for one in candidate if one != decision and not _are_rivals(one, decision)), decision)


def united(candidate: Candidate, other: Candidate) -> Candidate:
    """All of the candidate, and what of the other one does not contradict it."""
    for decision in candidate:
        other = with_decision(other, decision)
    return other


def without(candidate: Candidate, place: int) -> Candidate:
    return (*candidate[:place], *candidate[place + 1 :])


def _are_rivals(one: Decision, other: Decision) -> bool:
    is_single = one[0] in _ONE_OF_ITS_KIND or one[0] == SETTING
    return is_single and one[:2] == other[:2]
