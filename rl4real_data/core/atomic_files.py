"""Atomic files and file locks.

A file appears whole or not at all; a lock dies with its process.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4


@contextlib.contextmanager
def publish(final: Path) -> Iterator[Path]:
    """Yields a draft beside `final`; renames it over `final` only if the body did not raise."""
    draft = final.with_name(f".{final.name}.{uuid4().hex}")
    try:
        yield draft
        os.replace(draft, final)
    finally:
        draft.unlink(missing_ok=True)


@contextlib.contextmanager
def exclusive(path: Path, *, wait: bool) -> Iterator[bool]:
    """Holds the lock file `path` while the body runs; yields False at once if somebody holds it and `wait` is false."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True
