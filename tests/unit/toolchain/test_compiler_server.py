"""The compiler server's side in Python, with servers that are scripts: whatever they do, the command runs."""

from __future__ import annotations

import os
import select
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_clang import write_script

from rl4real_data.toolchain import compiler_server
from rl4real_data.toolchain.compiler_server import CompilerServer, ServerFiles, begin_to_load, run_served
from rl4real_data.toolchain.memory_file import MemoryFile
from rl4real_data.toolchain.process import Completed, Limits, kill_all

FAKE = r"""
import array, ctypes, os, platform, signal, socket, struct, sys, time

HOME = os.path.dirname(os.path.abspath(__file__))


def compile(words):
    open(HOME + "/scratch/starts", "a").write("forked " if FORKED else "plain ")
    word = words[-1]
    if word == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if word == "crash-forked" and FORKED:
        os.kill(os.getpid(), signal.SIGSEGV)
    if word.startswith("/proc/self/fd/"):  # writes, and fails as a fork, without a word
        with open(word, "a") as out:
            out.write("written by a fork " if FORKED else "written by a process")
        return int(FORKED)
    if word == "hang":
        open(HOME + "/scratch/pid", "w").write(str(os.getpid()))
        time.sleep(60)
    if word == "reject":
        print("error: not C", file=sys.stderr)
        return 1
    print(os.getcwd(), os.environ["TMPDIR"])
    return 0


def fork_sibling():
    number = {"x86_64": 56, "aarch64": 220}[platform.machine()]
    return ctypes.CDLL(None).syscall(number, 0x8000 | signal.SIGCHLD, 0, 0, 0, 0)


def read_all(peer, size):
    data = b""
    while len(data) < size:
        more = peer.recv(size - len(data))
        if not more:
            os._exit(1)
        data += more
    return data


def child(descriptors):
    peer = socket.socket(fileno=descriptors[0])
    size, words, variables, passed, confined = struct.unpack("=IIIII", read_all(peer, 20))
    numbers = struct.unpack("=%dI" % passed, read_all(peer, 4 * passed))
    assert len(descriptors) == 3 + confined + passed
    strings = [os.fsdecode(word) for word in read_all(peer, size).split(b"\0")]
    os.setsid()
    for number in (1, 2):
        os.dup2(descriptors[number], number)
    for descriptor, number in zip([os.dup(descriptor) for descriptor in descriptors[3 + confined :]], numbers):
        os.dup2(descriptor, number)
    try:
        os.chdir(strings[0])
    except OSError as error:
        peer.sendall(struct.pack("=ii", os.getpid(), error.errno))
        os._exit(1)
    os.environ.update(word.split("=", 1) for word in strings[1 + words : 1 + words + variables])
    peer.sendall(struct.pack("=ii", os.getpid(), 0))
    read_all(peer, 1)
    code = compile(strings[1 : 1 + words])
    sys.stdout.flush()
    os._exit(code)


def serve(way):
    open(HOME + "/servers", "a").write("%d " % os.getpid())
    if way == "ends at once":
        return
    server = socket.socket(fileno=int(os.environ["MLRA_SERVER_SOCKET"]))
    while way == "never ready":
        time.sleep(60)
    server.send(b"r")
    while True:
        data, descriptors, _, _ = socket.recv_fds(server, 1, 16)
        if not data or way == "dies when asked":
            return
        while way == "hangs when asked":
            time.sleep(60)
        if way == "child dies":
            pass
        elif fork_sibling() == 0:
            global FORKED
            FORKED = True
            server.close()
            child(descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


FORKED = False
if "--version" in sys.argv:
    serve(open(HOME + "/way").read())
else:
    sys.exit(compile(sys.argv))
"""

SOON = Limits(timeout_s=30)


