"""The processes of the program.

Own process group, time limit, memory limit, scratch folder that it may be confined to; none outlives this process.
"""

from __future__ import annotations

import contextlib
import errno
import os
import resource
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rl4real_data.core import interruption
from rl4real_data.toolchain.completed import Completed as Completed  # whoever runs a process knows both from here
from rl4real_data.toolchain.completed import Limits as Limits
from rl4real_data.toolchain.confinement import confinement_to
from rl4real_data.toolchain.mark import VARIABLE, keeper_command, kill_marked, new_mark
from rl4real_data.toolchain.output import ANSWER_BYTES, MESSAGE_BYTES, Listener, Output
from rl4real_data.toolchain.start import Invocation, Process, start_process

_WATCH_S: Final = 1.0
"""How long one look at a process under way lasts. What a look takes beyond twice that is not the process's time: the
clock jumped, or this machine stood still."""

_WORTH_GIVING_S: Final = 0.01
"""A delay that decides nothing."""

_LAST_WORDS_S: Final = 0.2
"""How long after its end somebody may still hold what a process spoke into: a process that is about to be killed, or
about to be started."""

_TUNABLES: Final = "glibc.malloc.hugetlb=1"
"""malloc asks for huge pages: a compiler lives a tenth of a second and spends a good part of it on page faults. Another
libc ignores it, and so does a kernel without them."""

_live: dict[int, bool] = {}
"""The processes that `run` has under way, by number, and whether `kill_all` has ended them."""
_lifelines: list[int] = []
_background: set[Background] = set()
_live_lock = threading.RLock()  # a signal's handler takes both, too, in whatever the main thread was about
_background_lock = threading.RLock()


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


def run(
    command: Sequence[str],
    *,
    cwd: Path,
    limits: Limits,
    scratch: Path,
    environment: Mapping[str, str] | None = None,
    passed: tuple[int, ...] = (),
    is_confined: bool = False,
    stdin: int = subprocess.DEVNULL,
    stdout: int | None = None,
    listener: Listener | None = None,
    start: Callable[[Invocation], Process] = start_process,
) -> Completed:
    """Runs `command` to its end, or kills its whole process group when the time is up or this call is interrupted.

    `scratch` is an existing folder: the process's TMPDIR and, if it is confined, where alone it can write; besides what
    is `passed`. `stdin` and `stdout` are open descriptors; without the latter, what the process says there is kept. Of
    a confined one no more is kept than of stderr. What a `listener` raises ends it, too. OSError if it cannot be
    started, InterruptedError if `kill_all` ended it.
    """
    keep_processes()
    mark = new_mark()
    changes = {"TMPDIR": str(scratch), "XDG_CACHE_HOME": str(scratch)} if is_confined else {"TMPDIR": str(scratch)}
    begin = time.monotonic()
    # A compiler has nothing to say on stdout.
    with contextlib.closing(Output(MESSAGE_BYTES if is_confined else ANSWER_BYTES, listener)) as output:
        invocation = Invocation(
            command=tuple(command),
            cwd=cwd,
            environment=_environment({**changes, VARIABLE: mark, **(environment or {})}),
            stdin=stdin,
            stdout=output.stdout.theirs if stdout is None else stdout,
            stderr=output.stderr.theirs,
            passed=passed,
            confinement=confinement_to(scratch) if is_confined else None,
        )
        pid = 0
        try:
            with interruption.shielded(), _live_lock:  # `kill_all` finds every process, and after it none is started
                interruption.check()
                pid = start(invocation).pid
                _live[pid] = False
            output.has_started()
            _limit(pid, limits)
            timed_out = not _ends_within(pid, output, limits.timeout_s)
        finally:
            status, usage, was_killed = _end(pid) if pid else (0, None, False)
        _hear_the_rest(output, mark)
        if was_killed:
            raise InterruptedError(errno.EINTR, "the run was interrupted")
        return Completed(
            returncode=os.waitstatus_to_exitcode(status),
            timed_out=timed_out,
            seconds=time.monotonic() - begin,
            stdout=output.stdout.text,
            stderr=output.stderr.text,
            peak_memory_bytes=usage.ru_maxrss << 10 if usage else 0,
            processor_s=usage.ru_utime + usage.ru_stime if usage else 0.0,
        )


def run_attached(command: Sequence[str], *, passed: tuple[int, ...] = (), more: Mapping[str, str] | None = None) -> int:
    """Runs a command as the user's shell would: in this folder, with our input and output, without a limit.

    How it ended: its exit code, or the negative number of a signal. `passed` are descriptors that it has under the same
    numbers, `more` is added to the environment. OSError if it cannot be started.
    """
    process = subprocess.Popen(list(command), pass_fds=passed, env={**os.environ, **(more or {})})
    try:
        return process.wait()
    finally:
        if process.returncode is None:  # we were interrupted; a terminal's Ctrl-C ended it, too
            process.terminate()
            process.wait()


