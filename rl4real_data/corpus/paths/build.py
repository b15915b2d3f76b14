"""A folder whose own build system says how its modules are compiled.

That runs its code, so only under `--allow-build`.

The folder is copied into the cache and configured there, so the user's own stays as it is. CMake writes a compilation
database when it is configured; it builds only if that names sources that a build has yet to generate. For `configure`
and `make`, bear watches a whole build.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rl4real_data.core import interruption
from rl4real_data.core.errors import SourceError, ToolchainError, UsageError
from rl4real_data.core.regular_files import read_regular_text
from rl4real_data.corpus.cache import Cache, read_whole
from rl4real_data.corpus.module import Corpus
from rl4real_data.corpus.paths.compile_commands import find_database
from rl4real_data.corpus.paths.path_corpus import check_names, make_corpus
from rl4real_data.toolchain.process import Limits, run

_VERSION: Final = 2
"""Raise it when a folder is built another way."""

_LIMITS: Final = Limits(timeout_s=3600)  # LLVM itself configures within a minute; a watched `make` may take its time
_BUILD_FOLDER: Final = "rl4real-build"
_DATABASE_NAME: Final = "compile_commands.json"
_NOT_COPIED: Final = (".git", ".hg", ".svn")
_COMPILERS: Final = ("clang-22", "clang-19", "clang")
_LINES_SHOWN: Final = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildTools:
    """What a build is run with: tools on `search_path`, `jobs` compilers at once, words for whoever waits to `say`."""

    search_path: str
    jobs: int
    say: Callable[[str], None]

    def find(self, name: str) -> str:
        """The tool's path; ToolchainError if there is none."""
        path = shutil.which(name, path=self.search_path)
        if path is None:
            raise ToolchainError(f"{name} is not found, and this build needs it", hint=f"apt-get install {name}")
        return path

    @property
    def compilers(self) -> Mapping[str, str]:
        """CC and CXX of a clang, so that what a build finds out about its compiler is true of ours."""
        for name in _COMPILERS:
            cc, cxx = (shutil.which(tool, path=self.search_path) for tool in (name, name.replace("clang", "clang++")))
            if cc and cxx:
                return {"CC": cc, "CXX": cxx}
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """The commands of a build, run in its folder one after the other, and where the database then lies.

    `generate` is run, too, if the database names sources that are not there; it may fail.
    """

    commands: tuple[tuple[str, ...], ...]
    database: str
    generate: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundBuild:
    """The folder `path`, which holds a build system's files."""

    path: Path
    tools: BuildTools

    @property
    def name(self) -> str:
        return self.path.name or "root"

    def corpus(self, name: str, cache: Cache) -> Corpus:
        """The modules of the database that the build writes; SourceError with its last words if it fails."""
        plan = _plan(self.path, self.tools)
        identity = _identity(self.path, plan, self.tools)
        root = cache.tree(
            "build", identity, lambda folder: self._build(plan, folder, cache.corpus_path("build", identity))
        )
        read_whole(root / plan.database)
        try:
            return find_database(root / plan.database, project=root).corpus(name, cache)
        except UsageError as error:
            raise SourceError(f"the build of {self.path}: {error}") from error

    def _build(self, plan: _Plan, folder: Path, final: Path) -> None:
        """Copies and builds in `folder`, which then becomes `final`: the database already says so."""
        shutil.copytree(self.path, folder, symlinks=True, ignore=shutil.ignore_patterns(*_NOT_COPIED))
        for command in plan.commands:
            interruption.check()
            self._run(command, folder)
        database = folder / plan.database
        if not database.is_file():
            raise SourceError(f"the build of {self.path} wrote no {_DATABASE_NAME}")
        if plan.generate and _lacks_sources(database):
            try:
                self._run(plan.generate, folder)
            except SourceError as error:  # sources that are still missing are failed modules
                self.tools.say(str(error))
        text = read_regular_text(database)
        database.write_text(text.replace(json.dumps(str(folder))[1:-1], json.dumps(str(final))[1:-1]), encoding="utf-8")

    def _run(self, command: Sequence[str], folder: Path) -> None:
        words = " ".join(Path(word).name if "/" in word else word for word in command)
        self.tools.say(f"{self.path.name}: {words}")
        _run(command, folder, self.path, self.tools)


def find_build(path: Path, tools: BuildTools) -> FoundBuild | None:
    """The folder, None if it has no build system that is known. ToolchainError if a tool for it is missing."""
    if not path.is_dir() or not any((path / name).is_file() for name in ("CMakeLists.txt", "configure", "Makefile")):
        return None
    real = path.resolve()
    _plan(real, tools)
    check_names(path, (real.name,))
    return FoundBuild(path=real, tools=tools)


def _plan(path: Path, tools: BuildTools) -> _Plan:
    if (path / "CMakeLists.txt").is_file():
        words = ("-S", ".", "-B", _BUILD_FOLDER, "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON", "-DCMAKE_BUILD_TYPE=Release")
        cmake = tools.find("cmake")
        return _Plan(
            commands=((cmake, *words),),
            database=f"{_BUILD_FOLDER}/{_DATABASE_NAME}",
            generate=(cmake, "--build", _BUILD_FOLDER, "--parallel", str(tools.jobs)),
        )
    configure: tuple[tuple[str, ...], ...] = (("./configure",),) if (path / "configure").is_file() else ()
    watched = (tools.find("bear"), "--", tools.find("make"), f"-j{tools.jobs}")
    return _Plan(commands=(*configure, watched), database=_DATABASE_NAME)


def _run(command: Sequence[str], folder: Path, path: Path, tools: BuildTools) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        try:
            done = run(command, cwd=folder, limits=_LIMITS, scratch=Path(scratch), environment=tools.compilers)
        except OSError as error:
            raise SourceError(f"the build of {path}: {command[0]} cannot be run: {error.strerror}") from error
    if not done.ok:
        last = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()][-_LINES_SHOWN:]
        words = "took too long" if done.timed_out else f"failed ({done.signal_name or done.returncode})"
        raise SourceError(
            "\n".join([f"the build of {path}: {Path(command[0]).name} {words}", *last]),
            hint="make it build by hand, then name its compile_commands.json",
        )


def _lacks_sources(database: Path) -> bool:
    try:
        found = find_database(database)
    except UsageError:
        return False  # which is said when the corpus is made of it
    return not all(module.source.is_file() for module in make_corpus(found.name, found.root, found.modules).modules)


def _identity(path: Path, plan: _Plan, tools: BuildTools) -> str:
    """A sha256 over the names, sizes and times of all files, and over the way they are built.

    Links are taken as they are. Times stand for the contents: a project may have gigabytes.
    """
    digest = hashlib.sha256(json.dumps([_VERSION, plan.commands[-1][1:3], sorted(tools.compilers.items())]).encode())
    for parent, folders, names in os.walk(path):
        interruption.check()
        folders[:] = sorted(folder for folder in folders if folder not in _NOT_COPIED)
        for name in sorted(names):
            file = Path(parent, name)
            state = file.lstat()
            digest.update(
                f"{file.relative_to(path)}\0{state.st_size}\0{state.st_mtime_ns}\n".encode(errors="surrogateescape")
            )
    return digest.hexdigest()
