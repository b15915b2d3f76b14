"""The compiler server with real compilers: what a fork does is what a process does."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.compiler_server import CompilerServer, ServerFiles, run_served
from rl4real_data.toolchain.confinement import landlock_version
from rl4real_data.toolchain.memory_file import MemoryFile
from rl4real_data.toolchain.plugin import Plugin
from rl4real_data.toolchain.process import Completed, Limits, kill_all, run
from rl4real_data.toolchain.server_library import ensure_server
from rl4real_data.toolchain.start import Invocation, Process, start_process

from .dataset_bytes import dataset_bytes

pytestmark = pytest.mark.clang

Start = Callable[[Invocation], Process]
SOON = Limits(timeout_s=120)

SOURCES = {
    "good": "int sum(int *p, int n) { int s = 0; for (int i = 0; i < n; ++i) s += p[i] * i; return s; }\n",
    "warned": "#warning this is said\nint f(void) { return 1; }\n",
    "rejected": "int f(void) { return unknown; }\n#include <absent.h>\n",
    "crash": "#pragma clang __debug crash\n",
    "fatal": "#pragma clang __debug llvm_fatal_error\n",
    "huge": "".join(f"#define A{n + 1} A{n} A{n} A{n} A{n}\n" for n in range(16))
    + "#define A0 1,\nint a[] = { A16 };\n",
}


@pytest.fixture(params=[22, 19])
def files(request: pytest.FixtureRequest, toolchains: dict[int, tuple[Clang, Plugin]]) -> ServerFiles:
    made = ensure_server(*toolchains[request.param])
    assert made is not None
    return made


@pytest.fixture
def server(files: ServerFiles) -> Iterator[CompilerServer]:
    server = CompilerServer(files)
    assert server.is_ready(within_s=60)
    yield server
    server.close()


def forking(server: CompilerServer) -> Start:
    def start(invocation: Invocation) -> Process:
        process = server.start(invocation)
        assert process is not None
        return process

    return start


def compile_in(folder: Path, files: ServerFiles, start: Start, *, limits: Limits = SOON) -> tuple[Completed, bytes]:
    records = folder / "records"
    command = (
        *(str(files.clang), "-O3", f"-fplugin={files.plugin}", "-mllvm", "-regalloc=mlra"),
        *("-mllvm", f"-mlra-dump-columns={records}", "-mllvm", "-mlra-discard", "-mllvm", "-mlra-dump-mir"),
        *("-c", "source.c", "-o", "/dev/null", "-fno-crash-diagnostics"),
    )
    done = run(command, cwd=folder, limits=limits, scratch=folder, start=start)
    written = records.read_bytes() if records.is_file() else b""
    records.unlink(missing_ok=True)
    return done, written


def outcome(done: Completed) -> tuple[int, bool, str, str]:
    """All but the time, and the frames of a stack dump, which begins elsewhere in a fork."""
    said = re.sub(r"(?m)^ *#\d+ .*\n", "", done.stderr)
    return done.returncode, done.timed_out, done.stdout, said


@pytest.mark.parametrize("kind", ["good", "warned", "rejected", "crash", "fatal"])
def test_fork_does_what_a_process_does(files: ServerFiles, server: CompilerServer, tmp_path: Path, kind: str) -> None:
    (tmp_path / "source.c").write_text(SOURCES[kind])
    plain, plain_records = compile_in(tmp_path, files, start_process)
    forked, forked_records = compile_in(tmp_path, files, forking(server))

    assert outcome(forked) == outcome(plain)
    assert forked_records == plain_records
    assert plain.ok == (kind in ("good", "warned"))
    assert bool(plain_records) == plain.ok
    if kind == "crash":
        assert "Stack dump:" in forked.stderr
        again, records = compile_in(tmp_path, files, forking(server))  # the server is as it was
        assert (again.returncode, records) == (plain.returncode, plain_records)


def test_code_in_huge_pages_does_the_same(files: ServerFiles, server: CompilerServer, tmp_path: Path) -> None:
    """The server moves its code after 64 commands."""
    (tmp_path / "source.c").write_text(SOURCES["good"])
    plain = compile_in(tmp_path, files, start_process)
    for _ in range(70):
        forked = compile_in(tmp_path, files, forking(server))
        assert (outcome(forked[0]), forked[1]) == (outcome(plain[0]), plain[1])
    maps = Path(f"/proc/{server._background.process.pid}/maps").read_text()
    has_huge_pages = "[never]" not in Path("/sys/kernel/mm/transparent_hugepage/enabled").read_text()
    assert bool(re.search(r"(?m) r-xp 00000000 00:00 0 *$", maps)) == has_huge_pages


def test_memory_limit_is_that_of_a_process(files: ServerFiles, server: CompilerServer, tmp_path: Path) -> None:
    (tmp_path / "source.c").write_text(SOURCES["huge"])
    limits = Limits(timeout_s=120, memory_bytes=768 << 20)
    plain, _ = compile_in(tmp_path, files, start_process, limits=limits)
    forked, _ = compile_in(tmp_path, files, forking(server), limits=limits)

    assert plain.returncode == forked.returncode != 0
    assert "out of memory" in plain.stderr
    assert "out of memory" in forked.stderr


def test_time_limit_and_kill_all_end_a_fork(files: ServerFiles, server: CompilerServer, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.h")  # nobody writes into it
    (tmp_path / "source.c").write_text('#include "pipe.h"\n')
    done, _ = compile_in(tmp_path, files, forking(server), limits=Limits(timeout_s=0.5))
    assert (done.timed_out, done.signal_name) == (True, "SIGKILL")

    outcomes: list[object] = []

    def work() -> None:
        try:
            outcomes.append(compile_in(tmp_path, files, forking(server)))
        except OSError as error:
            outcomes.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    time.sleep(0.5)
    kill_all()
    thread.join(timeout=30)
    assert isinstance(outcomes[0], InterruptedError)
    assert server.is_over


def test_crash_has_the_stack_dump_of_a_process(files: ServerFiles, tmp_path: Path) -> None:
    (tmp_path / "source.c").write_text(SOURCES["crash"])
    command = (str(files.clang), f"-fplugin={files.plugin}", "-c", "source.c", "-o", "x.o", "-fno-crash-diagnostics")
    try:
        for _ in range(20):  # until the server is ready, and then some
            done = run_served(files, command, cwd=tmp_path, limits=SOON, scratch=tmp_path)
            assert "Stack dump:" in done.stderr
            assert "libcompiler-server" not in done.stderr
    finally:
        kill_all()


LOOK = """
import os, resource, signal, subprocess, sys, threading
mark = os.environ.pop("RL4REAL_DATA_RUN")  # each command has another one
assert f"RL4REAL_DATA_RUN={mark}" in open("/proc/self/environ").read().split("\\0")
names = [(number, f"/proc/self/fd/{number}") for number in range(100)]
descriptors = [(number, os.readlink(name).split(":[")[0]) for number, name in names if os.path.exists(name)]
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
facts = {
    "argv": sys.argv[1:],
    "exe": os.readlink("/proc/self/exe"),
    "folder": os.getcwd(),
    "environment": sorted(os.environ.items()),
    "descriptors": descriptors,
    "leads": (os.getpgid(0) == os.getpid(), os.getsid(0) == os.getpid(), threading.get_native_id() == os.getpid()),
    "signals": [status[name].strip() for name in ("SigBlk", "SigIgn", "SigCgt")],
    "limits": [resource.getrlimit(number) for number in range(16)],
    "parent": os.getppid(),
    "shown": open("/proc/self/cmdline").read().rstrip("\\0"),
    "umask": os.umask(0),
    "privileges": status["NoNewPrivs"].strip(),
}
for place in (os.environ["TMPDIR"] + "/in", "/dev/null", "../out"):
    try:
        open(place, "w").write("written")
    except OSError as error:
        facts[place] = error.errno
