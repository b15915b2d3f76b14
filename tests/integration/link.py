"""Network links that a test can cut, or that fail at a moment of its choice."""

from __future__ import annotations

import abc
import contextlib
import re
import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

_PIECE: Final = 1 << 16
_CHANGES: Final = re.compile(rb"(PUT|DELETE|POST) ")


class _Way(abc.ABC):
    """Leads from a port of its own to `target` on this machine, until the block ends."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: Final[int] = self._listener.getsockname()[1]
        self._sockets: list[socket.socket] = []

    @abc.abstractmethod
    def passes(self, piece: bytes, *, is_asked: bool) -> bool:
        """Whether that arrives, empty at the end; `is_asked`: on the way to the target. It may take its time."""

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for one in (self._listener, *self._sockets):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                near, _ = self._listener.accept()
                self._sockets.append(near)
                try:
                    far = socket.create_connection(("127.0.0.1", self._target))
                except ConnectionRefusedError:  # who is there listens later
                    near.close()
                    continue
                self._sockets.append(far)
                for words in ((near, far, True), (far, near, False)):
                    threading.Thread(target=self._forward, args=words, daemon=True).start()

    def _forward(self, source: socket.socket, sink: socket.socket, is_asked: bool) -> None:
        with contextlib.suppress(OSError):  # either side has closed
            while piece := source.recv(_PIECE):
                if not self.passes(piece, is_asked=is_asked):
                    return
                sink.sendall(piece)
            if self.passes(b"", is_asked=is_asked):
                sink.shutdown(socket.SHUT_WR)


class Link(_Way):
    """What is sent over it while it is cut neither arrives nor is refused.

    A cut one still takes connections, as a kernel does whose packets are lost behind it.
    """

    def __init__(self, target: int) -> None:
        super().__init__(target)
        self._whole = threading.Event()
        self._whole.set()
        self.held_back = threading.Event()
        """Set once a cut has kept something from arriving."""

    def cut(self) -> None:
        self._whole.clear()

    def mend(self) -> None:
        """What was sent meanwhile arrives now."""
        self._whole.set()

    def passes(self, piece: bytes, *, is_asked: bool) -> bool:
        del piece, is_asked
        if not self._whole.is_set():
            self.held_back.set()
            self._whole.wait()
        return True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        self.mend()


class StruckLink(_Way):
    """To an HTTP server. In the place of request number `fatal`, from 0, that changes something `strike` is called, and
    nothing is asked any more.
    """

    def __init__(self, target: int, *, fatal: int, strike: Callable[[], object]) -> None:
        super().__init__(target)
        self._left, self._strike = fatal, strike
        self._lock = threading.Lock()
        self.has_struck = False

    def passes(self, piece: bytes, *, is_asked: bool) -> bool:
        """A request's head is the beginning of a piece: the client waits for the answer to the one before."""
        if not is_asked:
            return True
        with self._lock:
            if _CHANGES.match(piece):
                self._left -= 1
            if self._left < 0 and not self.has_struck:
                self.has_struck = True
                self._strike()
            return not self.has_struck
