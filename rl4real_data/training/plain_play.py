"""A plain way to play RL4ReAl's game, and single changes of it.

The heaviest node comes first. It stays whole and gets the free register of the smallest colour, or else a slot. What
agents see decides that, so that only the changes are to be learned.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from rl4real_data.allocation.allocation import SPILLED
from rl4real_data.allocation.split_allocation import DecisionWord
from rl4real_data.training.agents import AgentName
from rl4real_data.training.function_facts import ColourTable
from rl4real_data.training.function_game import SPLIT_TASK, FunctionGame


@dataclass(frozen=True, slots=True)
class Change:
    """What one node becomes instead: split behind use point `point`; -1: it stays whole.

    `choice`: of a whole one, 0 spilled, or 1 + column of the register; None: as without the change. What is not allowed
    when its turn comes counts for nothing. `is_first`: its turn comes before that of all other nodes.
    """

    point: int = -1
    choice: int | None = None
    is_first: bool = False


Changes = Mapping[DecisionWord, Change]
"""By the name of the node."""
NO_CHANGES: Final[Changes] = MappingProxyType({})
_NO_CHANGE: Final = Change()


class PlainPlay:
    """The next action in one game, which nobody else plays."""

    def __init__(self, game: FunctionGame, colours: ColourTable, changes: Changes = NO_CHANGES) -> None:
        self._game, self._colours, self._changes = game, colours, changes

    def action(self) -> int:
        """What the agent does whose turn it is."""
        game = self._game
        if game.agent is AgentName.SELECT_NODE:
            return self._next_place()
        change = self._change(game.node)
        if game.agent is AgentName.SELECT_TASK:
            mask = game.view.split_mask(game.node)
            return SPLIT_TASK if 0 <= change.point < len(mask) and mask[change.point] else 0
        return change.point if game.agent is AgentName.SPLIT_NODE else self._colour_of(game.node, change)

    def _change(self, node: int) -> Change:
        return self._changes.get(self._game.allocation.nodes[node].name, _NO_CHANGE)

    def _next_place(self) -> int:
        """Of nodes that weigh the same the one at the first place."""
        view = self._game.view
        return max(view.open_places(), key=lambda place: self._rank(view.node_at(place)))

    def _rank(self, node: int) -> tuple[bool, float]:
        return self._change(node).is_first, self._game.allocation.nodes[node].weight

    def _colour_of(self, node: int, change: Change) -> int:
        allowed = self._game.allocation.choices(node)
        if change.choice is not None and allowed[change.choice]:
            choice = change.choice
        else:
            free = np.flatnonzero(allowed[1:])
            choice = 1 + int(free[np.argmin(self._colours.of_column[free])]) if len(free) else SPILLED
        return int(self._colours.of_column[choice - 1]) if choice != SPILLED else 0
