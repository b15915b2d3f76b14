"""The model's side of a pair of pipes, for one compiler after the other.

Written from MLCompilerBridge's protocol alone, so that it shares nothing with what the package serves.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

ENDS: Final = ("out", "in")
"""In the order in which they are made: who finds the new .in must not find another's .out."""


@dataclass(frozen=True)
class Side:
    """The model's side of the pipes to one compiler; `over` ends all waiting."""

    to: BinaryIO
    source: BinaryIO
    over: threading.Event


Speak = Callable[[Side], None]
"""What a model does with a compiler."""


def make_pipes(base: Path) -> None:
    """New ones in place of those that a compiler has: whoever comes next must not be taken for the one that goes."""
    for end in ENDS:
        fresh = Path(f"{base}.{end}.new")
        os.mkfifo(fresh)
        fresh.replace(f"{base}.{end}")


@contextlib.contextmanager
def speaking(base: Path, speak: Speak) -> Iterator[None]:
    """Such a model at BASE.in and BASE.out."""
    over = threading.Event()
    make_pipes(base)

    def serve() -> None:
        while not over.is_set():
            with (
                contextlib.suppress(BrokenPipeError, ValueError, OverflowError),
                open(f"{base}.in", "wb", buffering=0) as to,
                open(f"{base}.out", "rb") as source,
            ):
                make_pipes(base)
                if not over.is_set():
                    speak(Side(to, source, over))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        while thread.is_alive():  # it waits for a compiler: this is one, for a moment
            for end, flags in zip(ENDS, (os.O_WRONLY, os.O_RDONLY), strict=True):
                with contextlib.suppress(OSError):
                    os.close(os.open(f"{base}.{end}", flags | os.O_NONBLOCK))
            thread.join(0.02)
        for end in ENDS:
            Path(f"{base}.{end}").unlink(missing_ok=True)
