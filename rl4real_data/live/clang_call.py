"""A user's own clang command line, to which decisions are added."""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rl4real_data.core.errors import UsageError
from rl4real_data.core.targets import TARGETS, Target
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.installation import Installation
from rl4real_data.toolchain.process import Completed, Limits, run

_LIMITS: Final = Limits(timeout_s=60)
_DRY: Final = "-###"
"""The driver says what it would do, and does nothing."""
_EXAMPLE: Final = "rl4real-data compile --policy random -- clang -O3 -c file.c"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClangCall:
    """`words` follow the compiler. `compiles`: how many modules the call compiles; 0 for one that only links, or only
    assembles. `target`: theirs, None if it is no target of ours.
    """

    clang: Clang
    words: tuple[str, ...]
    compiles: int
    target: Target | None


def read_call(words: Sequence[str], installation: Installation, *, start: Callable[..., Completed] = run) -> ClangCall:
    """What a command line does. UsageError for one in which no register allocation can be decided on."""
    if not words:
        raise UsageError("no command to run", hint=f"put clang's words behind `--`: {_EXAMPLE}")
    clang = installation.clang_named(words[0])
    with tempfile.TemporaryDirectory() as scratch:
        command = (str(clang.path), _DRY, *words[1:])
        done = start(command, cwd=Path.cwd(), limits=_LIMITS, scratch=Path(scratch))
    if not done.ok:
        raise UsageError(f"{words[0]} refuses these words: {_error_of(done)}", hint=f"a command that works: {_EXAMPLE}")
    jobs = [job for job in _jobs(done.stderr) if _is_compilation(job)]
    for job in jobs:
        _check(job)
    return ClangCall(clang=clang, words=tuple(words[1:]), compiles=len(jobs), target=_target(jobs[0]) if jobs else None)


def _error_of(done: Completed) -> str:
    lines = [line for line in done.stderr.splitlines() if "error:" in line]
    return lines[0].partition("error:")[2].strip() if lines else f"it ends with {done.signal_name or done.returncode}"


def _jobs(said: str) -> list[list[str]]:
    """The words of each program that the driver would run."""
    return [shlex.split(line) for line in said.splitlines() if line.startswith(' "')]


def _is_compilation(job: Sequence[str]) -> bool:
    """Whether it is the compiler proper, on its way to machine code."""
    return "-cc1" in job[1:2] and bool({"-emit-obj", "-S", "-emit-llvm-bc", "-emit-llvm"} & set(job))


def _check(job: Sequence[str]) -> None:
    if {"-emit-llvm-bc", "-emit-llvm"} & set(job):
        why = "-flto leaves it to the linker" if any(word.startswith("-flto") for word in job) else "-emit-llvm"
        raise UsageError(
            f"no registers are allocated here: {why}, which does not have the plugin",
            hint="leave -flto and -emit-llvm out",
        )
    levels = [word for word in job if word.startswith("-O")]
    if not levels or levels[-1] == "-O0":
        raise UsageError(
            "without optimisation LLVM takes its fast allocator, about which nothing can be decided",
            hint="compile with -O1, -O2, -O3 or -Os",
        )


def _target(job: Sequence[str]) -> Target | None:
    triple = job[job.index("-triple") + 1] if "-triple" in job else ""
    architecture = triple.partition("-")[0]
    return next((row for row in TARGETS.values() if architecture in row.architectures), None)
