"""The scratch folders of the processes that work for a run on one host.

Each process has its own, and holds its lock as long as it lives. So what a killed one left behind is known from what
another one still works in, and only that is removed.
"""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path
from uuid import uuid4

from rl4real_data.core.atomic_files import exclusive

_LOCK = "lock"


def open_scratch(cache_dir: Path, held: contextlib.ExitStack) -> Path:
    """A new folder of this process, as long as `held` is open; first removes those whose processes are over."""
    above = cache_dir / "work"
    above.mkdir(parents=True, exist_ok=True)
    for folder in above.iterdir():
        _remove_if_left(folder)
    folder = above / uuid4().hex
    held.enter_context(exclusive(folder / _LOCK, wait=True))
    return folder


def _remove_if_left(folder: Path) -> None:
    lock = folder / _LOCK
    if not lock.is_file():  # somebody is just making it, or removing it
        return
    with contextlib.suppress(OSError), exclusive(lock, wait=False) as is_ours:
        if is_ours:
            shutil.rmtree(folder, ignore_errors=True)
