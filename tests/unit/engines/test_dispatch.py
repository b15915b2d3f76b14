"""The dispatch of batches, with an engine that does as it is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from typing import Any

import pytest

from rl4real_data.core.errors import EngineError, HostError, StoreError
from rl4real_data.engines.dispatch import Patience, run_batches
from rl4real_data.engines.engine import Answer, EngineFault, Raised, Unfit, attempt

Behaviour = Callable[[str, int], Any]
"""What becomes of a batch with a worker: a value, an exception to raise, or None for nothing ever."""


class PlayedEngine:
    """Workers that answer at once, each in turn; what they answer is `behave(worker, batch)`."""

    def __init__(self, workers: list[str], behave: Behaviour) -> None:
        self.workers, self.behave = workers, behave
        self.given: list[tuple[str, int]] = []
        self.over: list[int] = []
        self.most = 0
        self.forgotten: list[int] = []
        self.is_closed = False

    def slots(self) -> int:
        return 2 * len(self.workers)

    def submit(self, batch: int) -> Hashable:
        handle = len(self.given)
        self.given.append((self.workers[handle % len(self.workers)], batch))
        if self.behave(*self.given[handle]) is not None:
            self.over.append(handle)
        self.most = max(self.most, len(self.over))
        return handle

    def wait(self, timeout_s: float) -> Hashable | None:  # noqa: ARG002 - it never waits
        return self.over.pop() if self.over else None

    def answer(self, handle: Hashable) -> Answer:
        assert isinstance(handle, int)
        worker, batch = self.given[handle]
        value = self.behave(worker, batch)
        if isinstance(value, Exception):
            raise value
        return Answer(worker=worker, value=value)

    def forget(self, handle: Hashable) -> None:
        assert isinstance(handle, int)
        self.forgotten.append(handle)
        self.exclude(self.given[handle][0])

    def exclude(self, worker: str) -> int:
        if worker in self.workers:
            self.workers.remove(worker)
        return len(self.workers)

    def close(self) -> None:
        self.is_closed = True


def test_every_batch_once_and_few_at_a_time() -> None:
    engine = PlayedEngine(["a", "b"], lambda _, batch: 10 * batch)

    assert sorted(run_batches(engine, range(50))) == [10 * batch for batch in range(50)]
    assert (len(engine.given), engine.most, engine.is_closed) == (50, 4, True)


def test_worker_that_is_unfit_is_asked_no_more_and_its_batches_go_elsewhere() -> None:
    said: list[str] = []
    engine = PlayedEngine(["bad", "good"], lambda worker, batch: Unfit(reason="no clang") if worker == "bad" else batch)

    assert sorted(run_batches(engine, range(20), say=said.append)) == list(range(20))
    assert said[0] == "bad is asked no more: no clang"
    assert sum(worker == "bad" for worker, _ in engine.given) <= 4  # as many as are under way at a time


def test_run_ends_when_nobody_is_fit() -> None:
    engine = PlayedEngine(["a", "b"], lambda *_: Unfit(reason="a full disk"))
    with pytest.raises(HostError, match=r"no worker is left that is fit; the last one, .: a full disk"):
        list(run_batches(engine, range(20)))

    assert engine.is_closed


def test_result_that_is_not_accepted_is_the_fault_of_its_worker() -> None:
    engine = PlayedEngine(["bad", "good"], lambda worker, batch: (worker, batch))
    results = run_batches(
        engine, range(20), accept=lambda result: Unfit(reason="other headers") if result[0] == "bad" else None
    )

    assert sorted(results) == [("good", batch) for batch in range(20)]


def test_batch_that_the_engine_loses_is_given_out_again_four_times() -> None:
    lost: Counter[int] = Counter()

    def lose(_: str, batch: int) -> Any:
        return EngineFault("its worker died") if batch == 3 and lost[batch] < 4 else batch

    class Losing(PlayedEngine):
        def answer(self, handle: Hashable) -> Answer:
            try:
                return super().answer(handle)
            except EngineFault:
                lost[3] += 1
                raise

    assert sorted(run_batches(Losing(["a"], lose), range(6))) == list(range(6))
    assert lost[3] == 4


def test_batch_that_the_engine_always_loses_ends_the_run() -> None:
    engine = PlayedEngine(["a"], lambda _, batch: EngineFault("KilledWorker") if batch == 3 else batch)
    with pytest.raises(EngineError, match="has lost one batch 5 times, the last time: KilledWorker") as raised:
        list(run_batches(engine, range(6)))

    assert raised.value.exit_code == 1
    assert engine.is_closed


def test_batch_of_which_nothing_is_heard_goes_elsewhere() -> None:
    engine = PlayedEngine(["hangs", "works"], lambda worker, batch: None if worker == "hangs" else batch)
    patience = Patience(least_s=0.01, slower=0.01)

    assert sorted(run_batches(engine, range(6), patience=patience)) == list(range(6))
    assert engine.forgotten


def test_engine_without_workers_is_waited_for_and_then_given_up() -> None:
    engine = PlayedEngine([], lambda _, batch: batch)
    with pytest.raises(EngineError, match="has had no worker for 0 s"):
        list(run_batches(engine, range(3), patience=Patience(no_worker_s=0.02)))


def test_no_batches_need_no_worker() -> None:
    assert list(run_batches(PlayedEngine([], lambda *_: 1), [])) == []


def refuse(_: object) -> None:
    raise StoreError("s3://bucket/run: cannot read parts: Forbidden", hint="check the credentials")


def test_worker_that_does_not_reach_the_store_ends_no_run() -> None:
    """It fails at once and asks for more: without this, each batch comes to it again and again."""
    said: list[str] = []
    engine = PlayedEngine(["bad", "good"], lambda worker, batch: attempt(refuse, 0) if worker == "bad" else batch)

    assert sorted(run_batches(engine, range(20), say=said.append)) == list(range(20))
    assert said[0] == "bad is asked no more: s3://bucket/run: cannot read parts: Forbidden"
    assert sum(worker == "bad" for worker, _ in engine.given) <= 4


def test_store_that_no_worker_reaches() -> None:
    engine = PlayedEngine(["a", "b"], lambda *_: attempt(refuse, 0))
    with pytest.raises(HostError, match=r"no worker is left that is fit; the last one, .: s3://bucket/run") as raised:
        list(run_batches(engine, range(20)))

    assert raised.value.hint == "check the credentials"


def test_worker_that_raises_an_error_now_and_then_is_asked_on() -> None:
    failed: list[int] = []

    class Failing(PlayedEngine):
        def answer(self, handle: Hashable) -> Answer:
            answer = super().answer(handle)
            if answer.value in (3, 6) and answer.value not in failed:
                failed.append(answer.value)
                return Answer(worker=answer.worker, value=Raised(reason="an accident"))
            return answer

    said: list[str] = []
    engine = Failing(["a"], lambda _, batch: batch)
    assert sorted(run_batches(engine, range(9), say=said.append)) == list(range(9))
    assert said[0] == "a batch is given out again (1 of 4): a: an accident"


def test_error_that_is_none_of_ours_is_told_by_its_kind() -> None:
    assert attempt(int, "x") == Raised(reason="ValueError: invalid literal for int() with base 10: 'x'")
