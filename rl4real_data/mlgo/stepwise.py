"""A compiler that stops at each decision, for whoever decides from outside.

The compiler runs in a thread of its own, whose policy waits for the decision; a compiler that is given up is killed.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from rl4real_data.mlgo.channel_host import Answer
from rl4real_data.mlgo.tensors import Header

Outcome = TypeVar("Outcome")


class _GivenUp(Exception):
    """Nobody wants the rest of this compilation; raised in its thread, it ends the compiler."""


class Stepwise(Generic[Outcome]):
    """One compilation: `compile_with` compiles with the policy that it is given, and returns what came of it."""

    def __init__(self, compile_with: Callable[[Waiting], Outcome]) -> None:
        self._policy = Waiting()
        self._outcome: Outcome | None = None
        self._error: BaseException | None = None
        self._compile = compile_with
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def header(self) -> Header | None:
        """None before the compiler has described its observations."""
        return self._policy.header

    @property
    def context(self) -> str:
        """The function that the compiler is about; empty where it tells none."""
        return self._policy.context

    def next(self) -> bytes | None:
        """The observation that is to be decided on; None at the end. What the compilation raised is raised here."""
        seen = self._policy.asked.get()
        if seen is None:
            self._thread.join()
            if self._error is not None:
                raise self._error
        return seen

    def decide(self, decision: float) -> None:
        """Lets the compiler go on."""
        self._policy.decided.put(decision)

    @property
    def outcome(self) -> Outcome:
        """What came of it; there is one after the end."""
        assert self._outcome is not None, "the compilation has not ended"
        return self._outcome

    def give_up(self) -> None:
        """Ends the compiler, whatever it is about."""
        self._policy.decided.put(None)
        self._thread.join()

    def _run(self) -> None:
        try:
            self._outcome = self._compile(self._policy)
        except _GivenUp:
            pass
        except BaseException as error:  # noqa: BLE001 - raised again where the next observation is waited for
            self._error = error
        finally:
            self._policy.asked.put(None)


class Waiting:
    """The policy of the compiler's thread."""

    def __init__(self) -> None:
        self.header: Header | None = None
        self.context = ""
        self.asked: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self.decided: queue.SimpleQueue[float | None] = queue.SimpleQueue()

    def enter(self, context: str) -> None:
        """The questions that follow are about this function."""
        self.context = context

    def begin(self, header: Header) -> Answer:
        self.header = header

        def answer(observation: bytes) -> float:
            self.asked.put(observation)
            decision = self.decided.get()
            if decision is None:
                raise _GivenUp
            return decision

        return answer
