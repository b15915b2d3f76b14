"""The instructions that a program executes, counted by valgrind's callgrind."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from rl4real_data.benchmarks.workload_run import WorkloadFolder
from rl4real_data.core.errors import ToolchainError

_COUNTS: Final = ".callgrind"
_EVENTS: Final = ("Ir", "Dr", "Dw")


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What a run executed. The same program counts the same on every machine with the same C library."""

    instructions: int
    reads: int
    writes: int

    @classmethod
    def of_file(cls, text: str) -> Self:
        """Callgrind's sums. ValueError for a file without them."""
        lines = dict(line.split(":", 1) for line in text.splitlines() if line.startswith(("events:", "totals:")))
        if len(lines) != 2:
            raise ValueError("callgrind wrote no sums")
        counts = dict(zip(lines["events"].split(), map(int, lines["totals"].split()), strict=True))
        instructions, reads, writes = (counts[event] for event in _EVENTS)
        return cls(instructions=instructions, reads=reads, writes=writes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Callgrind:
    """Valgrind on this machine."""

    path: Path

    @classmethod
    def found(cls, search_path: str) -> Self:
        """ToolchainError without one."""
        path = shutil.which("valgrind", path=search_path)
        if path is None:
            raise ToolchainError(
                "no valgrind, which counts what programs execute", hint="apt-get install valgrind, or leave --run out"
            )
        return cls(path=Path(path))

    def count(self, folder: WorkloadFolder, program: Path) -> Counts:
        """What a run of the workload executes. ValueError where callgrind cannot run it."""
        counts = folder.path / _COUNTS
        words = (
            *(str(self.path), "--tool=callgrind", "--cache-sim=yes", "--vgdb=no", "--quiet"),
            f"--callgrind-out-file={counts}",
        )
        folder.run(program, words)
        if not counts.is_file():
            raise ValueError("callgrind cannot run it")
        return Counts.of_file(counts.read_text(errors="replace"))
