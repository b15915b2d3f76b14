"""The Dask engine beside a client that is played; tests/integration has a real one."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from rl4real_data.core.errors import EngineError
from rl4real_data.engines.dask import DaskEngine
from rl4real_data.engines.dispatch import run_batches

WHERE = "tcp://scheduler:8786"


class PlayedClient:
    """One worker, until its scheduler is `lost`: then it is closed, and has forgotten where that was."""

    def __init__(self, *_: object, **__: object) -> None:
        self.status = "running"
        self.scheduler: Any = SimpleNamespace(address=WHERE)
        self.dashboard_link = ""
        self.breaks = ""

    def lose(self) -> None:
        self.status, self.scheduler = "closed", None

    def _break(self, what: str) -> None:
        if self.breaks == what:
            self.lose()
            raise OSError("Comm closed")

    def scheduler_info(self, n_workers: int) -> dict[str, Any]:  # noqa: ARG002 - its name
        self._break("scheduler_info")
        return {"workers": {"tcp://worker:1": {"nthreads": 1}}}

    def submit(self, *_: object, key: str, **__: object) -> Any:
        self._break("submit")
        return SimpleNamespace(key=key, add_done_callback=lambda _: None, cancel=lambda: None)

    def processing(self) -> dict[str, Any]:
        self._break("processing")
        return {}

    def close(self, timeout: float) -> None:
        pass


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> DaskEngine:
    monkeypatch.setitem(sys.modules, "distributed", SimpleNamespace(Client=PlayedClient, LocalCluster=None))
    return DaskEngine(str, address=WHERE, workers=1)


@pytest.mark.parametrize("moment", ["scheduler_info", "submit", "processing"])
def test_scheduler_that_dies_is_told_by_its_address(engine: DaskEngine, moment: str) -> None:
    engine._client.breaks = moment
    if moment == "processing":
        engine.forget(engine.submit("a batch"))
    with pytest.raises(EngineError, match=f"the Dask scheduler at {WHERE} does not answer any more") as raised:
        list(run_batches(engine, ["a batch"]))

    assert "run the same command again: it resumes" in raised.value.hint
