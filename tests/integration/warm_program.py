"""The program, warm: one process that has imported everything, and forks for every run that a test asks for.

A run is a process of its own, in a folder and with words of its own, and may be killed: before its `kill_at`-th change
of a name (a file made, renamed or deleted, as Python's audit events tell), or after `kill_after_s`. Starting Python and
importing Arrow would take most of such a run's time.
"""

from __future__ import annotations

import json
import mmap
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NoReturn

_CHANGES = frozenset({"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """`code` as in `subprocess`; `changes`: how many names it changed, in how many seconds."""

    code: int
    changes: int
    seconds: float
    stderr: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WarmProgram:
    """Runs `rl4real-data`, one run at a time."""

    process: subprocess.Popen[str]

    def run(self, folder: Path, *words: str | Path, kill_at: int = 0, kill_after_s: float | None = None) -> Ended:
        request = {"folder": str(folder), "words": [*map(str, words)], "kill_at": kill_at, "kill_after_s": kill_after_s}
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return Ended(**json.loads(self.process.stdout.readline()))


@contextmanager
def warm_program(**environment: str) -> Iterator[WarmProgram]:
    """The program under the environment of the tests and `environment`."""
    process = subprocess.Popen(
        [sys.executable, __file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )
    try:
        yield WarmProgram(process=process)
    finally:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        process.wait(timeout=60)
        process.stdout.close()


# What runs in the warm process


def _serve(requests: IO[str]) -> None:
    changes = mmap.mmap(-1, 8)  # shared with the fork
    for line in requests:
        request = json.loads(line)
        changes[:] = bytes(8)
        begin = time.monotonic()
        stderr, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(stderr)
            _become(request, writer, changes)
        os.close(writer)
        code, said = _wait(child, stderr, request["kill_after_s"])
        ended = {
            "code": code,
            "changes": int.from_bytes(changes[:], "little"),
            "seconds": time.monotonic() - begin,
            "stderr": said,
        }
        os.write(1, (json.dumps(ended) + "\n").encode())


def _become(request: dict[str, Any], stderr: int, changes: mmap.mmap) -> NoReturn:
    os.setsid()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.chdir(request["folder"])
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor, number in ((nothing, 0), (nothing, 1), (stderr, 2)):
        os.dup2(descriptor, number)
    sys.addaudithook(_watch(request["kill_at"], changes))
    sys.argv = ["rl4real-data", *request["words"]]
    from rl4real_data.__main__ import run

    run()


def _watch(kill_at: int, changes: mmap.mmap) -> Any:
    seen = 0

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal seen
        if event not in _CHANGES and not (event == "open" and arguments[2] & os.O_CREAT):
            return
        seen += 1
        changes[:] = seen.to_bytes(8, "little")
        if seen == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    return watch


def _wait(child: int, stderr: int, kill_after_s: float | None) -> tuple[int, str]:
    """Until it has ended: its descriptor says so, or the time that it is given is over."""
    with open(os.pidfd_open(child), "rb", closefd=True) as ending:
        ready, _, _ = select.select([ending], [], [], kill_after_s)
        if not ready:
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    os.set_blocking(stderr, False)
    said = b""
    with suppress(BlockingIOError):
        said = os.read(stderr, 1 << 16)
    os.close(stderr)
    return os.waitstatus_to_exitcode(status), said.decode(errors="replace")


def _import_everything() -> None:
    from rl4real_data.core.absent_pandas import do_without_pandas

    do_without_pandas()
    import importlib

    for name in ("commands.main", "flow.run", "flow.materials", "flow.packing", "flow.upgrading", "flow.upgrade_tools"):
        importlib.import_module(f"rl4real_data.{name}")
    for name in ("check", "compile", "record", "merge", "embed", "pack"):
        importlib.import_module(f"rl4real_data.stages.{name}")
    import pyarrow.parquet  # noqa: F401


if __name__ == "__main__":
    _import_everything()
    _serve(sys.stdin)
