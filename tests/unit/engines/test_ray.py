"""The Ray engine, where there is no cluster to be had."""

from __future__ import annotations

import socket

import pytest

from rl4real_data.core.errors import EngineError
from rl4real_data.engines import ray as ray_engine

pytestmark = pytest.mark.large


def test_cluster_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray_engine, "_CONNECT_S", 1.0)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(EngineError, match=rf"no Ray cluster answers at {address}: nothing is heard for 1 s"):
            ray_engine.RayEngine(str, address=address, workers=1)
