"""A text file that names the modules of a corpus, one path a line.

`--corpus @list.txt` reads it.

Paths are relative to the folder of the list, whatever the current folder is. Empty lines and those that begin with `#`
say nothing.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from rl4real_data.core import interruption
from rl4real_data.core.errors import UsageError
from rl4real_data.core.regular_files import read_regular_text
from rl4real_data.corpus.cache import Cache
from rl4real_data.corpus.module import LANGUAGE_OF_SUFFIX, Corpus
from rl4real_data.corpus.paths.source_files import Inputs, take_inputs

LIST_SIGN: Final = "@"
_SUFFIXES: Final = ", ".join(LANGUAGE_OF_SUFFIX)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundList:
    """The files that the list `path` names; `root` is the deepest folder that holds them all."""

    path: Path
    root: Path
    inputs: Inputs

    @property
    def name(self) -> str:
        return self.path.stem

    def corpus(self, name: str, cache: Cache) -> Corpus:
        return self.inputs.corpus(name, self.root, cache)


def find_listed(path: Path) -> FoundList:
    """The files in the list; one UsageError with all of its problems."""
    try:
        real = path.resolve(strict=True)
        lines = read_regular_text(real, errors="surrogateescape").split("\n")
    except (OSError, RuntimeError, ValueError) as error:
        raise UsageError(f"{path} cannot be read as a list of files: {error}") from error
    files: dict[Path, int] = {}
    problems: dict[int, str] = {}
    for number, line in enumerate(lines, 1):
        interruption.check()
        name = line.strip()
        if not name or name.startswith("#"):
            continue
        if _is_file(real.parent / name):
            files[Path(os.path.normpath(real.parent / name))] = number
        else:
            problems[number] = f'"{name}" is no file'
    root = Path(os.path.commonpath([file.parent for file in files])) if files else real.parent
    inputs = take_inputs(root, [PurePosixPath(file.relative_to(root)) for file in files])
    for file in files.keys() - {root / module for module in inputs.paths}:
        name = lines[files[file] - 1].strip()
        problems[files[file]] = f'"{name}" is no module: it is no bitcode and ends with none of {_SUFFIXES}'
    if problems:
        raise UsageError("\n".join(f"{path}:{number}: {problems[number]}" for number in sorted(problems)))
    if not files:
        raise UsageError(f"{path} names no file")
    return FoundList(path=real, root=root, inputs=inputs)


def _is_file(path: Path) -> bool:
    """Whether it is a file, or a link that leads to none: what becomes of that is the module's affair."""
    try:
        return path.is_file() or (path.is_symlink() and not path.exists())
    except (OSError, ValueError):
        return False
