"""The build of a library, with CMake and the machine's C++ compiler, in a folder that is removed in any case."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

from rl4real_data.core import interruption
from rl4real_data.core.errors import ToolchainError
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.kept_files import keep
from rl4real_data.toolchain.process import Completed, Limits, run

BUILD_LIMITS: Final = Limits(timeout_s=1800)
"""25 s on two idle cores, 253 s on a loaded machine; it is no fault of the plugin if it takes longer."""

SAY_EVERY_S: Final = 10.0

_folders: set[Path] = set()


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """How a library is made of its sources: `what` is its name in messages, `packages` what must be installed."""

    what: str
    sources: Path
    options: tuple[str, ...]
    packages: str

    def failed(self, command: tuple[str, ...], done: Completed) -> ToolchainError:
        """With the builder's words."""
        ending = f"not done after {BUILD_LIMITS.timeout_s:g} s" if done.timed_out else done.stderr_tail
        return ToolchainError(
            f"{self.what} does not build: {' '.join(command)}\n{ending or done.stdout[-4000:]}",
            hint=f"apt-get install {self.packages} cmake g++ make, then run the command again",
        )


def build_plugin(clang: Clang, sources: Path, library: Path, *, announce: Callable[[str], None]) -> None:
    """Builds the plugin for `clang`; ToolchainError if LLVM's headers are missing, and as `build_library`."""
    llvm_config = clang.bin_dir / "llvm-config"
    if not llvm_config.is_file():
        raise ToolchainError(
            f"{llvm_config} does not exist: the headers of LLVM {clang.major} are missing",
            hint=f"apt-get install llvm-{clang.major}-dev",
        )
    build = Build(
        what=f"the plugin for LLVM {clang.version}",
        sources=sources,
        options=(f"-DMLRA_LLVM_CONFIG={llvm_config}",),
        packages=f"llvm-{clang.major}-dev",
    )
    build_library(build, library, announce=announce)


def build_library(build: Build, library: Path, *, announce: Callable[[str], None]) -> None:
    """Builds `library` and keeps it with its checksum; ToolchainError with the builder's words if that fails.

    Whoever builds holds the lock of the library: what a killed build left is removed.
    """
    cmake = shutil.which("cmake")
    if cmake is None or not any(shutil.which(name) for name in ("c++", "g++", "clang++")):
        raise ToolchainError(
            f"building {build.what} needs CMake and a C++ compiler", hint="apt-get install cmake g++ make"
        )
    library.parent.mkdir(parents=True, exist_ok=True)
    files = sum(1 for _ in build.sources.rglob("*.cpp"))
    announce(f"building {build.what}, once: {files} file{'s' * (files != 1)} of C++")
    with _build_folder(library.parent) as folder, _told_how_far(build.what, folder, files, announce):
        configure = (cmake, "-S", str(build.sources), "-B", str(folder), *build.options)
        compile_ = (cmake, "--build", str(folder), "--parallel", str(os.cpu_count() or 1))
        for command in (configure, compile_):
            done = run(command, cwd=folder, limits=BUILD_LIMITS, scratch=folder)
            if not done.ok:
                raise build.failed(command, done)
        with keep(library) as draft:
            shutil.copyfile(folder / library.name, draft)


@contextmanager
def _build_folder(beside: Path) -> Iterator[Path]:
    """A new folder, removed at the end, by a signal, or else by the next build."""
    prefix = f".build-{beside.name}-"
    for stale in beside.parent.glob(f"{prefix}*"):
        shutil.rmtree(stale, ignore_errors=True)
    folder = beside.with_name(f"{prefix}{uuid4().hex[:8]}")
    folder.mkdir()
    _folders.add(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        _folders.discard(folder)


def _remove_folders() -> None:
    """The thread that builds may not get to it when a signal ends the program."""
    for folder in tuple(_folders):
        shutil.rmtree(folder, ignore_errors=True)


interruption.at_end(_remove_folders)


@contextmanager
def _told_how_far(what: str, build: Path, files: int, announce: Callable[[str], None]) -> Iterator[None]:
    """Says now and then how many files are compiled: on a loaded machine it takes minutes."""
    is_over = threading.Event()
    begin = time.monotonic()

    def tell() -> None:
        while not is_over.wait(SAY_EVERY_S):
            done = sum(1 for _ in build.rglob("*.o"))
            announce(f"building {what}: {done} of {files} files compiled, {time.monotonic() - begin:.0f} s")

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        is_over.set()
        teller.join()
