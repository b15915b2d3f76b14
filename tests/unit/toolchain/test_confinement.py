"""The kernel's confinement, and what is the same without it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from fake_clang import write_script

from rl4real_data.toolchain import confinement
from rl4real_data.toolchain.confinement import Confinement, confinement_to, examine_confinement, landlock_version
from rl4real_data.toolchain.process import Completed, Limits, run


def confined(folder: Path, text: str, *, is_confined: bool = True) -> Completed:
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    tool = write_script(folder / "tool", f"import os, signal, socket, sys\nfolder = {str(folder)!r}\n{text}\n")
    return run([str(tool)], cwd=folder, limits=Limits(timeout_s=60), scratch=scratch, is_confined=is_confined)


WRITES = {
    "write": "open(folder + '/new', 'w')",
    "append": "open(folder + '/old', 'a')",
    "truncate": "os.truncate(folder + '/old', 0)",
    "remove": "os.remove(folder + '/old')",
    "rename": "os.rename(folder + '/old', folder + '/scratch/old')",
    "link": "os.link(folder + '/old', folder + '/scratch/old')",
    "make a link": "os.symlink('x', folder + '/new')",
    "make a folder": "os.mkdir(folder + '/new')",
    "make a FIFO": "os.mkfifo(folder + '/new')",
    "write over there": "os.symlink(folder, folder + '/scratch/l'); open(folder + '/scratch/l/new', 'w')",
    "signal": "os.kill(os.getppid(), 0)",
    "connect": "socket.create_connection(('127.0.0.1', 9))",
    "listen": "socket.create_server(('127.0.0.1', 0))",
}
SINCE = {"truncate": 3, "rename": 1, "link": 1, "signal": 6, "connect": 4, "listen": 4}


@pytest.mark.parametrize("what", WRITES)
def test_outside_of_its_folder_a_process_can_do_nothing(tmp_path: Path, what: str) -> None:
    (tmp_path / "old").write_text("kept")
    done = confined(tmp_path, WRITES[what])

    if landlock_version() >= SINCE.get(what, 1):
        assert "Error: [Errno 1" in done.stderr, done.stderr  # 1: not permitted, 13: denied, 18: another file system
        assert (tmp_path / "old").read_text() == "kept"
        assert not os.path.lexists(tmp_path / "new")


def test_inside_it_can_do_everything(tmp_path: Path) -> None:
    text = """
os.chdir(folder + "/scratch")
os.mkdir("deep")
open("deep/a", "w").write("a")
os.rename("deep/a", "b")
os.truncate("b", 0)
os.remove("b")
os.mkfifo("deep/f")
os.remove("deep/f")
os.rmdir("deep")
open("/dev/null", "w").write("x")
open("/etc/passwd").read()
pid = os.fork()
if pid == 0:
    signal.pause()
os.kill(pid, signal.SIGKILL)
os.waitpid(pid, 0)
print(os.environ["TMPDIR"] == os.environ["XDG_CACHE_HOME"] == os.getcwd())
"""
    done = confined(tmp_path, text)

    assert (done.stderr, done.stdout) == ("", "True\n")


def test_what_it_starts_is_confined_too(tmp_path: Path) -> None:
    done = confined(tmp_path, f"os.execv('/bin/sh', ['sh', '-c', 'echo written > {tmp_path}/new'])")

    assert done.ok == (not landlock_version())


def test_this_process_stays_free(tmp_path: Path) -> None:
    confined(tmp_path, "pass")

    (tmp_path / "new").write_text("written")
    assert "NoNewPrivs:\t0" in Path("/proc/self/status").read_text()


def test_without_landlock_the_same_comes_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confinement, "landlock_version", lambda: 0)
    done = confined(tmp_path, "open(folder + '/scratch/in', 'w'); print('done')")

    assert done.stdout == "done\n"
    assert confinement_to(tmp_path) is None
    assert examine_confinement() == "this kernel has no Landlock: nothing keeps a compiler from writing elsewhere"


def in_a_thread(work: Callable[[], None]) -> list[OSError]:
    problems: list[OSError] = []

    def try_it() -> None:
        try:
            work()
        except OSError as error:
            problems.append(error)

    thread = threading.Thread(target=try_it)
    thread.start()
    thread.join()
    return problems


@pytest.mark.parametrize("version", range(1, 8))
def test_every_version_keeps_what_it_can(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: int) -> None:
    """An older kernel refuses what it does not know: it is asked for less."""
    if version > landlock_version():
        return
    monkeypatch.setattr(confinement, "landlock_version", lambda: version)
    (scratch := tmp_path / "scratch").mkdir()

    def write() -> None:
        Confinement(scratch).enter()
        (scratch / "in").write_text("written")
        (tmp_path / "out").write_text("written")

    assert [type(error) for error in in_a_thread(write)] == [PermissionError]
    assert (scratch / "in").exists()
    assert (examine_confinement() is None) == (version >= 3)


def test_folder_that_is_not_there(tmp_path: Path) -> None:
    if landlock_version():
        with pytest.raises(FileNotFoundError, match="absent"):
            Confinement(tmp_path / "absent")
