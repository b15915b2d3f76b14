"""The start of a process.

A command becomes a process that leads a group of its own; a confined one comes from a thread that is confined for good.
"""

from __future__ import annotations

import errno
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from rl4real_data.toolchain.confinement import Confinement


class Process(Protocol):
    """A child of this process that leads a process group of its own."""

    @property
    def pid(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """A command with all that it starts with; `stdout` and `stderr` are open descriptors, and so is `stdin`, or empty.

    `passed` are descriptors that it has under the same numbers. `confinement` holds for it and all that it starts.
    """

    command: tuple[str, ...]
    cwd: Path
    environment: Mapping[str, str]
    stdout: int
    stderr: int
    stdin: int = subprocess.DEVNULL
    passed: tuple[int, ...] = ()
    confinement: Confinement | None = None


def start_process(invocation: Invocation) -> Process:
    """Starts the command as a new process. OSError if that cannot be done."""
    if invocation.confinement is None:
        return _start(invocation)
    with ThreadPoolExecutor(max_workers=1) as pool:  # a thread that is confined for good, and ends with this
        try:
            return pool.submit(_start_confined, invocation, invocation.confinement).result()
        except RuntimeError as error:
            raise OSError(errno.EAGAIN, str(error)) from error


def _start_confined(invocation: Invocation, confinement: Confinement) -> Process:
    confinement.enter()
    return _start(invocation)


def _start(invocation: Invocation) -> Process:
    process = subprocess.Popen(
        list(invocation.command),
        cwd=invocation.cwd,
        env=invocation.environment,
        stdin=invocation.stdin,
        stdout=invocation.stdout,
        stderr=invocation.stderr,
        pass_fds=invocation.passed,
        start_new_session=True,
    )
    process.returncode = 0  # `process.run` waits for it, and asks the kernel more than subprocess does
    return process
