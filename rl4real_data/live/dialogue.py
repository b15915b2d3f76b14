"""The model's side of RL4ReAl's inference: messages come in, a policy is asked, numbers go out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from rl4real_data.live.answers import LivePolicy, Split, numbers_of
from rl4real_data.live.function_graph import Fields, FunctionGraph

_MOST_REFUSED: Final = 100
"""A policy that asks for splits in vain would do so for ever."""


class Dialogue:
    """What a server asks for each message of a compiler. A policy that fails leaves the function to greedy.

    `say` is told of that, once for each kind of failure, and `functions` counts what was asked about.
    """

    def __init__(self, policy: LivePolicy, *, say: Callable[[str], None]) -> None:
        self._policy = policy
        self._say = say
        self._graph = FunctionGraph()
        self._refused = 0
        self._said: set[str] = set()
        self.functions = 0

    def __call__(self, message: Fields) -> list[int]:
        try:
            is_new = self._graph.take(message)
        except (ValueError, KeyError, TypeError) as error:
            return self._give_up(f"a message that is none of RL4ReAl's inference: {error}")
        self.functions += is_new
        self._refused = self._refused + 1 if self._graph.is_refused else 0
        if self._refused > _MOST_REFUSED:
            return self._give_up(f"{_MOST_REFUSED} splits one behind the other were refused")
        try:
            answer = self._policy.answer(self._graph)
            if not (answer is None or isinstance(answer, Split)):
                self._check(dict(answer))
            return numbers_of(answer)
        except Exception as error:  # noqa: BLE001 - the policy may be anybody's code: its failure costs one function
            return self._give_up(f"the policy failed: {type(error).__name__}: {error}")

    def _check(self, colours: dict[int, int]) -> None:
        unknown = [node for node in colours if node not in self._graph.nodes]
        if unknown:
            raise ValueError(f"it coloured node {unknown[0]!r}, which the function does not have")

    def _give_up(self, why: str) -> list[int]:
        if why not in self._said:
            self._said.add(why)
            where = f"{self._graph.function}: " if self._graph.function else ""
            self._say(f"{where}{why}; the function is left to greedy")
        return numbers_of(None)