try:
    os.kill(os.getppid(), 0)
except OSError as error:
    facts["signal"] = error.errno
found = []
threads = [threading.Thread(target=found.append, args=(number,)) for number in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
facts["threads"] = sorted(found)
facts["child"] = subprocess.run(["env"], capture_output=True, text=True).stdout.splitlines()
print(facts, flush=True)
os.kill(os.getpid(), signal.SIGUSR1) if "die" in sys.argv else None
"""


@pytest.mark.parametrize("is_confined", [True, False])
@pytest.mark.parametrize("words", [(), ("", "a b", "$HOME", "ü"), ("die",)])
def test_any_program_sees_no_difference(
    toolchains: dict[int, tuple[Clang, Plugin]], tmp_path: Path, words: tuple[str, ...], is_confined: bool
) -> None:
    """The library is not clang's alone: Python itself tells what it was started with."""
    made = ensure_server(*toolchains[22])
    assert made is not None
    program = Path(sys.executable).resolve()
    server = CompilerServer(ServerFiles(clang=program, plugin=made.library, library=made.library))
    (scratch := tmp_path / "scratch").mkdir()
    files = [MemoryFile("one"), MemoryFile("two")]
    try:
        assert server.is_ready(within_s=60)
        plain, forked = (
            run(
                (str(program), "-IS", "-c", LOOK, *words),
                cwd=scratch,
                limits=SOON,
                scratch=scratch,
                passed=tuple(file.descriptor for file in reversed(files)),
                is_confined=is_confined,
                start=start,
            )
            for start in (start_process, forking(server))
        )
    finally:
        server.close()

    assert forked.stdout == plain.stdout
    assert (forked.returncode, forked.stderr) == (plain.returncode, plain.stderr)
    assert plain.signal_name == ("SIGUSR1" if words == ("die",) else "")
    assert plain.stdout.startswith("{'argv': ")
    assert plain.stdout.count("memfd:") == 2
    assert (tmp_path / "out").exists() == (not is_confined or not landlock_version())
    assert ("'signal': 1" in plain.stdout) == (is_confined and landlock_version() >= 6)


HOLDER = """
import sys, time
from pathlib import Path
from rl4real_data.toolchain import compiler_server
from rl4real_data.toolchain.compiler_server import ServerFiles, run_served
from rl4real_data.toolchain.process import Limits
clang, plugin, library, folder = map(Path, sys.argv[1:])
files = ServerFiles(clang=clang, plugin=plugin, library=library)
server = compiler_server._server_of(files)
assert server.is_ready(within_s=60)
print(server._background.process.pid, flush=True)
command = (str(clang), f"-fplugin={plugin}", "-c", "source.c", "-o", "/dev/null")
run_served(files, command, cwd=folder, limits=Limits(timeout_s=60), scratch=folder)
"""


def has_ended(pid: int) -> bool:
    return not Path(f"/proc/{pid}/exe").exists()  # a zombie has none


def test_server_and_its_children_die_with_the_process_that_they_serve(files: ServerFiles, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.h")  # nobody writes into it
    (tmp_path / "source.c").write_text('#include "pipe.h"\n')
    words = (sys.executable, "-c", HOLDER, files.clang, files.plugin, files.library, tmp_path)
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        server = int(holder.stdout.readline())
        deadline = time.monotonic() + 60
        while not (children := [process for process in processes_in(tmp_path) if process != holder.pid]):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert b"MLRA_SERVER_SOCKET=" in Path(f"/proc/{children[0]}/environ").read_bytes()  # it is a fork
        holder.kill()
    deadline = time.monotonic() + 10
    while not all(map(has_ended, (server, *children))):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def processes_in(folder: Path) -> list[int]:
    """Those that work in the folder."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):  # it has ended
            if place.readlink() == folder:
                found.append(int(place.parent.name))
    return found


WITHOUT = (
    "from rl4real_data.flow import preparation; preparation.ensure_server = lambda *_: None; "
    "from rl4real_data.__main__ import run; run()"
)


@pytest.mark.parametrize("target", ["x86", "aarch64"])
def test_dataset_has_the_same_bytes_without_it(tmp_path: Path, target: str) -> None:
    flow = ("flow", target, "train", "mlra", "--jobs", "2", "--data-dir")
    for name, program in (("with", ("-m", "rl4real_data")), ("without", ("-c", WITHOUT))):
        done = run(
            (sys.executable, *program, *flow, name), cwd=tmp_path, limits=Limits(timeout_s=600), scratch=tmp_path
        )
        assert done.ok, done.stderr

    assert dataset_bytes(tmp_path / "with") == dataset_bytes(tmp_path / "without")
