"""Compilers that are forked from a loaded one.

The same commands as in new processes, without 15 ms of start each.

The other side, and the protocol, is preprocessing/v0/compiler_server/CompilerServer.c. A server saves time and decides
nothing: where there is none, or not yet, or where it fails, the command is started as a process of its own, and what
comes out is the same. So nobody needs to choose, and nothing here raises for a server's sake.
"""

from __future__ import annotations

import os
import select
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rl4real_data.toolchain.process import Completed, Limits, run, start_background
from rl4real_data.toolchain.start import Invocation, Process, start_process

_REPLY_S: Final = 10.0
"""A fork takes a millisecond, and 0.2 s once while the server moves its code to huge pages."""

_SHOWN_BYTES: Final = 4000

_MOST_LOSSES: Final = 3
"""A server that ends again and again is no help."""

_REJECTED: Final = 1
"""What clang ends with when it does not take its source."""

_HEADER: Final = struct.Struct("=IIIII")  # bytes of text, words, variables, descriptors passed, whether confined
_REPLY: Final = struct.Struct("=ii")  # pid, errno


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerFiles:
    """What a server is made of: the compiler, the plugin that it has loaded, the library that makes it a server."""

    clang: Path
    plugin: Path
    library: Path

    def serves(self, command: tuple[str, ...]) -> bool:
        return command[0] == str(self.clang) and f"-fplugin={self.plugin}" in command


@dataclass(frozen=True, slots=True, kw_only=True)
class ForkedProcess:
    """A child that somebody else forked for us."""

    pid: int


class CompilerServer:
    """One loaded compiler. It ends with `close`, with `kill_all`, and when this process does."""

    def __init__(self, files: ServerFiles) -> None:
        """Starts to load it and does not wait. OSError if it cannot be started."""
        self._owner = os.getpid()
        self._ready = False
        self._lock = threading.Lock()
        self._background = start_background(
            # What it does where the library is not loaded, and room for the words that `ps` shows of a child.
            (str(files.clang), "--version", " " * _SHOWN_BYTES),
            preload=files.library,
            environment={
                "LD_BIND_NOW": "1",  # once here, or 3,000 times 0.5 µs in every child
                "MLRA_SERVER_PLUGIN": str(files.plugin),
            },
            socket_variable="MLRA_SERVER_SOCKET",
        )
        self._socket = self._background.connection
        self._socket.settimeout(_REPLY_S)

    @property
    def is_over(self) -> bool:
        """Whether it was ended, or belongs to the process that this one was forked from."""
        return self._background.is_over or self._owner != os.getpid()

    @property
    def program(self) -> Path:
        """What was loaded: another file than the compiler's where that only starts another program."""
        return Path(f"/proc/{self._background.process.pid}/exe").resolve()

    def is_ready(self, *, within_s: float = 0) -> bool:
        """Whether it has loaded everything. OSError if it ended instead."""
        with self._lock:
            if not self._ready:
                poll = select.poll()
                poll.register(self._socket, select.POLLIN)
                if poll.poll(within_s * 1000):
                    if self._socket.recv(1) != b"r":
                        raise ConnectionResetError("the compiler server ended before it was ready")
                    self._ready = True
            return self._ready

    def start(self, invocation: Invocation) -> Process | None:
        """Forks a child for the command; None if the child cannot begin, as in a folder that is not there.

        OSError if the server does not do its part.
        """
        variables = tuple(f"{name}={value}" for name, value in invocation.environment.items())
        strings = (str(invocation.cwd), *invocation.command, *variables)
        body = b"".join(os.fsencode(string) + b"\0" for string in strings)
        if body.count(b"\0") != len(strings):
            return None
        confinement = [invocation.confinement.descriptor] if invocation.confinement else []
        counts = (len(body), len(invocation.command), len(variables), len(invocation.passed), len(confinement))
        numbers = struct.pack(f"={len(invocation.passed)}I", *invocation.passed)
        ours, theirs = socket.socketpair()
        with ours:
            ours.settimeout(_REPLY_S)
            with theirs:
                descriptors = [theirs.fileno(), invocation.stdout, invocation.stderr, *confinement, *invocation.passed]
                socket.send_fds(self._socket, [b"\0"], descriptors)
            ours.sendall(_HEADER.pack(*counts) + numbers + body)
            pid, error = _REPLY.unpack(_receive(ours, _REPLY.size))
            if error:
                os.waitpid(pid, 0)
                return None
            ours.sendall(b"b")
        return ForkedProcess(pid=pid)

    def close(self) -> None:
        """Ends it. Children that have begun go on."""
        self._background.end()


def run_served(
    files: ServerFiles | None,
    command: Sequence[str],
    *,
    cwd: Path,
    limits: Limits,
    scratch: Path,
    passed: tuple[int, ...] = (),
) -> Completed:
    """As `run`, confined, with a compiler that is forked from a server of this process where there is one.

    One that crashes, or fails without a word, is run again as a process of its own, so that this is not the server's
    fault, nor the stack dump its own. What is `passed` are files, which are emptied before.
    """
    start = _Start(files)

    def run_once(way: Callable[[Invocation], Process]) -> Completed:
        return run(command, cwd=cwd, limits=limits, scratch=scratch, passed=passed, is_confined=True, start=way)

    done = run_once(start)
    is_explained = done.returncode == _REJECTED and done.stderr.strip()
    if done.ok or done.timed_out or is_explained or not start.has_forked:
        return done
    for descriptor in passed:
        os.ftruncate(descriptor, 0)
    return run_once(start_process)


def begin_to_load(files: ServerFiles | None) -> None:
    """Has a server ready sooner: it loads on a core that has nothing else to do before the first command."""
    if files is None:
        return
    try:
        _server_of(files)
    except OSError:
        _lose(files, None)


class _Start:
    """How one command starts: `has_forked` tells which way it was."""

    def __init__(self, files: ServerFiles | None) -> None:
        self._files = files
        self.has_forked = False

    def __call__(self, invocation: Invocation) -> Process:
        process = _fork(self._files, invocation) if self._files and self._files.serves(invocation.command) else None
        self.has_forked = process is not None
        return process or start_process(invocation)


_servers: dict[ServerFiles, CompilerServer] = {}
_losses: Counter[ServerFiles] = Counter()
_servers_lock = threading.Lock()


def _fork(files: ServerFiles, invocation: Invocation) -> Process | None:
    """The command's process, if a server is there and does its part."""
    server: CompilerServer | None = None
    try:
        server = _server_of(files)
        return server.start(invocation) if server and server.is_ready() else None
    except OSError:
        _lose(files, server)
        return None


def _server_of(files: ServerFiles) -> CompilerServer | None:
    """The server of this process, started now if need be; None if too many were lost."""
    with _servers_lock:
        server = _servers.get(files)
        if _losses[files] < _MOST_LOSSES and (server is None or server.is_over):
            server = _servers[files] = CompilerServer(files)
        return server


def _lose(files: ServerFiles, server: CompilerServer | None) -> None:
    """Gives the server up. One that `kill_all` ended meanwhile was not lost."""
    with _servers_lock:
        if server is None:
            _losses[files] += 1
        elif _servers.get(files) is server:
            del _servers[files]
            if not server.is_over:
                _losses[files] += 1
                server.close()


def _receive(stream: socket.socket, size: int) -> bytes:
    received = b""
    while len(received) < size:
        more = stream.recv(size - len(received))
        if not more:
            raise ConnectionResetError("the compiler server ended the conversation")
        received += more
    return received
