"""The model's side of MLCompilerBridge's pipes.

BASE.in is written, BASE.out is read: they are named from the compiler's side. Each compiler gets a pair of its own:
once one has opened it, another takes its place. An answer that comes too late for a compiler that has gone would
otherwise be read by the next one as its own.
"""

from __future__ import annotations

__all__ = ["serve_pipe"]

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from rl4real_data.core.errors import HostError, UsageError
from rl4real_data.live.frames import FrameError, read_frame, write_frame
from rl4real_data.live.messages import Policy, answer
from rl4real_data.live.wires import Wire, WireError, read_message, write_advice


def serve_pipe(base: Path, wire: Wire, policy: Policy, *, ready: Callable[[], None]) -> None:
    """Answers one compiler after the other until it is interrupted; `ready` is called once compilers can connect.

    A compiler that goes away, or sends what is no message, is let go of. UsageError if something else has these names.
    """
    with _pipes(base) as pair:
        ready()
        while True:
            with suppress(FrameError, WireError, BrokenPipeError), _connection(*pair) as (to, source):
                for path in pair:
                    _make_pipe(path)
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
            _make_pipe(path)
    except OSError as error:
        raise HostError.of(error, doing=f"making the pipes {base}.in and .out") from error
    try:
        yield pair
    finally:
        for path in pair:
            path.unlink(missing_ok=True)


def _make_pipe(path: Path) -> None:
    """In the place of whatever pipe is there, without a moment in which there is none."""
    draft = path.with_name(f".{path.name}.{uuid4().hex}")
    os.mkfifo(draft, 0o600)
    os.replace(draft, path)
