"""The log of the compiler in one process that plays.

OUT/log/worker_0.log       a line a command: when, how it ended, how long it took; what it said
OUT/log/worker_0.log.1     what lay there before, once there is too much of it
OUT/log/worker_0.failed/   the input of the newest command that failed, which can be run again
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final
from uuid import uuid4

from rl4real_data.core.shown_text import shown_lines
from rl4real_data.toolchain.process import Completed, Limits, run

LOG_NAME: Final = "log"
MOST_BYTES: Final = 1_000_000
"""Some five thousand commands; there are two such files a process."""


class CompilerLog:
    """Starts commands as `run` does, and writes down what became of them."""

    def __init__(
        self, folder: Path, worker: int, *, start: Callable[..., Completed] = run, most_bytes: int = MOST_BYTES
    ) -> None:
        self._path = folder / f"worker_{worker}.log"
        self._failed = folder / f"worker_{worker}.failed"
        self._start, self._most_bytes = start, most_bytes

    def run(self, command: Sequence[str], *, cwd: Path, limits: Limits, scratch: Path) -> Completed:
        """As `rl4real_data.toolchain.process.run`. OSError also where the log cannot be written."""
        done = self._start(command, cwd=cwd, limits=limits, scratch=scratch)
        words = " ".join(command)
        if not done.ok:
            words = words.replace(str(cwd), str(self._failed.absolute()))
            self._keep(cwd)
        self._write(
            f"{time.strftime('%Y-%m-%d %H:%M:%S')}  {_ending(done, limits)}  {done.seconds:.2f} s  {words}", done
        )
        return done

    def _write(self, line: str, done: Completed) -> None:
        said = "".join(f"    {row}\n" for row in shown_lines(done.stderr_tail).splitlines())
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if self._path.exists() and self._path.stat().st_size > self._most_bytes:
            os.replace(self._path, self._path.with_name(f"{self._path.name}.1"))
        with self._path.open("a", encoding="utf-8", errors="backslashreplace") as log:
            log.write(f"{line}\n{said}")

    def _keep(self, cwd: Path) -> None:
        """The folder of a command that failed, in the place of the one before."""
        draft = self._failed.with_name(f".{self._failed.name}.{uuid4().hex}")
        try:
            shutil.copytree(cwd, draft)
            shutil.rmtree(self._failed, ignore_errors=True)
            draft.rename(self._failed)
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def _ending(done: Completed, limits: Limits) -> str:
    if done.ok:
        return "ok"
    if done.timed_out:
        return f"no end within {limits.timeout_s:g} s"
    return done.signal_name or f"exit code {done.returncode}"
