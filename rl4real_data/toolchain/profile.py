"""A profile of executions, as `llvm-profdata merge` writes it and `-fprofile-use` takes it."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rl4real_data.core.errors import ToolchainError, UsageError
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.process import Completed, Limits, run

_LIMITS: Final = Limits(timeout_s=120)
_FUNCTION: Final = re.compile(r"^  (\S.*):$")
_COUNTS: Final = re.compile(r"^    (?:Function count: (\d+)|Block counts: \[([\d, ]*)\])$")
_MAKE_ONE: Final = (
    "build with -fprofile-generate, run the program, then: llvm-profdata-{major} merge -o {path} *.profraw"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How often the blocks of each function were executed, all together; `sha256` is of the file."""

    path: Path
    sha256: str
    executions: Mapping[str, int]

    @property
    def flag(self) -> str:
        """What gives the profile to clang."""
        return f"-fprofile-use={self.path}"

    def executed(self, function: str) -> int:
        """0 for one that never ran. A part of a function, such as `f.cold`, counts as often as the function."""
        return self.executions.get(function) or self.executions.get(function.partition(".")[0], 0)


def read_profile(path: Path, clang: Clang, *, start: Callable[..., Completed] = run) -> Profile:
    """ToolchainError without the llvm-profdata of clang's release, UsageError for a file that it does not take."""
    tool = clang.bin_dir / "llvm-profdata"
    if not tool.is_file():
        raise ToolchainError(f"{tool} does not exist", hint=f"apt-get install llvm-{clang.major}")
    hint = _MAKE_ONE.format(major=clang.major, path=path)
    try:
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise UsageError(f"{path}: no profile: {error.strerror or error}", hint=hint) from error
    with tempfile.TemporaryDirectory() as scratch:
        listing = Path(scratch) / "executions"
        command = (str(tool), "show", "--all-functions", "--counts", f"--output={listing}", str(path.absolute()))
        done = start(command, cwd=Path(scratch), limits=_LIMITS, scratch=Path(scratch))
        if not done.ok or not listing.is_file():
            said = done.stderr.strip().splitlines() or [f"llvm-profdata ended with {done.returncode}"]
            raise UsageError(f"{path}: no profile that clang {clang.major} takes: {said[-1]}", hint=hint)
        executions = _executions(listing.read_text(encoding="utf-8", errors="replace"))
    return Profile(path=path.absolute(), sha256=sha256, executions=executions)


def _executions(listing: str) -> dict[str, int]:
    """Function -> executions of its blocks. A static one is listed behind its source: `a.c;work`."""
    found: dict[str, int] = {}
    name = ""
    for line in listing.splitlines():
        if function := _FUNCTION.match(line):
            name = function[1].rpartition(";")[2]
        elif counts := _COUNTS.match(line):
            numbers = [counts[1]] if counts[1] else counts[2].replace(",", " ").split()
            found[name] = found.get(name, 0) + sum(map(int, numbers))
    return found
