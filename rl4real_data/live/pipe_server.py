"""The model's side of MLCompilerBridge's pipes.

BASE.in is written, BASE.out is read: they are named from the compiler's side.
"""

from __future__ import annotations

__all__ = ["serve_pipe"]

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from rl4real_data.core.errors import HostError, UsageError
from rl4real_data.live.frames import FrameError, read_frame, write_frame
from rl4real_data.live.messages import Policy, answer
from rl4real_data.live.wires import Wire, WireError, read_message, write_advice


def serve_pipe(base: Path, wire: Wire, policy: Policy, *, ready: Callable[[], None]) -> None:
    """Answers one compiler after the other until it is interrupted; `ready` is called once compilers can connect.

    A compiler that goes away, or sends what is no message, is let go of. UsageError if something else has these names.
    """
    with _pipes(base) as (inward, outward):
        ready()
        while True:
            with suppress(FrameError, WireError, BrokenPipeError), _connection(inward, outward) as (to, source):
                _answer_one(to, source, wire, policy)


def _answer_one(to: BinaryIO, source: BinaryIO, wire: Wire, policy: Policy) -> None:
    while (payload := read_frame(source)) is not None:
        write_frame(to, write_advice(wire, answer(policy, read_message(wire, payload))))


@contextmanager
def _connection(inward: Path, outward: Path) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """Waits for a compiler: it opens BASE.in first, too."""
    with open(inward, "wb", buffering=0) as to, open(outward, "rb", buffering=1 << 16) as source:
        yield to, source


@contextmanager
def _pipes(base: Path) -> Iterator[tuple[Path, Path]]:
    """A new pair of pipes, removed at the end; what an earlier server left is replaced."""
    pair = (base.with_name(base.name + ".in"), base.with_name(base.name + ".out"))
    for path in pair:
        if path.exists() and not path.is_fifo():
            raise UsageError(f"{path} is there, and is no pipe", hint="name another pipe")
    try:
        for path in pair:
            path.unlink(missing_ok=True)
            os.mkfifo(path, 0o600)
    except OSError as error:
        raise HostError.of(error, doing=f"making the pipes {base}.in and .out") from error
    try:
        yield pair
    finally:
        for path in pair:
            path.unlink(missing_ok=True)
