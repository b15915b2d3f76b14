"""A way to an HTTP server on which the n-th request that changes something does not arrive."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

_PIECE: Final = 1 << 16
_CHANGES: Final = re.compile(rb"(PUT|DELETE|POST) ")


class CountingLink:
    """Leads from a port of its own to `target` on this machine, until the block ends.

    In the place of request number `fatal`, from 0, that changes something `strike` is called, and nothing goes through
    any more. `changes`: how many there were.
    """

    def __init__(self, target: int, *, fatal: int, strike: Callable[[], object]) -> None:
        self._target, self._fatal, self._strike = target, fatal, strike
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: Final[int] = self._listener.getsockname()[1]
        self.changes = 0
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []

    @property
    def has_struck(self) -> bool:
        return self.changes > self._fatal

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
                far = socket.create_connection(("127.0.0.1", self._target))
                self._sockets += (near, far)
                threading.Thread(target=self._to_server, args=(near, far), daemon=True).start()
                threading.Thread(target=self._to_client, args=(far, near), daemon=True).start()

    def _to_server(self, near: socket.socket, far: socket.socket) -> None:
        """A request's head is the beginning of a piece: the client waits for the answer to the one before."""
        with contextlib.suppress(OSError):
            while piece := near.recv(_PIECE):
                with self._lock:
                    if _CHANGES.match(piece):
                        self.changes += 1
                    if self.has_struck:
                        self._strike()
                        return
                far.sendall(piece)
            far.shutdown(socket.SHUT_WR)

    def _to_client(self, far: socket.socket, near: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := far.recv(_PIECE):
                near.sendall(piece)
