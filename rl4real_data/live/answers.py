"""The answers of a policy about a function, and the numbers that say so to a compiler."""

from __future__ import annotations

__all__ = ["Answer", "LivePolicy", "Split"]

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from rl4real_data.live.function_graph import FunctionGraph

GIVE_UP: Final = (-1,)
_SPLIT: Final = 0
_COLOURS: Final = 1


@dataclass(frozen=True, slots=True)
class Split:
    """Split the node's live range behind one of its use points, and ask again."""

    node: int
    point: int


Answer = Split | Mapping[int, int] | None
"""A split; the colour of each node, 0 for none; or None: LLVM's greedy allocator decides on the function."""


class LivePolicy(Protocol):
    """Decides on functions one after the other."""

    def answer(self, graph: FunctionGraph) -> Answer:
        """What is to be done with the function; asked again after a split, done or refused."""
        ...


def numbers_of(answer: Answer) -> list[int]:
    """The answer as RL4ReAl's inference has it: [0, node, point], [1, node, colour, …] or [-1]."""
    if answer is None:
        return list(GIVE_UP)
    if isinstance(answer, Split):
        return [_SPLIT, int(answer.node), int(answer.point)]
    return [_COLOURS, *(int(number) for pair in answer.items() for number in pair)]
