"""Atomic files and file locks.

A file appears whole or not at all, after a power cut too; a lock dies with its process.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from uuid import uuid4

_CANNOT_SYNC: Final = frozenset({errno.EINVAL, errno.ENOTSUP})
"""What file systems say that have nothing to carry to a disk, some network ones of a folder."""


@contextlib.contextmanager
def publish(final: Path, *, is_sealed: bool = False) -> Iterator[Path]:
    """Yields a draft beside `final`; renames it over `final` only if the body did not raise.

    Then it is on the disk, content and name. With `is_sealed` the kernel decides when: for files of which a reader can
    tell that they are not whole, and which can be made again.
    """
    draft = final.with_name(f".{final.name}.{uuid4().hex}")
    try:
        yield draft
        if not is_sealed:
            sync(draft)
        os.replace(draft, final)
        if not is_sealed:
            sync(final.parent)
    finally:
        draft.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Waits until a file's content, or a folder's names, are on the disk. OSError if they cannot be written."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        sync_opened(descriptor)
    finally:
        os.close(descriptor)


def sync_opened(descriptor: int) -> None:
    """`sync` of what is open already."""
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _CANNOT_SYNC:
            raise


def publish_folder(draft: Path, final: Path) -> None:
    """Renames a whole folder to `final`, which is not there or empty; all of it is on the disk before that."""
    sync_all_files(draft)
    os.replace(draft, final)
    sync(final.parent)


def sync_all_files(folder: Path) -> None:
    """Waits until the whole file system that the folder lies on is on the disk.

    One call for a tree of thousands of files: one each would take seconds.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        if number := _syncfs(descriptor):
            raise OSError(number, os.strerror(number), str(folder))
    finally:
        os.close(descriptor)


def _syncfs(descriptor: int) -> int:
    """Linux's own, which Python has no name for; the number of an error, or 0."""
    import ctypes  # only who fills the cache needs it

    return ctypes.get_errno() if ctypes.CDLL(None, use_errno=True).syncfs(descriptor) else 0


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
