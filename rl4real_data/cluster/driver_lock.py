"""The lock of a run in its store.

One driver at a time.

A bucket has no locks that die with their owner. So a driver beats: it writes a number that grows. Whoever finds a beat
waits a little longer than one lasts; if the number has not changed by then, its writer is dead. No clock of any host
has a say in it. Two drivers that get past each other do the same work twice, and spoil nothing.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from typing import Final
from uuid import uuid4

from rl4real_data.cluster.layout import DRIVER
from rl4real_data.cluster.store import Store
from rl4real_data.core.errors import StoreError

BEAT_S: Final = 3.0
_PATIENCE: Final = 2.5
"""So many beats without a change are a death."""
_LAST_BEAT_S: Final = 5.0
"""How long a beat under way is waited for at the end."""


@contextlib.contextmanager
def driving(store: Store, *, beat_s: float = BEAT_S) -> Iterator[None]:
    """Holds the run while the body runs. StoreError if another driver does."""
    _refuse_other_driver(store, beat_s)
    beat = _Beat(store, beat_s)
    beat.write()
    if _driver_of(store) != beat.owner:
        raise _other(store)
    thread = threading.Thread(target=beat.go_on, daemon=True)
    thread.start()
    try:
        yield
    finally:
        beat.end.set()
        thread.join(_LAST_BEAT_S)
        if not thread.is_alive():  # else the store says nothing: the next one waits for a moment, and takes it over
            with contextlib.suppress(StoreError):
                if _driver_of(store) == beat.owner:
                    store.remove(DRIVER)


class _Beat:
    def __init__(self, store: Store, beat_s: float) -> None:
        self._store, self._beat_s = store, beat_s
        self.owner = uuid4().hex
        self._number = 0
        self.end = threading.Event()

    def write(self) -> None:
        self._number += 1
        told = {"owner": self.owner, "host": socket.gethostname(), "process": os.getpid(), "beat": self._number}
        self._store.write(DRIVER, json.dumps(told).encode())

    def go_on(self) -> None:
        while not self.end.wait(self._beat_s):
            with contextlib.suppress(StoreError):  # what needs the store says so itself
                self.write()


def _refuse_other_driver(store: Store, beat_s: float) -> None:
    found = store.read_if_there(DRIVER)
    if found is None:
        return
    until = time.monotonic() + _PATIENCE * beat_s
    while time.monotonic() < until:
        time.sleep(beat_s / 4)
        if store.read_if_there(DRIVER) != found:
            if store.read_if_there(DRIVER) is None:
                return
            raise _other(store)


def _driver_of(store: Store) -> str:
    try:
        return str(json.loads(store.read_if_there(DRIVER) or b"{}").get("owner", ""))
    except (ValueError, AttributeError):
        return ""


def _other(store: Store) -> StoreError:
    return StoreError(f"{store}: another run drives it", hint="wait for it, or choose another --run")
