"""The expert's answer as the actions of RL4ReAl's agents.

Nodes come in the expert's order. One that it cut is split behind the first use point, of those that are allowed, behind
which a part of another place begins, and so are its pieces. A piece gets the place in which the expert has most of its
uses, if that is free; else the next such place, a slot, or any free register.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator

import numpy as np

from rl4real_data.allocation.allocation import SPILLED
from rl4real_data.allocation.expert import expert_order, require_outcome
from rl4real_data.allocation.places import ROOM
from rl4real_data.episodes.column_values import Fate, Outcome
from rl4real_data.training.agents import AgentName
from rl4real_data.training.function_facts import ColourTable
from rl4real_data.training.function_game import SPLIT_TASK, FunctionGame

EXPERT_COLUMNS = ("node_vreg", "part_node", "part_first", "part_last", "part_place")
"""What is read of an episode beside `FACT_COLUMNS` and the problem's own."""


class ExpertPlay:
    """The expert's next action in one game, which nobody else plays. DatasetError where its answer is not told."""

    def __init__(self, game: FunctionGame, colours: ColourTable) -> None:
        episode = game.facts.episode
        self._game, self._colours = game, colours
        self._outcome = require_outcome(episode)
        (self._fate,) = episode.known_together("node_fate")
        self._parts = episode.edited_parts()
        order = expert_order(episode, game.facts.problem.problem).tolist()
        self._queue = deque(node for node in order if game.facts.is_told[node])
        self._cut: set[tuple[int, int]] = set()
        self._known = len(game.allocation.nodes)
        self._point = -1

    def action(self) -> int:
        """What the agent does whose turn it is."""
        game = self._game
        if game.agent is AgentName.SELECT_NODE:
            made = range(self._known, len(game.allocation.nodes))
            self._queue.extendleft(reversed(made))
            self._known = len(game.allocation.nodes)
            return game.view.place_of(self._queue.popleft())
        if game.agent is AgentName.SELECT_TASK:
            self._point = self._cut_of(game.node)
            return SPLIT_TASK if self._point >= 0 else 0
        return self._point if game.agent is AgentName.SPLIT_NODE else self._colour_of(game.node)

    def _cut_of(self, node: int) -> int:
        """The use point behind which the node is to be split, -1 for none."""
        one = self._game.allocation.nodes[node]
        if not self._fate[one.origin] & Fate.SPLIT:
            return -1
        uses = [use.place >> ROOM for use in one.piece.uses]
        for point in self._changes(one.origin, uses):
            key = one.origin, one.piece.uses[point].place
            if key not in self._cut and self._game.view.split_mask(node)[point]:
                self._cut.add(key)
                return point
        return -1

    def _changes(self, origin: int, uses: list[int]) -> list[int]:
        """The use points behind which a part of another place begins, and in front of the last one."""
        own = self._parts.of_node(origin)
        place = self._parts.place[own]
        firsts = self._parts.first[own][np.flatnonzero(place[1:] != place[:-1]) + 1]
        behind = np.searchsorted(2 * np.array(uses) + 1, firsts, side="right") - 1
        return [point for point in np.unique(behind).tolist() if 0 <= point < len(uses) - 1]

    def _colour_of(self, node: int) -> int:
        allowed = self._game.allocation.choices(node)
        for choice in self._wishes(node):
            if allowed[choice]:
                return self._colour(choice)
        return self._colour(1 + int(np.argmax(allowed[1:]))) if allowed[1:].any() else 0

    def _colour(self, choice: int) -> int:
        return int(self._colours.of_column[choice - 1]) if choice != SPILLED else 0

    def _wishes(self, node: int) -> Iterator[int]:
        """Choices, the best first."""
        one = self._game.allocation.nodes[node]
        columns = self._colours.registers.column_of
        outcome, assigned = self._outcome[one.origin], self._game.facts.episode.node_assigned[one.origin]
        if outcome == Outcome.ASSIGNED and columns[assigned] >= 0:
            yield 1 + int(columns[assigned])
        elif outcome != Outcome.ELIMINATED:
            for place in self._places_of(node):
                yield 1 + int(columns[place]) if place > 0 and columns[place] >= 0 else SPILLED
            yield SPILLED

    def _places_of(self, node: int) -> list[int]:
        """The places in which the expert has the node's use points, by executions; all slots are one, 0."""
        one = self._game.allocation.nodes[node]
        frequency = self._game.facts.problem.graph.frequency
        positions = np.array([2 * (use.place >> ROOM) + (not use.needs) for use in one.piece.uses], np.int64)
        places = self._parts.places_at(np.full(len(positions), one.origin), positions)
        found: dict[int, float] = defaultdict(float)
        for place, use in zip(places.tolist(), one.piece.uses, strict=True):
            found[max(place, 0)] += float(frequency[use.block])
        return sorted(found, key=lambda place: -found[place])
