"""The process runner: real small scripts, since what it promises is what the kernel does."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from fake_clang import write_script

from rl4real_data.core.interruption import listening
from rl4real_data.toolchain import process
from rl4real_data.toolchain.process import Completed, Limits, kill_all, run

SOON = Limits(timeout_s=30)


def shell(folder: Path, text: str) -> str:
    path = folder / "tool"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def run_in(folder: Path, *command: str, limits: Limits = SOON, **options: dict[str, str]) -> Completed:
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    return run(command, cwd=folder, limits=limits, scratch=scratch, **options)


def is_alive(pid: int) -> bool:
    """Whether the process exists and is no zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_until_dead(pid: int) -> bool:
    deadline = time.monotonic() + 1
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not is_alive(pid)


def test_success_tells_output_and_time(tmp_path: Path) -> None:
    done = run_in(tmp_path, shell(tmp_path, "echo result; echo note >&2"))

    assert (done.ok, done.returncode, done.timed_out, done.signal_name) == (True, 0, False, "")
    assert (done.stdout, done.stderr) == ("result\n", "note\n")
    assert 0 < done.seconds < 5


def test_exit_code_is_no_signal(tmp_path: Path) -> None:
    done = run_in(tmp_path, shell(tmp_path, "exit 3"))

    assert (done.ok, done.returncode, done.signal_name) == (False, 3, "")


def test_signal_has_its_name(tmp_path: Path) -> None:
    done = run_in(tmp_path, shell(tmp_path, "kill -SEGV $$"))

    assert (done.ok, done.returncode, done.signal_name) == (False, -11, "SIGSEGV")


def test_signal_without_a_name_has_its_number() -> None:
    done = Completed(returncode=-50, timed_out=False, seconds=0, stdout="", stderr="")

    assert done.signal_name == "signal 50"


@pytest.mark.parametrize(("ours", "theirs"), [(None, "glibc.malloc.hugetlb=1"), ("glibc.malloc.check=1",) * 2])
def test_malloc_gets_huge_pages_unless_told_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ours: str | None, theirs: str
) -> None:
    monkeypatch.delenv("GLIBC_TUNABLES", raising=False)
    if ours is not None:
        monkeypatch.setenv("GLIBC_TUNABLES", ours)

    assert run_in(tmp_path, shell(tmp_path, 'echo "$GLIBC_TUNABLES"')).stdout == f"{theirs}\n"


def test_environment_is_the_scratch_folder_and_plain_messages(tmp_path: Path) -> None:
    done = run_in(tmp_path, shell(tmp_path, 'echo "$TMPDIR $LC_ALL $WORD"; pwd'), environment={"WORD": "given"})

    assert done.stdout.splitlines() == [f"{tmp_path}/scratch C given", str(tmp_path)]


def test_no_shell_reads_the_words(tmp_path: Path) -> None:
    done = run_in(tmp_path, shell(tmp_path, 'printf "%s|" "$@"'), "a b", "$HOME", "; exit 3")

    assert done.stdout == "a b|$HOME|; exit 3|"


def test_stdin_is_empty_whatever_ours_is(tmp_path: Path) -> None:
    (tmp_path / "ours").write_text("not for the tool")
    kept, ours = os.dup(0), os.open(tmp_path / "ours", os.O_RDONLY)
    os.dup2(ours, 0)
    try:
        done = run_in(tmp_path, shell(tmp_path, "cat; echo end"))
    finally:
        os.dup2(kept, 0)
        os.close(kept)
        os.close(ours)

    assert done.stdout == "end\n"


def test_timeout_kills_and_says_so(tmp_path: Path) -> None:
    done = run_in(tmp_path, shell(tmp_path, "echo begun >&2; sleep 60"), limits=Limits(timeout_s=0.3))

    assert (done.ok, done.timed_out, done.stderr) == (False, True, "begun\n")
    assert 0.3 <= done.seconds < 5


@pytest.mark.parametrize("timeout_s", [3e6, 1e12])
def test_timeout_of_months_is_one(tmp_path: Path, timeout_s: float) -> None:
    """The kernel's own limit, 2^31 ms, is 25 days."""
    assert run_in(tmp_path, shell(tmp_path, "exit 0"), limits=Limits(timeout_s=timeout_s)).ok


def test_timeout_kills_the_children_too(tmp_path: Path) -> None:
    run_in(
        tmp_path,
        shell(tmp_path, f"sleep 60 & echo $! > {tmp_path}/pid; wait"),
        limits=Limits(timeout_s=0.5),
    )

    assert wait_until_dead(int((tmp_path / "pid").read_text()))


def test_child_left_in_the_background_is_killed(tmp_path: Path) -> None:
    done = run_in(tmp_path, shell(tmp_path, f"sleep 60 & echo $! > {tmp_path}/pid"))

    assert done.ok
    assert wait_until_dead(int((tmp_path / "pid").read_text()))


