"""The mark of the processes that this one starts, by which they and all their descendants are found.

It is a variable of their environment, which a child inherits whatever group or session it moves to. The keeper is a
process that waits for the end of this one, and then kills whoever still carries the mark: so no compiler outlives the
program, not even one that had been killed itself.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
from pathlib import Path
from typing import Final
from uuid import uuid4

VARIABLE: Final = "RL4REAL_DATA_RUN"

_KEEPER: Final = """trap '' HUP INT QUIT TERM TSTP
read -r nothing
for round in 0 0.2 0.5; do
  sleep $round
  for environment in $(grep -ls "$1" /proc/[0-9]*/environ); do
    process=${environment#/proc/}
    kill -KILL "${process%/environ}"
  done
done"""
"""Three looks: whoever was just about to be started carries the mark a millisecond later."""

_marks: dict[int, str] = {}
_numbers: Final = itertools.count()


def new_mark() -> str:
    """A value of `VARIABLE` for the next process; all are of one length."""
    return f"{_own_mark()}.{next(_numbers):08d}"


def keeper_command() -> tuple[str, ...]:
    """Kills all that this process has started once its standard input ends, which nobody but this process may hold."""
    return ("/bin/sh", "-c", _KEEPER, "rl4real-data-keeper", f"{VARIABLE}={_own_mark()}\\.")


def kill_marked(mark: str) -> None:
    """Kills the processes that carry `mark`, wherever they have moved to."""
    wanted = f"{VARIABLE}={mark}".encode()
    for environment in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):  # it is over, or somebody else's
            if wanted in environment.read_bytes().split(b"\0"):
                os.kill(int(environment.parent.name), signal.SIGKILL)


def _own_mark() -> str:
    """That of this process, which is another one than the process that it was forked from."""
    return _marks.setdefault(os.getpid(), uuid4().hex[:16])
