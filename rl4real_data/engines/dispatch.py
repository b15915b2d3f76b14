"""The dispatch of batches to an engine.

One function, `run_batches`, whatever the engine.

A few batches for each worker are under way, so that none waits and little is lost. Three things go wrong, and are kept
apart. A batch that fails by itself is no matter of the dispatch: its task returns that. A worker that is unfit is asked
no more, its batch goes elsewhere, and the run ends when nobody is left. What the engine loses is given out again.

A worker that raises an error, such as one that does not reach the store, is slow to fail and quick to ask for more. It
is unfit, unless it has done a batch since it last did so: then it may have been an accident, and counts as a loss.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from rl4real_data.core import interruption
from rl4real_data.core.errors import EngineError, HostError
from rl4real_data.engines.engine import Answer, Engine, EngineFault, Raised, Unfit

_LOOK_S: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How often the engine may lose one batch, and how long a batch and an engine without workers are waited for.

    A batch hangs if it takes `slower` times as long as the slowest so far, and `least_s` at least: a worker that waits
    in vain for its store says so before that, of two batches one after the other.
    """

    faults: int = 4
    least_s: float = 300.0
    most_s: float = 4 * 3600.0  # before the first is done: 64 modules of 225 s each
    slower: float = 10.0
    no_worker_s: float = 60.0


@dataclass(slots=True, kw_only=True)
class _Flight:
    """A batch that is under way, or waits to be given out again."""

    batch: Any
    faults: int = 0
    begin: float = 0.0


def accept_all(_: Any) -> None:
    """Of a caller that takes every result."""


def run_batches(
    engine: Engine,
    batches: Iterable[Any],
    *,
    accept: Callable[[Any], Unfit | None] = accept_all,
    say: Callable[[str], None] = lambda _: None,
    patience: Patience | None = None,
) -> Generator[Any]:
    """Yields what the task returned for each batch, as they get done.

    `accept` looks at each result first, and may say that its worker is unfit. HostError if no worker is left that is
    fit, EngineError if the engine is gone or loses one batch again and again.
    """
    dispatch = _Dispatch(engine, batches, accept, say, patience or Patience())
    try:
        yield from dispatch.results()
    finally:
        engine.close()


class _Dispatch:
    """The batches that are under way, and those that are still to be given out."""

    def __init__(
        self,
        engine: Engine,
        batches: Iterable[Any],
        accept: Callable[[Any], Unfit | None],
        say: Callable[[str], None],
        patience: Patience,
    ) -> None:
        self._engine, self._accept, self._say, self._patience = engine, accept, say, patience
        self._fresh = iter(batches)
        self._again: deque[_Flight] = deque()
        self._under_way: dict[Hashable, _Flight] = {}
        self._proven: set[str] = set()  # workers that have done a batch since they last raised an error
        self._slowest_s = 0.0
        self._last_worker = time.monotonic()

    def results(self) -> Iterator[Any]:
        while self._give_out():
            handle = self._engine.wait(_LOOK_S)
            interruption.check()
            self._give_up_what_hangs()
            flight = self._under_way.pop(handle, None) if handle is not None else None
            if handle is None or flight is None:  # one that nobody waits for any longer
                continue
            try:
                answer = self._engine.answer(handle)
            except EngineFault as error:
                self._is_lost(flight, str(error))
                continue
            if isinstance(answer.value, Raised) and answer.worker in self._proven:
                self._proven.remove(answer.worker)
                self._is_lost(flight, f"{answer.worker}: {answer.value.reason}", hint=answer.value.hint)
            elif (unfit := self._unfit(answer)) is not None:
                self._exclude(answer.worker, unfit)
                self._again.append(flight)
            else:
                self._proven.add(answer.worker)
                self._slowest_s = max(self._slowest_s, time.monotonic() - flight.begin)
                yield answer.value

    def _give_out(self) -> bool:
        """Fills the free slots; whether anything is under way or to come."""
        slots = self._engine.slots()
        now = time.monotonic()
        if slots:
            self._last_worker = now
        while len(self._under_way) < slots and (flight := self._next()) is not None:
            flight.begin = time.monotonic()
            self._under_way[self._engine.submit(flight.batch)] = flight
        if slots or self._under_way:
            return bool(self._under_way)
        flight = self._next()
        if flight is None:
            return False
        self._again.appendleft(flight)
        if now - self._last_worker > self._patience.no_worker_s:
            raise EngineError(f"the engine has had no worker for {self._patience.no_worker_s:.0f} s")
        return True

    def _next(self) -> _Flight | None:
        if self._again:
            return self._again.popleft()
        for batch in self._fresh:
            return _Flight(batch=batch)
        return None

    def _is_lost(self, flight: _Flight, reason: str, *, hint: str = "") -> None:
        flight.faults += 1
        if flight.faults > self._patience.faults:
            raise EngineError(
                f"the engine has lost one batch {flight.faults} times, the last time: {reason}", hint=hint
            )
        self._say(f"a batch is given out again ({flight.faults} of {self._patience.faults}): {reason}")
        self._again.append(flight)

    def _give_up_what_hangs(self) -> None:
        patience = self._patience
        limit_s = max(patience.least_s, patience.slower * self._slowest_s) if self._slowest_s else patience.most_s
        now = time.monotonic()
        for handle, flight in list(self._under_way.items()):
            if now - flight.begin > limit_s:
                del self._under_way[handle]
                self._engine.forget(handle)
                self._is_lost(flight, f"nothing is heard of it for {now - flight.begin:.0f} s")

    def _unfit(self, answer: Answer) -> Unfit | Raised | None:
        """Why its worker is asked no more; None for one that has done its batch."""
        if isinstance(answer.value, Unfit | Raised):
            return answer.value
        return self._accept(answer.value)

    def _exclude(self, worker: str, unfit: Unfit | Raised) -> None:
        left = self._engine.exclude(worker)
        self._say(f"{worker} is asked no more: {unfit.reason}")
        if not left:
            hint = unfit.hint if isinstance(unfit, Raised) else ""
            raise HostError(f"no worker is left that is fit; the last one, {worker}: {unfit.reason}", hint=hint)
