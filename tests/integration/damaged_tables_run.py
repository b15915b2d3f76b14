"""A sweep over damaged tables in processes of their own: a reader that crashes costs its process alone."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

_PROGRAM = Path(__file__).parents[1] / "unit" / "support" / "damaged_tables.py"
_BATCH = 50
_TIMEOUT_S = 600


def sweep(first: int, last: int, *, jobs: int) -> list[str]:
    """What is wrong about the damages [first, last): crashes, hangs, and exceptions that are none of ours."""
    batches = [(begin, min(begin + _BATCH, last)) for begin in range(first, last, _BATCH)]
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        return [fault for faults in pool.map(lambda batch: _run(*batch), batches) for fault in faults]


def _run(first: int, last: int) -> list[str]:
    command = (sys.executable, "-W", "ignore", str(_PROGRAM), str(first), str(last))
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S)
    except subprocess.TimeoutExpired as error:
        said = (error.stdout or b"").decode().splitlines()
        return [f"not done after {_TIMEOUT_S} s: {said[-1:]}"]
    lines = done.stdout.splitlines()
    faults = [line for line in lines if line.startswith("FAULT ")]
    if done.returncode:
        faults.append(f"exit code {done.returncode}, {lines[-1:]}: {done.stderr[-500:]}")
    return faults
