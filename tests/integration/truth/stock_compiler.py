"""What the stock compiler makes of a dataset's module, with no plugin loaded.

The command is the one of `modules.parquet`, without what loads the plugin and speaks to it.
"""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .machine_text import Function, read_functions

_MOST_SECONDS = 900
_PLUGIN_OPTIONS = ("-mlra", "-regalloc=ml")


@dataclass(frozen=True, slots=True)
class StockCompiler:
    """clang of one release, and where it leaves its files of one module; `allocator` is LLVM's name of it."""

    clang: Path
    allocator: str
    folder: Path

    def before_allocation(self, command: str, root: Path) -> dict[str, Function]:
        return read_functions(self._machine_ir(command, root, "-stop-before=greedy").read_text())

    def after_allocation(self, command: str, root: Path) -> Path:
        """The text behind the rewriter."""
        return self._machine_ir(command, root, "-stop-after=virtregrewriter")

    def remarks(self, command: str, root: Path) -> tuple[str, dict[str, Function]]:
        """The remarks of the allocator, as YAML, and the code that they tell of.

        They come with locations, and LLVM 19 makes other code of a few functions that have some.
        """
        remarks = self.folder / "remarks.yaml"
        told = ("-fsave-optimization-record", "-foptimization-record-passes=regalloc")
        path = self._machine_ir(
            *(command, root, "-stop-after=virtregrewriter", *told, f"-foptimization-record-file={remarks}"),
            name="remarked",
        )
        return remarks.read_text() if remarks.exists() else "", read_functions(path.read_text())

    def with_frames(self, command: str, root: Path) -> dict[str, Function]:
        """With prologues and epilogues."""
        return read_functions(self._machine_ir(command, root, "-stop-after=prologepilog").read_text())

    def _machine_ir(self, command: str, root: Path, stop: str, *more: str, name: str = "") -> Path:
        path = self.folder / f"{name or stop.partition('=')[2]}.mir"
        if path.exists():
            return path
        words = [*stock_words(command, self.clang), *self._allocator_words(stop), "-mllvm", stop, *more]
        subprocess.run([*words, "-S", "-o", path], cwd=root, check=True, timeout=_MOST_SECONDS)
        return path

    def _allocator_words(self, stop: str) -> Sequence[str]:
        """The problem is the same for all allocators; the default one is not named, as it usually is not."""
        if self.allocator == "greedy" or stop.startswith("-stop-before"):
            return ()
        return ("-mllvm", f"-regalloc={self.allocator}")


def stock_words(command: str, clang: Path) -> list[str]:
    """The command of a module without the plugin, and without the word of what is to be made."""
    words = shlex.split(command.partition(" && ")[2])[1:]
    kept = [str(clang)]
    while words:
        word = words.pop(0)
        if word == "-o" or (word == "-mllvm" and words[0].startswith(_PLUGIN_OPTIONS)):
            words.pop(0)
        elif word != "-c" and not word.startswith("-fplugin="):
            kept.append(word)
    return kept
