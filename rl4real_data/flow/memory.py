"""Which allocator Arrow takes its buffers from."""

from __future__ import annotations

import contextlib

import pyarrow as pa


def keep_buffers() -> None:
    """Lets Arrow use jemalloc where it has it: a flow allocates the same few megabytes for every module, and mimalloc
    (Arrow's default) gives them back and faults them in again each time."""
    with contextlib.suppress(NotImplementedError):  # raised by builds without jemalloc
        pa.set_memory_pool(pa.jemalloc_memory_pool())