def test_memory_limit_holds(tmp_path: Path) -> None:
    hungry = write_script(tmp_path / "hungry", "held = [bytearray(8 << 20) for _ in range(64)]\nprint('ate it')\n")

    free = run_in(tmp_path, str(hungry))
    limited = run_in(tmp_path, str(hungry), limits=Limits(timeout_s=30, memory_bytes=256 << 20))

    assert free.stdout == "ate it\n"
    assert (limited.ok, limited.stdout) == (False, "")
    assert "MemoryError" in limited.stderr


def test_long_stderr_keeps_both_ends(tmp_path: Path) -> None:
    text = 'echo first >&2; head -c 300000 /dev/zero | tr "\\0" x >&2; echo last >&2'
    done = run_in(tmp_path, shell(tmp_path, text))

    assert done.stderr.startswith("first\nxxx")
    assert done.stderr.endswith("xxx" + "last\n")
    assert len(done.stderr) == 65536 + len("\n…\n")
    assert done.stderr_tail == "…" + "x" * (4000 - len("last\n")) + "last\n"


def test_short_stderr_is_whole(tmp_path: Path) -> None:
    done = run_in(tmp_path, shell(tmp_path, 'head -c 65536 /dev/zero | tr "\\0" x >&2'))

    assert done.stderr == "x" * 65536


def test_short_stderr_tail_has_no_ellipsis() -> None:
    done = Completed(returncode=1, timed_out=False, seconds=0, stdout="", stderr="x" * 4000)

    assert done.stderr_tail == "x" * 4000


def test_bytes_that_are_no_text_are_escaped(tmp_path: Path) -> None:
    done = run_in(tmp_path, shell(tmp_path, r"printf '\377a'; printf '\377b' >&2"))

    assert (done.stdout, done.stderr) == ("\\xffa", "\\xffb")


def test_missing_program_is_an_error_of_the_caller(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="absent") as raised:
        run_in(tmp_path, str(tmp_path / "absent"))

    assert raised.value.errno == errno.ENOENT


def test_kill_all_ends_what_is_under_way(tmp_path: Path) -> None:
    outcomes: list[Completed | OSError] = []
    tool = shell(tmp_path, f"echo $$ > {tmp_path}/pid; sleep 60")

    def work() -> None:
        try:
            outcomes.append(run_in(tmp_path, tool))
        except OSError as error:
            outcomes.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        time.sleep(0.01)

    kill_all()
    thread.join(timeout=60)  # the tool would sleep for 60 s

    assert isinstance(outcomes[0], InterruptedError)  # and no crash of the tool
    assert not is_alive(int((tmp_path / "pid").read_text()))


def test_interrupt_of_the_caller_kills_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> bool:
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            time.sleep(0.01)
        raise KeyboardInterrupt

    monkeypatch.setattr(process, "_ends_within", interrupted)
    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        run_in(tmp_path, shell(tmp_path, f"echo $$ > {tmp_path}/pid; sleep 60"))

    assert not is_alive(int((tmp_path / "pid").read_text()))


def test_interrupt_in_the_middle_of_a_start_leaves_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the fork and the moment when its number is known, nobody could kill it."""
    started: list[int] = []

    class Interrupted(subprocess.Popen[bytes]):
        def __init__(self, *words: Any, **options: Any) -> None:
            super().__init__(*words, **options)
            started.append(self.pid)
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(subprocess, "Popen", Interrupted)
    with listening(), pytest.raises(KeyboardInterrupt, match=r"^$"):
        run_in(tmp_path, shell(tmp_path, "sleep 60"))

    assert wait_until_dead(started[0])


def test_nothing_is_started_any_more_after_an_interruption(tmp_path: Path) -> None:
    """A worker may be about to start the next compiler while those under way are killed."""
    command = shell(tmp_path, f"touch {tmp_path}/started")
    outcomes: list[BaseException] = []

    def work() -> None:
        try:
            run_in(tmp_path, command)
        except OSError as error:
            outcomes.append(error)

    with listening():
        with contextlib.suppress(KeyboardInterrupt):  # whoever swallows it
            os.kill(os.getpid(), signal.SIGINT)
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        with pytest.raises(KeyboardInterrupt, match=r"^$"):
            run_in(tmp_path, command)

    assert [type(error) for error in outcomes] == [InterruptedError]
    assert not (tmp_path / "started").exists()


def test_swallowed_interrupt_ends_the_processes_under_way(tmp_path: Path) -> None:
    outcomes: list[BaseException] = []

    def work() -> None:
        try:
            run_in(tmp_path, shell(tmp_path, f"echo $$ > {tmp_path}/pid; sleep 60"))
        except OSError as error:
            outcomes.append(error)

    with listening():
        thread = threading.Thread(target=work)
        thread.start()
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            time.sleep(0.01)
        with contextlib.suppress(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
        thread.join(timeout=5)

    assert [type(error) for error in outcomes] == [InterruptedError]
    assert not is_alive(int((tmp_path / "pid").read_text()))


def test_unit_tests_start_no_process_of_the_machine(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="a unit test starts a real process"):
        run_in(tmp_path, "/bin/true")


def test_kill_all_without_processes_does_nothing() -> None:
    kill_all()

    assert is_alive(os.getpid())


# What outlives nobody

OWNER = """
import sys
sys.path.insert(0, {root!r})
from pathlib import Path
from rl4real_data.toolchain.process import Limits, run
folder = Path(sys.argv[1])
run([str(folder / "tool")], cwd=folder, limits=Limits(timeout_s=60), scratch=folder / "scratch")
"""


def child_in_a_session(folder: Path, *, keeps_output: bool) -> str:
    """A script that starts another one in a session of its own, and tells its number."""
    closed = "" if keeps_output else "[os.close(number) for number in (0, 1, 2)]"
    text = f"""
