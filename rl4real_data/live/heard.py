"""A pipe of ours that processes write into, heard by a thread."""

from __future__ import annotations

import os
import threading
from typing import Self


class Heard:
    """Between `with` and its end a file named `name` can be written, also by several processes one after the other."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._ours, self.descriptor = os.pipe()
        self._thread = threading.Thread(target=self._hear, daemon=True)

    @property
    def name(self) -> str:
        """What a process that inherits `descriptor` opens."""
        return f"/proc/self/fd/{self.descriptor}"

    @property
    def text(self) -> bytes:
        """All that was written; whole behind the end."""
        return b"".join(self._parts)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.descriptor)
        self._thread.join()
        os.close(self._ours)

    def _hear(self) -> None:
        while part := os.read(self._ours, 1 << 16):
            self._parts.append(part)
