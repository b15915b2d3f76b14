"""The model's side of RL4ReAl's inference, in which messages come in and numbers go out."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from rl4real_data.live.answers import LivePolicy, Split, numbers_of
from rl4real_data.live.function_graph import Fields, FunctionGraph

MOST_PEERS: Final = 256
_MOST_REFUSED: Final = 100
"""A policy that asks for splits in vain would do so for ever."""


class Dialogues:
    """The dialogues of one policy with many compilers, at most `MOST_PEERS` of them at a time.

    A policy that fails leaves the function to greedy: `say` is told of that, once for each kind of failure. `functions`
    counts what was asked about. One function is decided on at a time: a policy need not know of threads.
    """

    def __init__(self, policy: LivePolicy, *, say: Callable[[str], None]) -> None:
        self._policy = policy
        self._say = say
        self._said: set[str] = set()
        self._peers: dict[str, _Dialogue] = {}
        self._lock = threading.Lock()
        self.functions = 0

    def for_peer(self, peer: str) -> Callable[[Fields], list[int]]:
        """What is asked for each message of one compiler."""

        def answer(message: Fields) -> list[int]:
            with self._lock:
                dialogue = self._peers.pop(peer, None) or _Dialogue(self._policy, self.report)
                self._peers[peer] = dialogue  # the last one that spoke stands last
                while len(self._peers) > MOST_PEERS:
                    del self._peers[next(iter(self._peers))]
                before = dialogue.functions
                numbers = dialogue.answer(message)
                self.functions += dialogue.functions - before
                return numbers

        return answer

    def report(self, why: str) -> None:
        """Tells of a failure that was not told of before."""
        if why not in self._said:
            self._said.add(why)
            self._say(f"{why}; the function is left to greedy")


class _Dialogue:
    """That with one compiler."""

    def __init__(self, policy: LivePolicy, report: Callable[[str], None]) -> None:
        self._policy = policy
        self._report = report
        self._graph = FunctionGraph()
        self._refused = 0
        self.functions = 0

    def answer(self, message: Fields) -> list[int]:
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
        self._report(why)
        return numbers_of(None)
