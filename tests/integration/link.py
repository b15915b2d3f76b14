"""A network link that a test can cut: what is sent meanwhile neither arrives nor is refused."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType
from typing import Final, Self

_PIECE: Final = 1 << 16


class Link:
    """Leads from a port of its own to `target` on this machine, until the block ends.

    A cut one still takes connections, as a kernel does whose packets are lost behind it.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: Final[int] = self._listener.getsockname()[1]
        self._whole = threading.Event()
        self._whole.set()
        self.held_back = threading.Event()
        """Set once a cut has kept something from arriving."""
        self._sockets: list[socket.socket] = []

    def cut(self) -> None:
        self._whole.clear()

    def mend(self) -> None:
        """What was sent meanwhile arrives now."""
        self._whole.set()

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
        self.mend()

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
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._forward, args=(source, sink), daemon=True).start()

    def _forward(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):  # either side has closed
            while piece := source.recv(_PIECE):
                self._wait()
                sink.sendall(piece)
            self._wait()
            sink.shutdown(socket.SHUT_WR)

    def _wait(self) -> None:
        if not self._whole.is_set():
            self.held_back.set()
            self._whole.wait()
