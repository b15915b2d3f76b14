"""Two named pipes that are open here before the compiler looks for them.

Open for reading and writing, which Linux allows: nobody waits in `open`, and nobody is ever told of an end.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def opened_pipes(base: Path) -> Iterator[tuple[int, int]]:
    """The descriptors of BASE.in, which the compiler reads, and BASE.out. The pipes are new, and removed at the end."""
    paths = [base.with_name(base.name + suffix) for suffix in (".in", ".out")]
    descriptors: list[int] = []
    try:
        for path in paths:
            path.unlink(missing_ok=True)
            os.mkfifo(path, 0o600)
            descriptors.append(os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC))
        inward, outward = descriptors
        yield inward, outward
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
        for path in paths:
            path.unlink(missing_ok=True)
