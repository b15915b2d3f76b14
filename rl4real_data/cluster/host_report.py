"""The reports of a run's hosts.

Small files in the store say what each process has done so far, for whoever watches.

Nothing depends on them. A process writes its own, after each batch, and no other.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rl4real_data.cluster.layout import HOSTS
from rl4real_data.cluster.made_parts import BatchMarker
from rl4real_data.cluster.store import Store
from rl4real_data.core.errors import StoreError


@dataclass(frozen=True, slots=True, kw_only=True)
class HostReport:
    """`seconds`: from the beginning of the first batch to the end of the last one.

    `unfit`: why the process was asked no more, or nothing.
    """

    host: str
    process: int
    batches: int
    modules: int
    functions: int
    failures: Mapping[str, int]
    seconds: float
    unfit: str = ""


@dataclass(slots=True)
class _Tally:
    batches: int = 0
    modules: int = 0
    functions: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    begin: float = field(default_factory=time.monotonic)


class HostReports:
    """Those of this process, one a run."""

    def __init__(self) -> None:
        self._tallies: dict[str, _Tally] = {}
        self._lock = threading.Lock()

    def begin(self, store: Store) -> None:
        """From now on the time counts."""
        with self._lock:
            self._tallies.setdefault(store.url, _Tally())

    def tell(self, store: Store, marker: BatchMarker) -> None:
        """One more batch is made."""
        with self._lock:
            tally = self._tallies[store.url]
            tally.batches += 1
            tally.modules += marker.modules
            tally.functions += marker.functions
            tally.failures.update(marker.failures)
            self._write(store, tally, "")

    def tell_unfit(self, store: Store, reason: str) -> None:
        with self._lock:
            self._write(store, self._tallies[store.url], reason)

    def _write(self, store: Store, tally: _Tally, unfit: str) -> None:
        report: dict[str, Any] = {
            "host": socket.gethostname(),
            "process": os.getpid(),
            "batches": tally.batches,
            "modules": tally.modules,
            "functions": tally.functions,
            "failures": dict(sorted(tally.failures.items())),
            "seconds": round(time.monotonic() - tally.begin, 1),
            "unfit": unfit,
        }
        name = f"{HOSTS}/{report['host']}-{report['process']}.json"
        with contextlib.suppress(StoreError):  # the batch is made all the same
            store.write(name, json.dumps(report, sort_keys=True).encode())


def read_host_reports(store: Store) -> tuple[HostReport, ...]:
    """Those of all processes so far; what is no report is passed over."""
    found = []
    for name in sorted(store.names(HOSTS)):
        with contextlib.suppress(ValueError, TypeError, FileNotFoundError):
            found.append(HostReport(**json.loads(store.read(f"{HOSTS}/{name}"))))
    return tuple(found)
