"""The clang that a run works with.

It is looked for, and what is missing where there is none is said.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rl4real_data.core.errors import ToolchainError
from rl4real_data.core.targets import Target
from rl4real_data.toolchain.process import Completed, Limits, run

SUPPORTED_MAJORS: Final = (22, 19)
"""Releases that the plugin is built for and tested with, the preferred first."""

PROBE_LIMITS: Final = Limits(timeout_s=60)  # a cold start from a network disk takes seconds, not a minute


@dataclass(frozen=True, slots=True, kw_only=True)
class Clang:
    """A clang that can be used: `is_fork` for one that knows the RL4ReAl fork's flags without a plugin.

    `content` is the hash of its program and libraries, empty where nobody asked for it; `version` is empty where only
    its output is known, which does not tell.
    """

    path: Path
    version: str
    banner: str
    is_fork: bool = False
    content: str = ""

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])

    @property
    def bin_dir(self) -> Path:
        """The folder of the installation's tools, where `llvm-config` and `llc` lie."""
        return self.path.resolve().parent

    def fingerprint(self) -> str:
        """Changes when the compiler is replaced, even by a build of the same version."""
        return f"{self.banner}|{self.content}" if self.content else self.earlier_fingerprint()

    def earlier_fingerprint(self) -> str:
        """What releases before 0.2.0 knew of the compiler: a part of theirs is still found under it."""
        state = self.path.resolve().stat()
        return f"{self.banner}|{state.st_size}|{state.st_mtime_ns}"


def discover_clang(*, build_dir: Path | None, search_path: str) -> Clang:
    """`build_dir`/bin/clang, or else the newest supported clang on the search path. ToolchainError if there is none."""
    if build_dir is not None:
        path = build_dir / "bin" / "clang"
        if not path.is_file():
            raise ToolchainError(
                f"BUILD_DIR={build_dir}: {path} does not exist",
                hint="BUILD_DIR names an LLVM installation or build with bin/clang; unset it to use the clang on PATH",
            )
        return _usable(path, _version(path))
    found = []
    for name in (*(f"clang-{major}" for major in SUPPORTED_MAJORS), "clang"):
        path_on_search = shutil.which(name, path=search_path)
        if path_on_search is None:
            continue
        version = _version(Path(path_on_search))
        if version is not None and version[0] in SUPPORTED_MAJORS:
            return _usable(Path(path_on_search), version)
        found.append(f"{path_on_search} ({version[1] if version else 'no clang'})")
    newest = SUPPORTED_MAJORS[0]
    also = f"; found only {', '.join(found)}" if found else ""
    raise ToolchainError(
        f"no supported clang on PATH (supported: {', '.join(map(str, SUPPORTED_MAJORS))}){also}",
        hint=f"apt-get install clang-{newest} llvm-{newest}-dev, or set BUILD_DIR to an LLVM installation",
    )


def named_clang(word: str, *, search_path: str) -> Clang:
    """The clang that a user names, by its path or for the search path. ToolchainError if it is not one that serves."""
    path = shutil.which(word, path=search_path)
    newest = f"clang-{SUPPORTED_MAJORS[0]}"
    if path is None:
        raise ToolchainError(f"{word}: no such program", hint=f"name a clang, such as {newest}")
    version = _version(Path(path))
    if version is None:
        raise ToolchainError(
            f"{word} is no clang: decisions are carried out by a plugin of clang's",
            hint=f"put {newest} in its place; the flags are mostly the same",
        )
    clang = _usable(Path(path), version)
    if clang.is_fork:
        raise ToolchainError(
            f"{word} is the RL4ReAl fork, which has its own flags and no plugin", hint=f"put {newest} in its place"
        )
    return clang


def probe(command: tuple[str, ...]) -> Completed | None:
    """Runs a tool for its answer; None if it cannot be started."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            return run(command, cwd=Path(folder), limits=PROBE_LIMITS, scratch=Path(folder))
        except OSError:
            return None


def missing_headers(clang: Clang, target: Target, *, cxx: bool) -> str | None:
    """What is wrong with the C (or C++) library headers for `target`; None if they are there."""
    header, language = ("vector", "c++") if cxx else ("stdio.h", "c")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "probe"
        source.write_text(f"#include <{header}>\n")
        done = run(
            (str(clang.path), *target.clang_flags, "-fsyntax-only", "-x", language, str(source)),
            cwd=Path(folder),
            limits=PROBE_LIMITS,
            scratch=Path(folder),
        )
    return None if done.ok else f"<{header}> is not found for {target.name.value}"


def require_headers(clang: Clang, target: Target, *, cxx: bool) -> None:
    """ToolchainError with the command that installs the headers, unless they are there."""
    for is_cxx in (False, True) if cxx else (False,):
        problem = missing_headers(clang, target, cxx=is_cxx)
        if problem:
            raise ToolchainError(
                f"{problem}: the C or C++ library headers are missing",
                hint=f"apt-get install {' '.join(target.libc_packages)}; or use `--corpus sample`, which needs none",
            )


def _version(path: Path) -> tuple[int, str, str] | None:
    """(major, version, banner) of a clang."""
    done = probe((str(path), "--version"))
    if done is None or not done.ok:
        return None
    banner = done.stdout.splitlines()[0] if done.stdout else ""
    match = re.search(r"clang version ((\d+)(?:\.\d+)*)", banner)
    return (int(match[2]), match[1], banner) if match else None


def _usable(path: Path, version: tuple[int, str, str] | None) -> Clang:
    if version is None:
        raise ToolchainError(f"{path}: does not answer `--version` as a clang does", hint="check that it runs")
    major, number, banner = version
    if major in SUPPORTED_MAJORS:
        return Clang(path=path, version=number, banner=banner)
    if _knows_fork_flags(path):
        return Clang(path=path, version=number, banner=banner, is_fork=True)
    raise ToolchainError(
        f"{path}: clang {number} is neither supported ({', '.join(map(str, SUPPORTED_MAJORS))}) nor the RL4ReAl fork",
        hint=f"apt-get install clang-{SUPPORTED_MAJORS[0]} llvm-{SUPPORTED_MAJORS[0]}-dev",
    )


def _knows_fork_flags(path: Path) -> bool:
    done = probe((str(path), "-mllvm", "-mlra-dump-ig-dot", "-x", "c", "-c", "/dev/null", "-o", "/dev/null"))
    return done is not None and done.ok
