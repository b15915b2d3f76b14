"""Our own servers over pipes in a thread, ended as a user ends it: by an exception out of its policy."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from rl4real_data.live.interactive_channel import serve_interactive
from rl4real_data.live.messages import Advice, Message, Policy
from rl4real_data.live.pipe_server import serve_pipe
from rl4real_data.live.wires import Wire

from .model_sides import frame

Serve = Callable[[Policy, Callable[[], None]], None]


class _End(Exception):
    """Ends the server."""


def served_pipe(base: Path, wire: Wire, policy: Policy) -> AbstractContextManager[None]:
    """`policy` behind `base` while the body runs."""
    last = frame(b"{}" if wire is Wire.JSON else b'{"features":[]}\n\n')
    return _served(base, policy, lambda answer, ready: serve_pipe(base, wire, answer, ready=ready), last)


def served_channel(base: Path, policy: Policy) -> AbstractContextManager[None]:
    """`policy` for LLVM's interactive channel."""
    spec = '{"name":"a","type":"float","shape":[0]}'
    last = f'{{"features":[],"advice":{spec}}}\n{{"observation":0}}\n\n'.encode()
    return _served(base, policy, lambda answer, ready: serve_interactive(base, answer, ready=ready), last)


@contextmanager
def _served(base: Path, policy: Policy, serve_with: Serve, last: bytes) -> Iterator[None]:
    is_over, is_ready = threading.Event(), threading.Event()

    def answer(message: Message) -> Advice:
        if is_over.is_set():
            raise _End
        return policy(message)

    def serve() -> None:
        with suppress(_End):
            serve_with(answer, is_ready.set)

    thread = threading.Thread(target=serve)
    thread.start()
    assert is_ready.wait(timeout=60)
    try:
        yield
    finally:
        is_over.set()
        _speak(base, last)
        thread.join(timeout=60)


def _speak(base: Path, last: bytes) -> None:
    """As the next compiler, whose message the server ends with."""
    with open(f"{base}.in", "rb") as _, open(os.open(f"{base}.out", os.O_WRONLY), "wb") as to:
        to.write(last)
