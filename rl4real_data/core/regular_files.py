"""Files that are read because something from elsewhere names them.

A name may lead to a pipe, which waits for a writer for ever, to a device, to a file of `/proc` that has no end, or to a
sparse file of terabytes. Only regular files up to a size are read, and nothing is waited for.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

MOST_BYTES: Final = 4 << 30
"""More than any source or bitcode that a compiler takes; read in 2 s."""

MOST_TEXT_BYTES: Final = 1 << 30
"""Databases, lists and descriptions: Chromium's compilation database has 300 MB."""

_BLOCK_BYTES: Final = 1 << 20


class NotRegularError(OSError):
    """What is there is no regular file, or too large to be what it is meant to be."""

    def __init__(self, path: Path | str, problem: str) -> None:
        super().__init__(errno.EINVAL, problem, str(path))


def open_regular(path: Path | str, *, most_bytes: int = MOST_BYTES) -> IO[bytes]:
    """The file, open for reading; OSError at once if it is not there or no regular file of at most `most_bytes`."""
    _check(path, os.stat(path), most_bytes)  # to open a device may do something
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    stream = os.fdopen(descriptor, "rb")
    try:
        _check(path, os.fstat(descriptor), most_bytes)  # it may have been replaced meanwhile
    except OSError:
        stream.close()
        raise
    return stream


def read_regular(path: Path | str, *, most_bytes: int = MOST_BYTES) -> bytes:
    """All bytes of the file; OSError as `open_regular`, and for a file that does not end."""
    return b"".join(_blocks(path, most_bytes))


def read_regular_text(path: Path | str, *, errors: str = "strict", most_bytes: int = MOST_TEXT_BYTES) -> str:
    """The file as UTF-8, with every end of a line as `\\n`; UnicodeDecodeError if it is none."""
    text = read_regular(path, most_bytes=most_bytes).decode("utf-8", errors)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def sha256_of_regular(path: Path | str, *, most_bytes: int = MOST_BYTES) -> str:
    """The hash of the file's bytes; OSError as `read_regular`."""
    digest = hashlib.sha256()
    for block in _blocks(path, most_bytes):
        digest.update(block)
    return digest.hexdigest()


def _blocks(path: Path | str, most_bytes: int) -> Iterator[bytes]:
    done_bytes = 0
    with open_regular(path, most_bytes=most_bytes) as stream:
        while block := stream.read(_BLOCK_BYTES):
            yield block
            done_bytes += len(block)
            if done_bytes > most_bytes:
                raise NotRegularError(path, f"goes on after {most_bytes:,} bytes")
    if block is None:  # a file of /proc that somebody else has yet to write
        raise NotRegularError(path, "would have to be waited for")


def _check(path: Path | str, state: os.stat_result, most_bytes: int) -> None:
    if not stat.S_ISREG(state.st_mode):
        raise NotRegularError(path, f"is no regular file but {_kind(state.st_mode)}")
    if state.st_size > most_bytes:
        raise NotRegularError(path, f"has {state.st_size:,} bytes, more than {most_bytes:,}")


def _kind(mode: int) -> str:
    kinds = {stat.S_IFIFO: "a pipe", stat.S_IFDIR: "a folder", stat.S_IFSOCK: "a socket"}
    return kinds.get(stat.S_IFMT(mode), "a device")
