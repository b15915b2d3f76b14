"""A file in memory for what a process writes.

No full disk can cut it off, and nobody has to delete it.
"""

from __future__ import annotations

import os
from pathlib import Path


class MemoryFile:
    """An empty file that lives as long as this object; `descriptor` is open for reading and writing."""

    def __init__(self, name: str) -> None:
        """`name` is for whoever looks at the process. OSError if the system has no more descriptors."""
        self.descriptor = os.memfd_create(name)

    def __del__(self) -> None:
        if hasattr(self, "descriptor"):
            os.close(self.descriptor)

    @property
    def path(self) -> Path:
        """Its name in this process, and in every process that inherits the descriptor under its number."""
        return Path(f"/proc/self/fd/{self.descriptor}")

    @property
    def size(self) -> int:
        return os.fstat(self.descriptor).st_size
