"""The store of a run, on a disk; tests/integration has a bucket."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from rl4real_data.cluster import driver_lock
from rl4real_data.cluster.archive import make_archive, read_archive
from rl4real_data.cluster.driver_lock import driving
from rl4real_data.cluster.store import _SILENT_S, Store
from rl4real_data.core.errors import StoreError
from rl4real_data.engines.dispatch import Patience


def test_files_come_back_as_they_were_written(tmp_path: Path) -> None:
    store = Store(f"file://{tmp_path}/run")
    store.write("parts/a.json", b"one")
    store.write("parts/a.json", b"two")
    store.write("parts/b.json", b"")

    assert (store.read("parts/a.json"), store.read_if_there("parts/c.json")) == (b"two", None)
    assert store.names("parts") == {"a.json", "b.json"}
    store.remove("parts/a.json")
    store.remove("parts/a.json")
    assert (store.names("parts"), store.names("tasks")) == ({"b.json"}, frozenset())


def test_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Store(str(tmp_path)).read("run.json")


def test_store_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file")
    with pytest.raises(StoreError, match=r"run: cannot write parts/a: (Not a directory|File exists)") as raised:
        Store(str(tmp_path / "run")).write("parts/a", b"")

    assert "run the same command again: it resumes" in raised.value.hint


def test_kind_of_url_that_nobody_knows() -> None:
    with pytest.raises(StoreError, match="nonsense://x"):
        Store("nonsense://x/y")


@pytest.mark.parametrize("url", ["", "file://", "s3://", "s3:///"])
def test_url_that_names_nothing(url: str) -> None:
    """The folder in which the command was typed is nobody's store."""
    with pytest.raises(StoreError, match="names no folder and no bucket"):
        Store(url)


@pytest.mark.large
def test_bucket_that_says_nothing_is_given_up_twice_before_a_batch_counts_as_one_that_hangs() -> None:
    remote: Any = Store("s3://bucket/run")._remote
    config = remote.config_kwargs
    given_up_s = remote.retries * (1 + config["retries"]["max_attempts"]) * config["read_timeout"]

    assert 60 < given_up_s < _SILENT_S
    assert Patience().least_s > 2 * _SILENT_S


def test_words_of_a_store_that_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(5, "An error occurred (InsufficientStorage): no room")

    store = Store("memory://bucket/run")
    monkeypatch.setattr(store._remote, "pipe_file", refuse)
    with pytest.raises(StoreError, match=r"run: cannot write plan\.json: An error occurred \(Insuff.*\): no room\n"):
        store.write("plan.json", b"")


def test_archive_tells_nothing_but_its_files() -> None:
    files = {"b.json": b"two", "a.arrow": b"", "a.json": bytes(range(256)) * 9}

    assert make_archive(files) == make_archive(dict(reversed(files.items())))
    assert read_archive(make_archive(files), name="x") == files


def test_archive_that_is_none() -> None:
    with pytest.raises(StoreError, match="x: is damaged"):
        read_archive(b"no tar file", name="x")


def test_second_driver_is_refused_and_a_dead_one_replaced(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    with (
        driving(store, beat_s=0.05),
        pytest.raises(StoreError, match="another run drives it"),
        driving(store, beat_s=0.4),
    ):
        pass
    assert store.read_if_there("driver.json") is None
    store.write("driver.json", b'{"owner": "somebody who was killed", "beat": 7}')
    with driving(store, beat_s=0.05):
        pass


def test_a_store_that_says_nothing_is_not_waited_for_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What failed has waited for it already."""
    monkeypatch.setattr(driver_lock, "_LAST_BEAT_S", 0.05)
    store, asked, answered = Store(str(tmp_path)), threading.Event(), threading.Event()

    def hang(*_: object) -> None:
        asked.set()
        answered.wait()

    def lose_the_store() -> None:
        with driving(store, beat_s=0.05):
            monkeypatch.setattr(store, "write", hang)
            monkeypatch.setattr(store, "read_if_there", hang)
            assert asked.wait(timeout=60)
            raise StoreError("cannot read parts/a.json")

    with pytest.raises(StoreError, match="cannot read"):
        lose_the_store()
    answered.set()
    assert (tmp_path / "driver.json").exists()
