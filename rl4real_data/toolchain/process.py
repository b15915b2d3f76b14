"""The processes of the program, started here alone.

Own process group, time limit, memory limit, empty scratch folder.
"""

from __future__ import annotations

import contextlib
import errno
import os
import resource
import select
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from rl4real_data.core import interruption

STDERR_BYTES: Final = 1 << 16
"""What is kept of a process's stderr, half from its beginning and half from its end: a crash begins with the reason and
ends with a stack dump."""

STDERR_TAIL_CHARACTERS: Final = 4000
"""What a dataset keeps of it: a compiler's last dozen messages."""

_LONGEST_POLL_MS: Final = (1 << 31) - 1
"""The kernel's own limit: 25 days."""

_TUNABLES: Final = "glibc.malloc.hugetlb=1"
"""malloc asks for huge pages: a compiler lives a tenth of a second and spends a good part of it on page faults. Another
libc ignores it, and so does a kernel without them."""

_live: set[int] = set()
_killed: set[int] = set()
_background: set[Background] = set()
_live_lock = threading.RLock()  # a signal's handler takes both, too, in whatever the main thread was about
_background_lock = threading.RLock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one process may use."""

    timeout_s: float
    memory_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """How a process ended: `returncode` is negative for a signal, as in `subprocess`."""

    returncode: int
    timed_out: bool
    seconds: float
    stdout: str
    stderr: str

    @property
    def ok(self) -> bool:
        return self.returncode == 0 and not self.timed_out

    @property
    def stderr_tail(self) -> str:
        """The end of what the process said."""
        text = self.stderr
        return text if len(text) <= STDERR_TAIL_CHARACTERS else "…" + text[-STDERR_TAIL_CHARACTERS:]

    @property
    def signal_name(self) -> str:
        """Such as SIGSEGV; empty for a process that was not killed."""
        if self.returncode >= 0:
            return ""
        try:
            return signal.Signals(-self.returncode).name
        except ValueError:
            return f"signal {-self.returncode}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Background:
    """A process that serves this one until `end` or `kill_all`, and our end of the socket between them."""

    process: subprocess.Popen[bytes]
    connection: socket.socket

    @property
    def is_over(self) -> bool:
        return self.process.returncode is not None

    def end(self) -> None:
        """Kills it, and takes its processor time into the account of this process."""
        with interruption.shielded():
            self.process.kill()
            self.process.wait()
            self.connection.close()
            with _background_lock:
                _background.discard(self)


class Process(Protocol):
    """A child of this process that leads a process group of its own."""

    @property
    def pid(self) -> int: ...

    def wait(self) -> int:
        """The exit code, or the negative number of the signal; may be asked again."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """A command with all that it starts with; `stdout` and `stderr` are open descriptors, stdin is empty."""

    command: tuple[str, ...]
    cwd: Path
    environment: Mapping[str, str]
    stdout: int
    stderr: int


def start_process(invocation: Invocation) -> Process:
    """Starts the command as a new process. OSError if that cannot be done."""
    return subprocess.Popen(
        list(invocation.command),
        cwd=invocation.cwd,
        env=invocation.environment,
        stdin=subprocess.DEVNULL,
        stdout=invocation.stdout,
        stderr=invocation.stderr,
        start_new_session=True,
    )


def run(
    command: Sequence[str],
    *,
    cwd: Path,
    limits: Limits,
    scratch: Path,
    environment: Mapping[str, str] | None = None,
    start: Callable[[Invocation], Process] = start_process,
) -> Completed:
    """Runs `command` to its end, or kills its whole process group when the time is up or this call is interrupted.

    `scratch` is an existing folder: it takes the outputs and is the process's TMPDIR. OSError if it cannot be started,
    InterruptedError if `kill_all` ended it.
    """
    env = _environment({"TMPDIR": str(scratch), **(environment or {})})
    begin = time.monotonic()
    out_path, err_path = scratch / "stdout", scratch / "stderr"
    with out_path.open("wb") as out, err_path.open("wb") as err:
        invocation = Invocation(
            command=tuple(command), cwd=cwd, environment=env, stdout=out.fileno(), stderr=err.fileno()
        )
        process = None
        try:
            with interruption.shielded(), _live_lock:  # `kill_all` finds every process, and after it none is started
                interruption.check()
                process = start(invocation)
                _live.add(process.pid)
            timed_out = _wait(process, limits)
        finally:
            if process is not None:
                _end(process)
    if process.pid in _killed:
        _killed.discard(process.pid)
        raise InterruptedError(errno.EINTR, "the run was interrupted")
    return Completed(
        returncode=process.wait(),
        timed_out=timed_out,
        seconds=time.monotonic() - begin,
        stdout=out_path.read_text(errors="replace"),
        stderr=_both_ends(err_path),
    )


def kill_all() -> None:
    """Kills every process group that `run` has under way in this process, and what runs in the background."""
    with interruption.shielded():
        with _background_lock:
            background = tuple(_background)
        for server in background:  # first: nobody waits any longer for one that does not answer
            server.end()
        with _live_lock:
            for pid in _live:
                _killed.add(pid)
                _kill_group(pid)


interruption.at_end(kill_all)


def start_background(
    command: Sequence[str], *, preload: Path, environment: Mapping[str, str], socket_variable: str
) -> Background:
    """Starts a process that serves this one over a socket; `socket_variable` tells it the descriptor of its end.

    It loads `preload` before its own libraries. OSError if it cannot be started.
    """
    with interruption.shielded(), _background_lock:
        interruption.check()
        background = _start_background(command, preload, environment, socket_variable)
        _background.add(background)
    return background


def _start_background(
    command: Sequence[str], preload: Path, environment: Mapping[str, str], socket_variable: str
) -> Background:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    env = _environment({**environment, socket_variable: str(theirs.fileno())})
    env["LD_PRELOAD"] = os.pathsep.join(filter(None, (str(preload), env.get("LD_PRELOAD"))))
    try:
        process = subprocess.Popen(
            list(command),
            cwd="/",
            env=env,
            pass_fds=(theirs.fileno(),),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        ours.close()
        raise
    finally:
        theirs.close()
    return Background(process=process, connection=ours)


def _environment(changes: Mapping[str, str]) -> dict[str, str]:
    return {"GLIBC_TUNABLES": _TUNABLES, **os.environ, "LC_ALL": "C", **changes}


def _wait(process: Process, limits: Limits) -> bool:
    """Whether the time was up before the process ended."""
    if limits.memory_bytes is not None:
        # prlimit after the start and not setrlimit before: a preexec function would force a full fork.
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(process.pid, resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    return not _ends_within(process, limits.timeout_s)


def _end(process: Process) -> None:
    _kill_group(process.pid)  # also what the process may have left behind
    process.wait()
    with _live_lock:
        _live.discard(process.pid)


def _ends_within(process: Process, timeout_s: float) -> bool:
    """Waits on the process itself: `Popen.wait(timeout)` looks every 50 ms, half of which a core idles each module."""
    descriptor = os.pidfd_open(process.pid)
    try:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        return bool(poll.poll(min(timeout_s * 1000, _LONGEST_POLL_MS)))
    finally:
        os.close(descriptor)


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _both_ends(path: Path) -> str:
    with path.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(0)
        if size <= STDERR_BYTES:
            return stream.read().decode(errors="replace")
        begin = stream.read(STDERR_BYTES // 2)
        stream.seek(-STDERR_BYTES // 2, os.SEEK_END)
        return begin.decode(errors="replace") + "\n…\n" + stream.read().decode(errors="replace")
