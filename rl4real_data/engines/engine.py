"""The interface of an engine.

What carries out the tasks of a run, here or on other machines.

A new engine is one file with such a class, and one row in `engines.py`. How many tasks are under way, what is done
again and who is not asked any more is decided once for all engines, in `dispatch.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from rl4real_data.core.errors import Rl4realError

Task: TypeAlias = Callable[[Any], Any]
"""What is done with each batch. It can be pickled, may be done twice, and returns an `Unfit` for its host's fault."""


class EngineFault(Exception):
    """A task of which nothing is known: its worker died, or the engine lost it. It is given out again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfit:
    """Why a worker cannot do its task: its machine lacks something, and nobody blames the task."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """What a task raised on a worker, as it travels: `reason` and what to do next, if the error says so."""

    reason: str
    hint: str = ""

    @classmethod
    def of(cls, error: BaseException) -> Raised:
        if isinstance(error, Rl4realError):
            return cls(reason=str(error), hint=error.hint)
        return cls(reason=f"{type(error).__name__}: {error}")


def attempt(task: Task, batch: Any) -> Any:
    """On a worker: what the task returns, or a `Raised`: so it is known whose it is."""
    try:
        return task(batch)
    except Exception as error:  # noqa: BLE001 - the worker's boundary: another worker may do better
        return Raised.of(error)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of a task, perhaps a `Raised`, and who did it."""

    worker: str
    value: Any


class Engine(Protocol):
    """Carries out one task on many batches. An engine is open until `close`, which leaves nothing running here."""

    def slots(self) -> int:
        """How many batches are to be under way; 0 while there is nobody to do them. EngineError if it is gone."""

    def submit(self, batch: Any) -> Hashable:
        """Gives a batch out; what is returned stands for it."""

    def wait(self, timeout_s: float) -> Hashable | None:
        """One that is over; None if there is none in that time."""

    def answer(self, handle: Hashable) -> Answer:
        """What became of one that is over. EngineFault."""

    def forget(self, handle: Hashable) -> None:
        """Nobody waits for that one any longer: whoever has it, hangs, and is asked no more."""

    def exclude(self, worker: str) -> int:
        """Asks that worker no more. How many are left."""

    def close(self) -> None:
        """Ends what was begun here."""
