"""The program, killed before its COUNT-th rename to a path like PATTERN: `killed_before_rename.py PATTERN COUNT WORDS`.

A rename is how a file of ours comes into being. With COUNT 0 nothing is killed, and every rename is said on stdout.
"""

from __future__ import annotations

import os
import signal
import sys
from fnmatch import fnmatch
from itertools import count
from pathlib import Path


def watch_renames(pattern: str, last: int) -> None:
    numbers = count(1)

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if event != "os.rename" or not fnmatch(target := _full_name(arguments), pattern):
            return
        if last == 0:
            os.write(1, f"{target}\n".encode())
        elif next(numbers) == last:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def _full_name(arguments: tuple[object, ...]) -> str:
    """The new name; one that is told from an opened folder is looked up there."""
    _, name, _, folder = arguments
    return str(name) if folder == -1 else str(Path(f"/proc/self/fd/{folder}").readlink() / str(name))


if __name__ == "__main__":
    watch_renames(sys.argv[1], int(sys.argv[2]))
    sys.argv = ["rl4real-data", *sys.argv[3:]]
    from rl4real_data.__main__ import run

    run()
