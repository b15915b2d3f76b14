"""A text file that names the modules of a corpus, one path a line.

`--corpus @list.txt` reads it.

Paths are relative to the folder of the list, whatever the current folder is. Empty lines and those that begin with `#`
say nothing.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from rl4real_data.core import interruption
from rl4real_data.core.errors import UsageError
from rl4real_data.core.regular_files import open_regular, read_regular_text
from rl4real_data.corpus.bitcode import is_bitcode
from rl4real_data.corpus.cache import Cache
from rl4real_data.corpus.module import LANGUAGE_OF_SUFFIX, Corpus, Language
from rl4real_data.corpus.paths.path_corpus import FoundModule, check_names, make_corpus

LIST_SIGN: Final = "@"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundList:
    """The files that the list `path` names; `root` is the deepest folder that holds them all."""

    path: Path
    root: Path
    modules: tuple[FoundModule, ...]

    @property
    def name(self) -> str:
        return self.path.stem

    def corpus(self, name: str, _cache: Cache) -> Corpus:
        return make_corpus(name, self.root, self.modules)


def find_listed(path: Path) -> FoundList:
    """The files in the list; one UsageError with all of its problems."""
    try:
        real = path.resolve(strict=True)
        lines = read_regular_text(real).splitlines()
    except (OSError, RuntimeError, UnicodeDecodeError, ValueError) as error:
        raise UsageError(f"{path} cannot be read as a list of files: {error}") from error
    problems: list[str] = []
    files: dict[Path, Language] = {}
    for number, line in enumerate(lines, 1):
        interruption.check()
        name = line.strip()
        if not name or name.startswith("#"):
            continue
        file = Path(os.path.normpath(real.parent / name))
        language = _language(file)
        if language is None:
            problems.append(f"{path}:{number}: {_problem(name, file)}")
        else:
            files[file] = language
    if problems:
        raise UsageError("\n".join(problems))
    if not files:
        raise UsageError(f"{path} names no file")
    root = Path(os.path.commonpath([file.parent for file in files]))
    modules = tuple(
        FoundModule(path=PurePosixPath(file.relative_to(root)), language=language) for file, language in files.items()
    )
    check_names(path, (real.stem, *(str(module.path) for module in modules)))
    return FoundList(path=real, root=root, modules=modules)


def _language(file: Path) -> Language | None:
    """What the file is written in, None if it is no module."""
    try:
        if not file.is_file():
            return None
        if file.suffix in LANGUAGE_OF_SUFFIX:
            return LANGUAGE_OF_SUFFIX[file.suffix]
        with open_regular(file, most_bytes=sys.maxsize) as stream:
            return Language.IR if is_bitcode(stream.read(4)) else None
    except (OSError, ValueError):
        return None


def _problem(name: str, file: Path) -> str:
    if not file.is_file():
        return f'"{name}" is no file'
    return f'"{name}" is no module: it is no bitcode and ends with none of {", ".join(LANGUAGE_OF_SUFFIX)}'
