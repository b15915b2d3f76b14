"""Text with its own sha256 in the last line.

Whoever reads it knows whether it is what was written: not cut off, not changed by a bit, not left empty by a power cut.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from pathlib import Path
from typing import Final

_BEGIN: Final = b"\nsha256 "
_SEAL_BYTES: Final = len(_BEGIN) + 64 + 1


class BrokenSeal(ValueError):
    """What was read is not what was written, or was never sealed."""


def seal(text: str) -> bytes:
    """The text as it is written."""
    content = text.encode()
    return content + _seal_of(content)


def unseal(content: bytes) -> str:
    """The text of what `seal` made. BrokenSeal for anything else."""
    body = content[:-_SEAL_BYTES]
    if content[-_SEAL_BYTES:] != _seal_of(body):
        raise BrokenSeal("it is damaged, or was cut off")
    return body.decode()


def _seal_of(content: bytes) -> bytes:
    return _BEGIN + hashlib.sha256(content).hexdigest().encode() + b"\n"


def read_plain(path: Path) -> bytes:
    """The whole file. OSError for what is none: a link is not followed, a pipe not waited for."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "no regular file", str(path))
        with open(descriptor, "rb", buffering=0, closefd=False) as stream:
            return stream.read()
    finally:
        os.close(descriptor)
