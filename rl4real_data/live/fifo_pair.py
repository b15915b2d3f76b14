"""A pair of named pipes between a model and compilers, one after the other.

BASE.in is written, BASE.out is read: they are named from the compiler's side. Each compiler gets a pair of its own:
once one has opened it, another takes its place. An answer that comes too late for a compiler that has gone would
otherwise be read by the next one as its own. BASE.out is replaced first: a compiler that finds the new BASE.in must
not find the BASE.out of another.
"""

from __future__ import annotations

import errno
import hashlib
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from rl4real_data.core.errors import HostError, UsageError


@contextmanager
def connection(inward: Path, outward: Path) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """Waits for a compiler, which opens BASE.in first, too; from then on a new pair waits for the next one."""
    # Without O_CREAT, which `open` adds: where the pipe was removed, a file of its name would stay.
    with open(os.open(inward, os.O_WRONLY), "wb", buffering=0) as to, open(outward, "rb", buffering=1 << 16) as source:
        for path in (outward, inward):
            make_pipe(path)
        yield to, source


def call_and_leave(base: Path) -> None:
    """Opens the pipes as a compiler does that has nothing to ask, without waiting: whoever waits for one wakes.

    OSError where nobody waits at BASE.out yet, which is so until BASE.in has been opened, or there are no pipes.
    """
    with ExitStack() as ends:
        for suffix, mode in ((".in", os.O_RDONLY), (".out", os.O_WRONLY)):
            ends.callback(os.close, os.open(base.with_name(base.name + suffix), mode | os.O_NONBLOCK))


@contextmanager
def pipes(base: Path) -> Iterator[tuple[Path, Path]]:
    """A new pair of pipes, removed at the end; what an earlier server left is replaced.

    UsageError if a server answers there, or something else has these names.
    """
    with _only_server(base):
        yield from _new_pipes(base)


def _new_pipes(base: Path) -> Iterator[tuple[Path, Path]]:
    pair = (base.with_name(base.name + ".in"), base.with_name(base.name + ".out"))
    for path in pair:
        if path.exists() and not path.is_fifo():
            raise UsageError(f"{path} is there, and is no pipe", hint="name another pipe")
    try:
        for path in reversed(pair):
            make_pipe(path)
    except OSError as error:
        raise HostError.of(error, doing=f"making the pipes {base}.in and .out") from error
    try:
        yield pair
    finally:
        for path in pair:
            path.unlink(missing_ok=True)


@contextmanager
def _only_server(base: Path) -> Iterator[None]:
    """Holds a name that the kernel lets go of with the process; a pipe itself does not tell who waits at its end."""
    name = hashlib.sha256(os.fsencode(base.absolute())).hexdigest()
    with socket.socket(socket.AF_UNIX) as held:
        try:
            held.bind(f"\0rl4real-data-{name}")
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise HostError.of(error, doing="holding the name of a server") from error
            raise UsageError(
                f"{base}.in and .out: a server answers there already", hint="end that one, or name another pipe"
            ) from error
        yield


def make_pipe(path: Path) -> None:
    """In the place of whatever pipe is there, without a moment in which there is none."""
    draft = path.with_name(f".{path.name}.{uuid4().hex}")
    os.mkfifo(draft, 0o600)
    os.replace(draft, path)
