"""The search for a play of RL4ReAl's agents that costs less than the expert's.

Greedy splits around regions, and RL4ReAl's agents behind single use points: what they can repeat of greedy's answer
costs more than greedy's own. Hill climbing from a plain play finds one that costs less: what up to three nodes become
is changed by chance, and it is gone on from where that costs less, or little more.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from rl4real_data.allocation.allocation import SPILLED
from rl4real_data.allocation.answer_backend import EpisodeBackend
from rl4real_data.allocation.answer_costs import weighted_cost
from rl4real_data.allocation.split_allocation import LiveNode
from rl4real_data.training.function_facts import ColourTable, FunctionFacts
from rl4real_data.training.function_game import FunctionGame
from rl4real_data.training.plain_play import NO_CHANGES, Change, Changes, PlainPlay
from rl4real_data.training.sizes import AgentSizes

_LESS: Final = 1e-6
_DEARER: Final = 0.003
_FIRST: Final = 0.3
_BACK: Final = 0.35
"""How often a node that is changed is left as in the plain play again: only what is needed stays changed."""
_IN_VAIN: Final = 600
"""After so many plays that were no better than the best one no more are tried."""
_CHANGES_AT_ONCE: Final = (1, 1, 1, 2, 2, 3)


@dataclass(slots=True, kw_only=True)
class _Best:
    """The cheapest play of one function so far.

    `nodes`: those that it had in the end. `tried`: plays, of which the last `in_vain` were no better.
    """

    changes: Changes
    cost: float
    nodes: list[LiveNode]
    tried: int = 0
    in_vain: int = 0


def _is_better(one: _Best, other: _Best) -> bool:
    """Whether it costs less, or as much with fewer changes: what changes nothing only makes the play hard to learn."""
    close = _LESS * (1.0 + other.cost)
    if one.cost < other.cost - close:
        return True
    return one.cost <= other.cost + close and len(one.changes) < len(other.changes)


@dataclass(slots=True, kw_only=True)
class PlaySearch:
    """Keeps the cheapest play of each function. `plays`: so many are tried whenever a function comes.

    Costs are the episode's. What is found belongs to the seed, the function, and how often it came.
    """

    colours: ColourTable
    sizes: AgentSizes
    plays: int
    seed: int = 0
    _best: dict[str, _Best] = field(default_factory=dict)

    def changes(self, facts: FunctionFacts) -> Changes:
        """What the cheapest play changes of the plain one, after some more tries."""
        name = facts.episode.episode_id
        best = self._best.get(name) or self._play(facts, NO_CHANGES)
        chance = random.Random(f"{self.seed} {name} {best.tried}")
        at = best
        for _ in range(self.plays if best.in_vain < _IN_VAIN else 0):
            tried, in_vain = best.tried + 1, best.in_vain + 1
            found = self._play(facts, self._changed(facts, at, chance))
            if found.cost <= at.cost + chance.expovariate(1 / _DEARER) * (1.0 + at.cost):
                at = found
            if _is_better(found, best):
                best, in_vain = found, 0
            best.tried, best.in_vain = tried, in_vain
        self._best[name] = best
        return best.changes

    def cost(self, facts: FunctionFacts) -> float:
        """Of the cheapest play so far, which `changes` has found."""
        return self._best[facts.episode.episode_id].cost

    def _play(self, facts: FunctionFacts, changes: Changes) -> _Best:
        game = FunctionGame(facts, self.colours, self.sizes)
        play = PlainPlay(game, self.colours, changes)
        while not game.is_over:
            game.act(play.action())
        cost = weighted_cost(EpisodeBackend().costs_of(facts.episode, game.allocation).costs)
        nodes = [one for one in game.allocation.nodes if one.piece.uses]
        names = {one.name for one in nodes}
        kept = {name: change for name, change in changes.items() if name in names}
        return _Best(changes=kept, cost=cost, nodes=nodes)

    def _changed(self, facts: FunctionFacts, best: _Best, chance: random.Random) -> Changes:
        """A neighbour of the best play."""
        changes = dict(best.changes)
        for _ in range(chance.choice(_CHANGES_AT_ONCE)):
            node = chance.choice(best.nodes)
            if node.name in changes and chance.random() < _BACK:
                del changes[node.name]
            else:
                changes[node.name] = _any_change(facts, node, chance)
        return changes


def _any_change(facts: FunctionFacts, node: LiveNode, chance: random.Random) -> Change:
    kind, is_first = chance.random(), chance.random() < _FIRST
    if kind < 0.4:
        return Change(point=chance.randrange(len(node.piece.uses)), is_first=is_first)
    if kind < 0.55:
        return Change(is_first=is_first)
    if kind < 0.75:
        return Change(choice=SPILLED, is_first=is_first)
    columns = np.flatnonzero(facts.problem.problem.allowed[node.origin])
    choice = 1 + int(columns[chance.randrange(len(columns))]) if len(columns) else None
    return Change(choice=choice, is_first=is_first)
