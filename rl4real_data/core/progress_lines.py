"""Lines that tell somebody who has no terminal how far a work is.

One comes with every tenth of the work, and after half a minute without one, whichever is first: a work that shows
nothing for long looks like one that hangs.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Final

LINE_INTERVAL_S: Final = 30.0
_TENTHS: Final = 10


class ProgressLines(contextlib.AbstractContextManager["ProgressLines"]):
    """Says `text()` as often as that, from the beginning of the body to its end; `say` may be called by a thread."""

    def __init__(
        self, say: Callable[[str], None], text: Callable[[], str], *, interval_s: float = LINE_INTERVAL_S
    ) -> None:
        self._say, self._text = say, text
        self._interval_s = interval_s
        self._tenths = 0
        self._last = time.monotonic()
        self._lock = threading.Lock()
        self._end = threading.Event()
        self._ticker = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> ProgressLines:
        self._ticker.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        self._ticker.join()

    def tell(self, done: int, total: int) -> None:
        """So many are done: a line if another tenth of them is."""
        tenths = done * _TENTHS // total if total else 0
        if tenths > self._tenths:
            self._tenths = tenths
            self._say_line()

    def _tick(self) -> None:
        while not self._end.wait(max(0.0, self._last + self._interval_s - time.monotonic())):
            if time.monotonic() >= self._last + self._interval_s:
                self._say_line()

    def _say_line(self) -> None:
        with self._lock:
            self._last = time.monotonic()
            self._say(self._text())


def still_at(what: str, say: Callable[[str], None]) -> ProgressLines:
    """For work that nobody can count: how long it lasts already."""
    begin = time.monotonic()
    return ProgressLines(say, lambda: f"{what}: {time.monotonic() - begin:.0f} s so far")
