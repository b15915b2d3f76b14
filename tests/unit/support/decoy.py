"""A home folder that nothing may touch, watched by the kernel.

Whatever opens, lists, reads, writes, makes, moves or deletes something in it is told by inotify, and what stands in it
is compared at the end.
"""

from __future__ import annotations

import ctypes
import os
import struct
from pathlib import Path

_MODIFY, _ATTRIB, _MOVED, _CREATE, _DELETE, _OPEN, _ACCESS = 0x2, 0x4, 0xC0, 0x100, 0x600, 0x20, 0x1
_WATCHED = _MODIFY | _ATTRIB | _MOVED | _CREATE | _DELETE | _OPEN | _ACCESS
_HEAD = struct.Struct("iIII")
_FILES = (".bashrc", ".ssh/id_rsa", ".config/.secret", "thesis/results.parquet", "thesis/.draft", "train.state")


class Decoy:
    """The folder `root`, filled and watched from now on."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name in _FILES:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(f"of the user: {name}\n")
        os.mkfifo(root / "fifo")
        self._before = self._content()
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._queue = self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        assert self._queue >= 0, os.strerror(ctypes.get_errno())
        self._folders = {}
        for folder in (root, *(path for path in root.rglob("*") if path.is_dir())):
            number = self._libc.inotify_add_watch(self._queue, os.fsencode(folder), _WATCHED)
            assert number >= 0, os.strerror(ctypes.get_errno())
            self._folders[number] = folder
        self._events()  # of making and looking at it

    def touched(self) -> list[str]:
        """What was done in it since it was made; empty for a folder that was left alone."""
        events = self._events()
        changed = [] if events or self._content() == self._before else ["its content"]
        self._events()
        return events + changed

    def close(self) -> None:
        os.close(self._queue)

    def _events(self) -> list[str]:
        found = []
        try:
            while data := os.read(self._queue, 1 << 16):
                place = 0
                while place < len(data):
                    number, mask, _, length = _HEAD.unpack_from(data, place)
                    name = data[place + _HEAD.size : place + _HEAD.size + length].rstrip(b"\0").decode()
                    found.append(f"{self._folders[number] / name}: {mask:#x}")
                    place += _HEAD.size + length
        except BlockingIOError:
            pass
        return found

    def _content(self) -> dict[str, str]:
        paths = sorted(self.root.rglob("*"))
        return {str(path.relative_to(self.root)): path.read_text() if path.is_file() else "" for path in paths}
