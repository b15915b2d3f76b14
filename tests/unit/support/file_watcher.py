"""A watcher of the file system: what happens to folders and files while something runs, by inotify."""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

CHANGES: Final = 0x002 | 0x004 | 0x040 | 0x080 | 0x100 | 0x200 | 0x400 | 0x800
"""IN_MODIFY, ATTRIB, MOVED_FROM, MOVED_TO, CREATE, DELETE, DELETE_SELF, MOVE_SELF."""

READS: Final = 0x001 | 0x020
"""IN_ACCESS, OPEN."""

_OVERFLOW: Final = 0x4000
_EVENT: Final = struct.Struct("iIII")


class FileWatcher:
    """Notes what happens to what it was told of; a folder stands for what lies directly in it."""

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._descriptor = self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        assert self._descriptor >= 0
        self._paths: dict[int, Path] = {}

    def watch(self, *paths: Path, events: int = CHANGES) -> None:
        for path in paths:
            number = self._libc.inotify_add_watch(self._descriptor, os.fsencode(path), events)
            assert number >= 0, (path, os.strerror(ctypes.get_errno()))
            self._paths[number] = path

    def watch_tree(self, root: Path, *, events: int = CHANGES) -> None:
        """All folders below `root`, and itself."""
        self.watch(*(Path(parent) for parent, _, _ in os.walk(root)), events=events)

    def seen(self) -> list[str]:
        """The paths that something happened to, since it was last asked; sorted, each once."""
        return sorted({str(path) for block in self._blocks() for path in self._events(block)})

    def close(self) -> None:
        os.close(self._descriptor)

    def _blocks(self) -> Iterable[bytes]:
        while True:
            try:
                yield os.read(self._descriptor, 1 << 16)
            except BlockingIOError:
                return

    def _events(self, block: bytes) -> Iterator[Path]:
        position = 0
        while position < len(block):
            number, mask, _, length = _EVENT.unpack_from(block, position)
            assert not mask & _OVERFLOW
            position += _EVENT.size
            name = os.fsdecode(block[position : position + length].rstrip(b"\0"))
            position += length
            yield self._paths[number] / name
