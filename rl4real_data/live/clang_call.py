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
    """`words` follow the compiler. `compiles`: in how many modules registers can be decided on; with 0 the call runs as
    it is, and `undecided` is why, empty for one that asks for no machine code. `target`: theirs, None if it is no
    target of ours. `sources`: of those modules, absolute.
    """

    clang: Clang
    words: tuple[str, ...]
    compiles: int
    target: Target | None
    undecided: str = ""
    sources: tuple[Path, ...] = ()


def read_call(words: Sequence[str], installation: Installation, *, start: Callable[..., Completed] = run) -> ClangCall:
    """What a command line does. Words that clang refuses are left to clang. UsageError without words."""
    if not words:
        raise UsageError("no command to run", hint=f"put clang's words behind `--`: {_EXAMPLE}")
    clang = installation.clang_named(words[0])
    with tempfile.TemporaryDirectory() as scratch:
        command = (str(clang.path), _DRY, *words[1:])
        done = start(command, cwd=Path.cwd(), limits=_LIMITS, scratch=Path(scratch))
    jobs = [job for job in _jobs(done.stderr) if "-cc1" in job[1:2]] if done.ok else []
    decided = [job for job in jobs if _makes_code(job) and _is_optimised(job)]
    return ClangCall(
        clang=clang,
        words=tuple(words[1:]),
        compiles=len(decided),
        target=_target(decided[0]) if decided else None,
        undecided="" if decided else next(filter(None, map(_obstacle, jobs)), ""),
        sources=tuple(Path.cwd() / _source(job, words) for job in decided),
    )


def _jobs(said: str) -> list[list[str]]:
    """The words of each program that the driver would run."""
    return [shlex.split(line) for line in said.splitlines() if line.startswith(' "')]


def _makes_code(job: Sequence[str]) -> bool:
    return bool({"-emit-obj", "-S"} & set(job))


def _source(job: Sequence[str], words: Sequence[str]) -> str:
    """The last word, in front of which the compiler proper may have stages of its own: -save-temps."""
    name = job[job.index("-main-file-name") + 1] if "-main-file-name" in job else ""
    return next((word for word in words if Path(word).name == name), job[-1])


def _is_optimised(job: Sequence[str]) -> bool:
    levels = [word for word in job if word.startswith("-O")]
    return bool(levels) and levels[-1] != "-O0"


def _obstacle(job: Sequence[str]) -> str:
    """Why nothing can be decided of what the compiler proper does there; empty if there is nothing to decide."""
    if _makes_code(job):
        return "without optimisation LLVM takes its fast allocator; compile with -O1, -O2, -O3 or -Os"
    if not {"-emit-llvm-bc", "-emit-llvm"} & set(job):
        return ""
    if any(word.startswith("-flto") for word in job):
        return "-flto leaves the registers to the linker, which does not have the plugin; leave it out"
    return "-emit-llvm makes no machine code; leave it out"


def _target(job: Sequence[str]) -> Target | None:
    triple = job[job.index("-triple") + 1] if "-triple" in job else ""
    architecture = triple.partition("-")[0]
    return next((row for row in TARGETS.values() if architecture in row.architectures), None)
