"""Our own pipe server in a thread, ended as a user ends it: by an exception out of its policy."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from rl4real_data.live.frames import write_frame
from rl4real_data.live.messages import Advice, Message, Policy
from rl4real_data.live.pipe_server import serve_pipe
from rl4real_data.live.wires import Wire


class _End(Exception):
    """Ends the server."""


@contextmanager
def served_pipe(base: Path, wire: Wire, policy: Policy) -> Iterator[None]:
    """`policy` behind `base` while the body runs."""
    is_over, is_ready = threading.Event(), threading.Event()

    def answer(message: Message) -> Advice:
        if is_over.is_set():
            raise _End
        return policy(message)

    def serve() -> None:
        with suppress(_End):
            serve_pipe(base, wire, answer, ready=is_ready.set)

    thread = threading.Thread(target=serve)
    thread.start()
    assert is_ready.wait(timeout=60)
    try:
        yield
    finally:
        is_over.set()
        _speak(base, wire)
        thread.join(timeout=60)


def _speak(base: Path, wire: Wire) -> None:
    """As the next compiler, whose message the server ends with."""
    with open(f"{base}.in", "rb") as _, open(os.open(f"{base}.out", os.O_WRONLY), "wb") as to:
        write_frame(to, b"{}" if wire is Wire.JSON else b'{"features":[]}\n\n')