def keep_processes() -> None:
    """Starts the keeper of this process, once. Where it cannot be started, a SIGKILL may leave compilers behind."""
    with interruption.shielded(), _background_lock:
        if _lifelines:
            return
        theirs, ours = os.pipe()
        _lifelines.append(ours)
        with contextlib.suppress(OSError):
            keeper = subprocess.Popen(
                keeper_command(),
                cwd="/",
                stdin=theirs,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            keeper.returncode = 0  # nobody waits for it: it ends after this process
        os.close(theirs)


def _cut_lifelines() -> None:
    """In a fork of this process, which starts a keeper of its own: our keeper waits for our end, not for the fork's."""
    while _lifelines:
        os.close(_lifelines.pop())


os.register_at_fork(after_in_child=_cut_lifelines)


def kill_all() -> None:
    """Kills every process group that `run` has under way in this process, and what runs in the background."""
    with interruption.shielded():
        with _background_lock:
            background = tuple(_background)
        for server in background:  # first: nobody waits any longer for one that does not answer
            server.end()
        with _live_lock:
            for pid in _live:
                _live[pid] = True
                _kill_group(pid)


interruption.at_end(kill_all)


def start_background(
    command: Sequence[str], *, preload: Path, environment: Mapping[str, str], socket_variable: str
) -> Background:
    """Starts a process that serves this one over a socket; `socket_variable` tells it the descriptor of its end.

    It loads `preload` before its own libraries. OSError if it cannot be started.
    """
    keep_processes()
    with interruption.shielded(), _background_lock:
        interruption.check()
        background = _start_background(command, preload, environment, socket_variable)
        _background.add(background)
    return background


def _start_background(
    command: Sequence[str], preload: Path, environment: Mapping[str, str], socket_variable: str
) -> Background:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    env = _environment({**environment, VARIABLE: new_mark(), socket_variable: str(theirs.fileno())})
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


def start_conversation(command_of: Callable[[int], Sequence[str]], *, cwd: Path, stderr: int) -> Background:
    """Starts the command that `command_of` makes of the number of a descriptor: its end of a stream between us.

    It ends with `end`, with `kill_all`, and when this process does. OSError if it cannot be started.
    """
    keep_processes()
    with interruption.shielded(), _background_lock:
        interruption.check()
        ours, theirs = socket.socketpair()
        try:
            process = subprocess.Popen(
                list(command_of(theirs.fileno())),
                cwd=cwd,
                env=_environment({VARIABLE: new_mark(), "LD_BIND_NOW": "1"}),  # once here, or in every fork
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                start_new_session=True,
            )
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()
        background = Background(process=process, connection=ours)
        _background.add(background)
    return background


def _environment(changes: Mapping[str, str]) -> dict[str, str]:
    return {"GLIBC_TUNABLES": _TUNABLES, **os.environ, "LC_ALL": "C", **changes}


def _limit(pid: int, limits: Limits) -> None:
    """After the start, since a preexec function would force a full fork; what is written is limited like memory."""
    if limits.memory_bytes is None:
        return
    with contextlib.suppress(ProcessLookupError):
        for kind in (resource.RLIMIT_AS, resource.RLIMIT_FSIZE):
            _, hard = resource.prlimit(pid, kind)
            most = limits.memory_bytes if hard == resource.RLIM_INFINITY else min(limits.memory_bytes, hard)
            resource.prlimit(pid, kind, (most, most))


def _end(pid: int) -> tuple[int, resource.struct_rusage, bool]:
    """Kills the process and its group. How it ended, as `wait` tells, what it used, and whether `kill_all` ended it."""
    _kill_group(pid)  # also what the process may have left behind
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    with _live_lock:
        was_killed = _live.pop(pid, False)
    _, status, usage = os.wait4(pid, 0)  # from now on the number may be another process's
    return status, usage, was_killed


def _ends_within(pid: int, output: Output, timeout_s: float) -> bool:
    """Waits on the process itself: `Popen.wait(timeout)` looks every 50 ms, half of which a core idles each module.

    The time in which it wanted a processor and got none is given back to it: it is the machine that was late.
    """
    descriptor = os.pidfd_open(pid)
    given_back_s = 0.0
    try:
        while True:
            while timeout_s > 0:
                begin = time.monotonic()
                if output.hear(min(timeout_s, _WATCH_S), until=descriptor):
                    return True
                timeout_s -= min(time.monotonic() - begin, 2 * _WATCH_S)
            timeout_s = (late_s := _waited_for_processor_s(pid)) - given_back_s
            if timeout_s < _WORTH_GIVING_S:
                return False
            given_back_s = late_s
    finally:
        os.close(descriptor)


def _waited_for_processor_s(pid: int) -> float:
    """For how long the process was ready to run and did not, so far; 0 where the kernel does not count that."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0


def _hear_the_rest(output: Output, mark: str) -> None:
    """What the ended process said last. Whoever can still speak left its group, and is killed."""
    if not output.hear(_LAST_WORDS_S):
        kill_marked(mark)
        output.hear(_LAST_WORDS_S)


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