class Workshop:
    """A compiler that is a script, and a folder to run it in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.scratch = folder / "scratch"
        self.scratch.mkdir()
        clang = write_script(folder / "clang", FAKE)
        self.files = ServerFiles(clang=clang, plugin=folder / "libmlra.so", library=folder / "absent.so")
        self.serve("well")

    def serve(self, way: str) -> None:
        (self.folder / "way").write_text(way)

    def run(self, word: str, *, cwd: Path | None = None, limits: Limits = SOON) -> Completed:
        command = (str(self.files.clang), f"-fplugin={self.files.plugin}", word)
        return run_served(self.files, command, cwd=cwd or self.folder, limits=limits, scratch=self.scratch)

    def run_when_ready(self, word: str, *, limits: Limits = SOON) -> Completed:
        server = compiler_server._server_of(self.files)
        assert server is not None
        assert server.is_ready(within_s=10)
        return self.run(word, limits=limits)

    def starts(self) -> list[str]:
        return (self.scratch / "starts").read_text().split()

    def servers(self) -> list[int]:
        return [int(word) for word in (self.folder / "servers").read_text().split()]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_for(path: Path) -> str:
    deadline = time.monotonic() + 10
    while not (path.is_file() and path.read_text()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return path.read_text()


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workshop]:
    monkeypatch.setattr(compiler_server, "_servers", {})
    compiler_server._losses.clear()
    yield Workshop(tmp_path)
    kill_all()


def test_command_is_forked_and_looks_like_a_process(workshop: Workshop) -> None:
    done = workshop.run_when_ready("ok")

    assert workshop.starts() == ["forked"]
    assert (done.returncode, done.timed_out, done.stderr) == (0, False, "")
    assert done.stdout == f"{workshop.folder} {workshop.scratch}\n"
    assert 0 < done.seconds < 5


def test_one_server_is_for_all_commands(workshop: Workshop) -> None:
    workshop.run_when_ready("ok")
    workshop.run("ok")

    assert workshop.starts() == ["forked", "forked"]
    assert len(workshop.servers()) == 1


def test_a_server_is_there_before_the_first_command(workshop: Workshop) -> None:
    begin_to_load(workshop.files)
    begin_to_load(workshop.files)
    wait_for(workshop.folder / "servers")
    workshop.run_when_ready("ok")

    assert workshop.starts() == ["forked"]
    assert len(workshop.servers()) == 1


def test_no_server_is_begun_where_there_can_be_none(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise OSError("no more processes")

    begin_to_load(None)
    monkeypatch.setattr(compiler_server, "start_background", fails)
    begin_to_load(workshop.files)

    assert compiler_server._losses[workshop.files] == 1
    assert workshop.run("ok").ok


def test_nobody_waits_for_a_server_that_is_not_ready(workshop: Workshop) -> None:
    workshop.serve("never ready")

    assert workshop.run("ok").ok
    assert workshop.starts() == ["plain"]


def test_another_compiler_or_one_without_the_plugin_is_not_the_servers(workshop: Workshop) -> None:
    workshop.run_when_ready("ok")
    run_served(
        workshop.files, (str(workshop.files.clang), "ok"), cwd=workshop.folder, limits=SOON, scratch=workshop.scratch
    )
    other = ServerFiles(clang=Path("/usr/bin/other"), plugin=workshop.files.plugin, library=workshop.files.library)
    command = (str(workshop.files.clang), f"-fplugin={workshop.files.plugin}", "ok")
    run_served(other, command, cwd=workshop.folder, limits=SOON, scratch=workshop.scratch)
    run_served(None, command, cwd=workshop.folder, limits=SOON, scratch=workshop.scratch)

    assert workshop.starts() == ["forked", "plain", "plain", "plain"]


def test_rejected_source_is_compiled_once(workshop: Workshop) -> None:
    done = workshop.run_when_ready("reject")

    assert (done.returncode, done.stderr) == (1, "error: not C\n")
    assert workshop.starts() == ["forked"]


def test_crash_is_that_of_a_process_of_its_own(workshop: Workshop) -> None:
    done = workshop.run_when_ready("crash")

    assert done.signal_name == "SIGSEGV"
    assert workshop.starts() == ["forked", "plain"]
    assert workshop.run("ok").ok
    assert workshop.starts() == ["forked", "plain", "forked"]


def test_crash_that_is_the_servers_costs_nothing(workshop: Workshop) -> None:
    assert workshop.run_when_ready("crash-forked").ok


def test_failure_without_a_word_is_that_of_a_process_of_its_own(workshop: Workshop) -> None:
    """And what it had written by then is gone."""
    file = MemoryFile("file")
    server = compiler_server._server_of(workshop.files)
    assert server is not None
    assert server.is_ready(within_s=10)
    command = (str(workshop.files.clang), f"-fplugin={workshop.files.plugin}", str(file.path))
    done = run_served(
        workshop.files,
        command,
        cwd=workshop.folder,
        limits=SOON,
        scratch=workshop.scratch,
        passed=(file.descriptor,),
    )

    assert done.ok
    assert workshop.starts() == ["forked", "plain"]
    assert file.path.read_text() == "written by a process"
    assert file.size == len("written by a process")


def test_time_limit_holds_for_a_fork(workshop: Workshop) -> None:
    done = workshop.run_when_ready("hang", limits=Limits(timeout_s=0.5))

    assert (done.timed_out, done.signal_name) == (True, "SIGKILL")
    assert not is_alive(int((workshop.scratch / "pid").read_text()))
    assert workshop.starts() == ["forked"]


@pytest.mark.parametrize("way", ["dies when asked", "hangs when asked", "child dies"])
def test_server_that_fails_a_command_costs_nothing(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(compiler_server, "_REPLY_S", 0.3)
    workshop.serve(way)
    done = workshop.run_when_ready("ok")

    assert done.ok
    assert workshop.starts() == ["plain"]
    assert not is_alive(workshop.servers()[0])


def test_server_that_ends_at_once_is_tried_three_times(workshop: Workshop) -> None:
    workshop.serve("ends at once")
    for _ in range(10):
        assert workshop.run("ok").ok
        server = compiler_server._servers.get(workshop.files)
        if server is not None:
            select.select([server._socket], [], [], 10)  # its end

    assert workshop.starts() == ["plain"] * 10
    assert len(workshop.servers()) == 3


def test_server_that_cannot_be_started_costs_nothing(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise OSError("no more processes")

    monkeypatch.setattr(compiler_server, "start_background", fails)

    assert workshop.run("ok").ok


def test_lost_server_is_followed_by_another(workshop: Workshop) -> None:
    workshop.run_when_ready("ok")
    os.kill(workshop.servers()[0], 9)
    assert workshop.run("ok").ok
    workshop.run_when_ready("ok")

    assert workshop.starts() == ["forked", "plain", "forked"]


def test_folder_that_is_not_there_is_the_error_of_a_process(workshop: Workshop) -> None:
    workshop.run_when_ready("ok")

    with pytest.raises(FileNotFoundError, match="absent"):
        workshop.run("ok", cwd=workshop.folder / "absent")
    assert workshop.run("ok").ok
    assert workshop.starts() == ["forked", "forked"]
    assert len(workshop.servers()) == 1


def test_word_with_a_nul_is_the_error_of_a_process(workshop: Workshop) -> None:
    workshop.run_when_ready("ok")

    with pytest.raises(ValueError, match="null byte"):
        workshop.run("o\0k")


def test_kill_all_ends_the_server_and_its_children(workshop: Workshop) -> None:
    outcomes: list[object] = []

    def work() -> None:
        try:
            outcomes.append(workshop.run_when_ready("hang"))
        except InterruptedError as error:
            outcomes.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    pid = int(wait_for(workshop.scratch / "pid"))
    kill_all()
    thread.join(timeout=60)

    assert isinstance(outcomes[0], InterruptedError)
    assert not is_alive(pid)
    assert not is_alive(workshop.servers()[0])
    assert workshop.run_when_ready("ok").ok  # and a later run has a server again
    assert workshop.starts() == ["forked", "forked"]


def test_process_that_was_not_known_yet_is_killed_all_the_same(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = CompilerServer.start

    def start_and_kill(self: CompilerServer, invocation: object) -> object:
        process = start(self, invocation)  # type: ignore[arg-type]
        threading.Thread(target=kill_all).start()
        time.sleep(0.1)  # it comes before the process is known, and waits
        return process

    monkeypatch.setattr(CompilerServer, "start", start_and_kill)

    with pytest.raises(InterruptedError, match="interrupted"):
        workshop.run_when_ready("hang")


def test_server_ends_with_the_socket(workshop: Workshop) -> None:
    server = CompilerServer(workshop.files)
    assert server.is_ready(within_s=10)
    server._socket.shutdown(socket.SHUT_RDWR)
    deadline = time.monotonic() + 10
    while is_alive(workshop.servers()[0]):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    server.close()


def test_server_of_the_process_that_we_were_forked_from_is_not_ours(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop.run_when_ready("ok")
    server = compiler_server._server_of(workshop.files)
    assert server is not None
    with monkeypatch.context() as patch:
        patch.setattr(os, "getpid", lambda: 1)
        assert server.is_over
    server.close()