import os, time
ready, told = os.pipe()
if os.fork() == 0:
    os.setsid()
    open("{folder}/pid", "w").write(str(os.getpid()))
    {closed}
    os.close(ready)
    os.close(told)
    time.sleep(60)
    os._exit(0)
os.close(told)
os.read(ready, 1)
"""
    return text


def test_child_that_left_for_another_session_is_killed(tmp_path: Path) -> None:
    tool = write_script(tmp_path / "tool", child_in_a_session(tmp_path, keeps_output=True) + "print('said')\n")
    done = run_in(tmp_path, str(tool))

    assert (done.ok, done.stdout) == (True, "said\n")
    assert wait_until_dead(int((tmp_path / "pid").read_text()))


def test_child_that_ignores_everything_but_its_output_costs_no_time(tmp_path: Path) -> None:
    """Nobody waits for its end."""
    tool = write_script(tmp_path / "tool", child_in_a_session(tmp_path, keeps_output=True))

    assert run_in(tmp_path, str(tool)).seconds < 10


@pytest.mark.parametrize("keeps_output", [True, False])
def test_killed_owner_leaves_no_process(tmp_path: Path, keeps_output: bool) -> None:
    """Not the command, nor its child in another session, nor the keeper that ended them."""
    (tmp_path / "scratch").mkdir()
    settled = child_in_a_session(tmp_path, keeps_output=keeps_output)
    say = f"open('{tmp_path}/tool.pid', 'w').write(str(os.getpid()))\ntime.sleep(60)\n"
    write_script(tmp_path / "tool", settled + say)
    owner_script = write_script(tmp_path / "owner", OWNER.format(root=str(Path(process.__file__).parents[2])))
    with subprocess.Popen([owner_script, tmp_path]) as owner:
        deadline = time.monotonic() + 30
        while not (tmp_path / "tool.pid").is_file() or not (tmp_path / "tool.pid").read_text():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        owner.kill()

    for name in ("tool.pid", "pid"):
        pid = int((tmp_path / name).read_text())
        deadline = time.monotonic() + 10
        while is_alive(pid):
            assert time.monotonic() < deadline, name
            time.sleep(0.01)


FIND_KEEPER = """
import os
from pathlib import Path
for folder in Path("/proc").glob("[0-9]*"):
    try:
        parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        if parent == os.getppid() and b"rl4real-data-keeper" in (folder / "cmdline").read_bytes():
            Path({found!r}).write_text(folder.name)
    except OSError:
        pass
"""


def test_keeper_ends_with_its_owner(tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()
    write_script(tmp_path / "tool", FIND_KEEPER.format(found=str(tmp_path / "keeper.pid")))
    owner_script = write_script(tmp_path / "owner", OWNER.format(root=str(Path(process.__file__).parents[2])))
    with subprocess.Popen([owner_script, tmp_path]) as owner:
        pass
    assert owner.returncode == 0
    keeper = int((tmp_path / "keeper.pid").read_text())
    deadline = time.monotonic() + 20
    while is_alive(keeper):
        assert time.monotonic() < deadline
        time.sleep(0.05)


# Time that nobody had


@pytest.mark.parametrize("jump_s", [1e6, -1e6])
def test_clock_that_jumps_is_no_time_of_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jump_s: float
) -> None:
    """As when a machine is put to sleep in the middle of a compilation."""
    clock = time.monotonic

    def jumping() -> float:
        return clock() + (jump_s if (tmp_path / "begun").exists() else 0)

    monkeypatch.setattr(time, "monotonic", jumping)
    done = run_in(tmp_path, shell(tmp_path, f"touch {tmp_path}/begun; sleep 0.3; echo done"))

    assert (done.ok, done.stdout) == (True, "done\n")


def test_time_without_a_processor_is_no_time_of_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine with more work than processors."""
    late = iter([10.0, 20.0, 20.0, 20.0])
    monkeypatch.setattr(process, "_waited_for_processor_s", lambda _: next(late))
    short = Limits(timeout_s=0.05)

    assert run_in(tmp_path, shell(tmp_path, "sleep 0.5; echo done"), limits=short).stdout == "done\n"


def test_time_given_back_is_given_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_waited_for_processor_s", lambda _: 0.2)
    begin = time.monotonic()

    assert run_in(tmp_path, shell(tmp_path, "sleep 60"), limits=Limits(timeout_s=0.1)).timed_out
    assert time.monotonic() - begin >= 0.3


def test_kernel_tells_how_late_it_was() -> None:
    assert process._waited_for_processor_s(os.getpid()) >= 0
    assert process._waited_for_processor_s(0) == 0
