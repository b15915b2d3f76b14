"""Children of a process: none outlives it, whatever it does, nor the program that started it."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest
from fake_clang import write_script
from small_tools import is_alive, run_in, shell, wait_until_dead

from rl4real_data.toolchain import process
from rl4real_data.toolchain.process import Limits


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
