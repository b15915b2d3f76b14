"""The policy that colours at random, within what is allowed, and splits now and then."""

from __future__ import annotations

import random
from typing import Final

from rl4real_data.live.answers import Answer, Split
from rl4real_data.live.colours import Colours
from rl4real_data.live.function_graph import FunctionGraph

_MOST_SPLITS: Final = 10
"""RL4ReAl's bound of an episode."""


class RandomPolicy:
    """The same seed and the same functions in the same order give the same decisions."""

    def __init__(self, colours: Colours, *, seed: int = 0, split: float = 0.2, spill: float = 0.1) -> None:
        self._colours = colours
        self._chance = random.Random(seed)
        self._split, self._spill = split, spill

    def answer(self, graph: FunctionGraph) -> Answer:
        """A split with probability `split`, as long as there are fewer than ten; else colours."""
        points = [(node.id, point) for node in graph.nodes.values() for point in node.split_slots]
        may_split = graph.splits < _MOST_SPLITS and not graph.is_refused
        if points and may_split and self._chance.random() < self._split:
            return Split(*self._chance.choice(points))
        return self._coloured(graph)

    def _coloured(self, graph: FunctionGraph) -> dict[int, int]:
        given: dict[int, int] = {}
        order = list(graph.nodes)
        self._chance.shuffle(order)
        for node in order:
            allowed = self._colours.allowed(graph, node, given)
            is_left = not allowed or self._chance.random() < self._spill
            given[node] = 0 if is_left else self._chance.choice(allowed)
        return given
