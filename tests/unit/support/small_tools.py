"""Small scripts run as the toolchain runs its compilers, and what became of their processes."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from rl4real_data.toolchain.process import Completed, Limits, run

SOON = Limits(timeout_s=30)


def shell(folder: Path, text: str) -> str:
    path = folder / "tool"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def run_in(folder: Path, *command: str, limits: Limits = SOON, **options: Any) -> Completed:
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
    deadline = time.monotonic() + 10  # for a machine with other work
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not is_alive(pid)
