"""The log of the compiler in a run's folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rl4real_data.toolchain.process import Completed, Limits
from rl4real_data.training.compiler_log import CompilerLog

COMMAND = ("llc", "x.mir")


def run(folder: Path, stderr: str = "", *, code: int = 0, timed_out: bool = False, **more: Any) -> Completed:
    """A command in a scratch folder with an input, whose log lies in `log`."""
    cwd = folder / "scratch"
    cwd.mkdir(exist_ok=True)
    (cwd / "x.mir").write_text("input", encoding="utf-8")
    done = Completed(returncode=code, timed_out=timed_out, seconds=0.25, stdout="", stderr=stderr)
    log = CompilerLog(folder / "log", 3, start=lambda *_words, **_more: done, **more)
    return log.run((*COMMAND, str(cwd / "x.mir")), cwd=cwd, limits=Limits(timeout_s=9), scratch=cwd)


def read(folder: Path) -> str:
    return (folder / "log" / "worker_3.log").read_text(encoding="utf-8")


def test_each_command_has_a_line_with_its_end(tmp_path: Path) -> None:
    run(tmp_path)
    run(tmp_path, "warning: odd\nsecond line\n")

    first, second, *said = read(tmp_path).splitlines()
    assert "  ok  0.25 s  llc x.mir" in first
    assert "  ok  " in second
    assert said == ["    warning: odd", "    second line"]
    assert not (tmp_path / "log" / "worker_3.failed").exists()


def test_a_failed_command_can_be_run_again(tmp_path: Path) -> None:
    assert run(tmp_path, "LLVM ERROR: no\n", code=-11).signal_name == "SIGSEGV"

    kept = tmp_path / "log" / "worker_3.failed"
    assert f"  SIGSEGV  0.25 s  llc x.mir {kept}/x.mir\n    LLVM ERROR: no\n" in read(tmp_path)
    assert (kept / "x.mir").read_text(encoding="utf-8") == "input"


def test_the_newest_failure_is_kept(tmp_path: Path) -> None:
    run(tmp_path, code=1)
    (tmp_path / "scratch" / "more").write_text("", encoding="utf-8")
    run(tmp_path, timed_out=True)

    assert "  exit code 1  " in read(tmp_path)
    assert "  no end within 9 s  " in read(tmp_path)
    assert sorted(path.name for path in (tmp_path / "log").iterdir()) == ["worker_3.failed", "worker_3.log"]
    assert (tmp_path / "log" / "worker_3.failed" / "more").exists()


def test_a_log_stays_small(tmp_path: Path) -> None:
    for _ in range(50):
        run(tmp_path, "x" * 1000, most_bytes=5000)

    sizes = {path.name: path.stat().st_size for path in (tmp_path / "log").iterdir()}
    assert set(sizes) == {"worker_3.log", "worker_3.log.1"}
    assert max(sizes.values()) < 5000 + 2000


def test_what_a_compiler_says_is_shown_not_obeyed(tmp_path: Path) -> None:
    run(tmp_path, "\x1b[2Jgone\n", code=1)

    assert "    \\x1b[2Jgone\n" in read(tmp_path)
