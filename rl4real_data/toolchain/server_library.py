"""The library that makes a stock clang a compiler server.

It is built on first use, and kept, with its checksum, only if it is seen to work.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from rl4real_data.core.atomic_files import exclusive
from rl4real_data.core.shipped_files import server_source_dir
from rl4real_data.toolchain.clang import PROBE_LIMITS, Clang
from rl4real_data.toolchain.compiler_server import CompilerServer, ServerFiles
from rl4real_data.toolchain.kept_files import keep, sha256_if_whole
from rl4real_data.toolchain.plugin import Plugin, source_hash
from rl4real_data.toolchain.process import Limits, run
from rl4real_data.toolchain.start import Invocation, Process, start_process

_LOAD_S: Final = 20.0
"""Half a second on a slow disk; a system where it takes longer has no use for it."""

_BUILD_LIMITS: Final = Limits(timeout_s=120)  # two files of C: 0.2 s

C_COMPILERS: Final = ("cc", "gcc")
"""Looked for in this order; without any, clang itself may know where its linker is."""

_PROBE: Final = "int probe(int *numbers, int count) { return count ? *numbers + probe(numbers + 1, count - 1) : 0; }\n"


class NoServer(Exception):
    """Why commands of this compiler are started as processes of their own."""


def ensure_server(clang: Clang, plugin: Plugin) -> ServerFiles | None:
    """What a server for `clang` is made of, built and tried now if need be; None where none works."""
    files = _files_of(clang, plugin)
    try:
        if sha256_if_whole(files.library) is None:
            with exclusive(files.library.with_suffix(".lock"), wait=True):
                if sha256_if_whole(files.library) is None:
                    _make(files)
    except (NoServer, OSError):
        return None
    return files


def examine_server(clang: Clang, plugin: Plugin) -> str | None:
    """Why there is no server for `clang` on this machine; None if it works, as a trial shows."""
    files = _files_of(clang, plugin)
    try:
        if sha256_if_whole(files.library) is not None:
            _try_out(files)
        else:
            _make(files)
    except (NoServer, OSError) as error:
        return str(error)
    return None


def _files_of(clang: Clang, plugin: Plugin) -> ServerFiles:
    """The library lies beside the plugin; its name changes with its sources, the compiler and the plugin."""
    identity = (source_hash(server_source_dir()), clang.fingerprint(), plugin.fingerprint())
    key = hashlib.sha256("|".join(identity).encode()).hexdigest()[:16]
    folder = plugin.path.parent.absolute()
    return ServerFiles(
        clang=clang.path, plugin=folder / plugin.path.name, library=folder / f"libcompiler-server-{key}.so"
    )


def _make(files: ServerFiles) -> None:
    """Builds the library, tries it and only then publishes it."""
    with keep(files.library) as draft:
        _build(files.clang, draft)
        _try_out(ServerFiles(clang=files.clang, plugin=files.plugin, library=draft))


def _build(clang: Path, library: Path) -> None:
    sources = sorted(map(str, server_source_dir().glob("*.c")))
    compiler = next(filter(None, map(shutil.which, C_COMPILERS)), str(clang))
    words = (compiler, "-O2", "-shared", "-fPIC", "-fvisibility=hidden", "-o", str(library), *sources, "-ldl")
    with tempfile.TemporaryDirectory() as scratch:
        done = run(words, cwd=Path(scratch), limits=_BUILD_LIMITS, scratch=Path(scratch))
    if not done.ok:
        raise NoServer(f"its library does not build: {' '.join(words)}\n{done.stderr_tail}")


def _try_out(files: ServerFiles) -> None:
    """Compiles a function both ways. NoServer unless both do the same."""
    server = CompilerServer(files)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "probe.c").write_text(_PROBE)

        def forked(invocation: Invocation) -> Process:
            process = server.start(invocation)
            if process is None:
                raise NoServer("the compiler server does not take a command")
            return process

        try:
            if not server.is_ready(within_s=_LOAD_S):
                raise NoServer(f"{files.clang} is not loaded within {_LOAD_S:g} s")
            if server.program != files.clang.resolve():
                raise NoServer(f"{files.clang} starts {server.program}, and may do more than that")
            results = [_compile(files, folder, start) for start in (start_process, forked)]
        finally:
            server.close()
    if results[0] != results[1] or not results[0][-1]:
        raise NoServer(f"{files.clang} does not do the same in a server as in a process")


def _compile(files: ServerFiles, folder: Path, start: Callable[[Invocation], Process]) -> tuple[int, str, str, bytes]:
    """What a recorded compilation says and writes."""
    records = folder / "records"
    command = (
        *(str(files.clang), "-O2", f"-fplugin={files.plugin}", "-mllvm", "-regalloc=mlra"),
        *("-mllvm", f"-mlra-dump-columns={records}", "-c", "probe.c", "-o", "/dev/null"),
    )
    done = run(command, cwd=folder, limits=PROBE_LIMITS, scratch=folder, is_confined=True, start=start)
    written = records.read_bytes() if records.is_file() else b""
    records.unlink(missing_ok=True)
    return done.returncode, done.stdout, done.stderr, written
