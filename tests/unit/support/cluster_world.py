"""Runs of the fake compiler whose state lies in a store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from world import World

from rl4real_data.cluster import host
from rl4real_data.cluster.cluster_flow import run_flow_on_cluster
from rl4real_data.cluster.driver import ClusterChoice
from rl4real_data.cluster.store import Store
from rl4real_data.engines.engines import EngineName
from rl4real_data.flow.run import Console, RunReport


@pytest.fixture(autouse=True)
def this_host(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The hosts of these runs find the fake compiler, and know nothing of earlier runs."""
    monkeypatch.setenv("BUILD_DIR", str(world.fake.build_dir))
    monkeypatch.setenv("RL4REAL_DATA_CACHE", str(world.folder / "cache of the host"))
    monkeypatch.setattr(host, "_hosts", {})
    yield
    host._scratch.close()


def store_of(world: World) -> Store:
    return Store(str(world.folder / "run"))


def run_on_cluster(
    world: World, *, engine: EngineName = EngineName.LOCAL, is_new: bool = False, destination: str = "", **changes: Any
) -> RunReport:
    choice = ClusterChoice(run=str(world.folder / "run"), engine=engine, is_new=is_new, destination=destination)
    say: Callable[[str], None] = changes.pop("say", lambda _: None)
    return run_flow_on_cluster(choice, world.request(**{"jobs": 1, **changes}), Console(say=say))
