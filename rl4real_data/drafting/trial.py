"""A trial of modules with clang, without any object file."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from rl4real_data.core.targets import Target
from rl4real_data.corpus.flags.guard import name_problem
from rl4real_data.corpus.module import LANGUAGE_OF_SUFFIX, Language, as_argument
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.process import Limits, run

TRIAL_LIMITS: Final = Limits(timeout_s=60, memory_bytes=4 << 30)  # the slowest known module is parsed in 2 s
_ERROR: Final = re.compile(r"^(?:.*?: )?(?:fatal )?error: (.*)$", re.MULTILINE)
_DEFINITION: Final = re.compile(r"^define (?!available_externally )", re.MULTILINE)
_MISSING_HEADER: Final = re.compile(r"'([^']+)' file not found")
_UNDECLARED: Final = re.compile(r"use of undeclared identifier '(\w+)'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How clang took one module: `problem` is the first error, empty if there was none.

    `undeclared` holds all names that nobody declared, `foreign_headers` the headers from outside the source.
    """

    problem: str = ""
    undeclared: tuple[str, ...] = ()
    foreign_headers: frozenset[PurePosixPath] = frozenset()

    @property
    def ok(self) -> bool:
        return not self.problem

    @property
    def missing_header(self) -> str:
        """The header that was not found, as the source names it, or nothing."""
        match = _MISSING_HEADER.search(self.problem)
        return match[1] if match else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Everything about a trial but the modules and their flags; `jobs` compilers run at once."""

    clang: Clang
    target: Target
    root: Path
    jobs: int = 1

    def run(self, paths: Sequence[PurePosixPath], flags: tuple[str, ...]) -> dict[PurePosixPath, Verdict]:
        """What clang says to each of `paths`, compiled from the top of the source as `flow` does."""
        with ThreadPoolExecutor(max_workers=self.jobs) as pool:
            return dict(zip(paths, pool.map(lambda path: self._try(path, flags), paths), strict=True))

    def defines_function(self, path: PurePosixPath, flags: tuple[str, ...]) -> bool:
        """Whether LLVM is given a function of the module, which compiles."""
        with tempfile.TemporaryDirectory() as scratch:
            output = Path(scratch) / "unit.ll"
            command = (*self._command(path, flags), "-S", "-emit-llvm", "-o", str(output))
            run(command, cwd=self.root, limits=TRIAL_LIMITS, scratch=Path(scratch), is_confined=True)
            try:
                return _DEFINITION.search(output.read_text(encoding="utf-8", errors="replace")) is not None
            except OSError:
                return False

    def _command(self, path: PurePosixPath, flags: tuple[str, ...]) -> tuple[str, ...]:
        language = LANGUAGE_OF_SUFFIX.get(path.suffix, Language.C).value
        source = ("-x", language, *flags, "-w", as_argument(path))
        return (str(self.clang.path), *self.target.clang_flags, *source)

    def _try(self, path: PurePosixPath, flags: tuple[str, ...]) -> Verdict:
        if problem := name_problem(path):
            return Verdict(problem=problem)
        with tempfile.TemporaryDirectory() as scratch:
            dependencies = Path(scratch) / "headers.d"
            command = (*self._command(path, flags), "-fsyntax-only", "-MD", "-MF", str(dependencies))
            done = run(command, cwd=self.root, limits=TRIAL_LIMITS, scratch=Path(scratch), is_confined=True)
            foreign = _foreign_headers(dependencies)
        if done.ok:
            return Verdict(foreign_headers=foreign)
        if done.timed_out:
            return Verdict(problem=f"clang took more than {TRIAL_LIMITS.timeout_s:g} s")
        errors = _ERROR.findall(done.stderr)
        return Verdict(
            problem=errors[0] if errors else f"clang ended with {done.signal_name or done.returncode}",
            undeclared=tuple(dict.fromkeys(_UNDECLARED.findall(done.stderr))),
            foreign_headers=foreign,
        )


def _foreign_headers(dependencies: Path) -> frozenset[PurePosixPath]:
    """The absolute paths of a Make rule: those of the source are relative."""
    if not dependencies.is_file():
        return frozenset()
    words = dependencies.read_text(errors="replace").replace("\\\n", " ").split()[1:]
    return frozenset(PurePosixPath(word) for word in words if word.startswith("/"))
