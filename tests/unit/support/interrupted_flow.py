"""A real command that is interrupted as a terminal does it, mostly `flow`, and what must be true afterwards."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

SUMMARY = "see it with"
_GRACE_S = 2.0  # for the kernel to carry out the killing


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A run under way: its DATA_DIR, the file with its stderr, and for how long it has been running."""

    data_dir: Path
    log: Path
    seconds: float


Moment = Callable[[Watched], bool]
"""Whether it is time to interrupt."""


def after(seconds: float) -> Moment:
    return lambda run: run.seconds >= seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """`code`: what a shell says. `was_late`: the run had said its last words when the moment came."""

    code: int
    stderr: str
    was_late: bool
    seconds: float


def flow_command(data_dir: Path, *options: str) -> list[str]:
    return [
        *(sys.executable, "-m", "rl4real_data", "flow", "x86", "train", "mlra"),
        *("--data-dir", str(data_dir), "--jobs", "2", *options),
    ]


def interrupted_flow(data_dir: Path, moment: Moment, *options: str, number: int = signal.SIGINT) -> Ended:
    """Runs the flow until `moment`, sends it the signal, and waits for its end."""
    return interrupted(flow_command(data_dir, *options), data_dir, moment, number=number)


def interrupted(command: Sequence[str], data_dir: Path, moment: Moment, *, number: int = signal.SIGINT) -> Ended:
    """The same of any command that works on `data_dir`, from the folder above."""
    log = data_dir.with_name(f"{data_dir.name}.stderr")
    begin = time.monotonic()
    with log.open("w") as stderr:
        process = subprocess.Popen(
            command,
            cwd=data_dir.parent,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            preexec_fn=partial(_listen, number),
        )
        try:
            seconds = 0.0
            while process.poll() is None and not (
                listens(process.pid) and moment(Watched(data_dir=data_dir, log=log, seconds=seconds))
            ):
                time.sleep(0.002)
                seconds = time.monotonic() - begin
            was_late = SUMMARY in log.read_text()
            process.send_signal(number)
            process.wait(timeout=60)
        finally:
            process.kill()
    code = process.returncode
    return Ended(code=code if code >= 0 else 128 - code, stderr=log.read_text(), was_late=was_late, seconds=seconds)


def _listen(number: int) -> None:
    """Our own start may have it ignored, as background jobs and nohup do; nobody can ignore SIGKILL."""
    if number != signal.SIGKILL:
        signal.signal(number, signal.SIG_DFL)


def listens(pid: int) -> bool:
    """Whether our first line has run: before, while Python itself starts (18 ms), a signal does what Python wants.

    Seen from SIGTERM, which Python leaves alone.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
    caught = next((line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:")), "0")
    return bool(int(caught, 16) >> (signal.SIGTERM - 1) & 1)


def check_interrupted(ended: Ended, data_dir: Path, code: int = 130) -> None:
    """The exit code, the words, and that no process is left which knows the folder."""
    assert ended.code == code, ended.stderr
    assert "Traceback" not in ended.stderr
    assert not ended.stderr or "  next: the same command resumes\n" in ended.stderr
    check_nothing_runs(data_dir)


def check_nothing_runs(data_dir: Path) -> None:
    """No process is left that knows the folder."""
    deadline = time.monotonic() + _GRACE_S
    while processes_of(data_dir) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert processes_of(data_dir) == []


def processes_of(folder: Path) -> list[str]:
    """Command lines of all processes that name the folder, or work in it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            place = (process / "cwd").readlink()
        except OSError:  # it has ended, or is somebody else's
            continue
        if f"{folder}/" in f"{words} " or place.is_relative_to(folder):
            found.append(words)
    return found


def finished_flow(data_dir: Path, *options: str) -> dict[str, str]:
    """Name -> sha256 of every file of the dataset that the same command makes when nobody interrupts it."""
    done = subprocess.run(
        flow_command(data_dir, *options), cwd=data_dir.parent, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr
    paths = [path for path in sorted(data_dir.rglob("*")) if path.is_file()]
    names = [path.relative_to(data_dir) for path in paths]
    return {
        str(name): hashlib.sha256((data_dir / name).read_bytes()).hexdigest()
        for name in names
        if ".work" not in name.parts
    }
