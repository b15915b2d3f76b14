"""A folder or a single file of the user's own, taken as a corpus without any manifest."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from rl4real_data.core import interruption
from rl4real_data.core.errors import UsageError
from rl4real_data.corpus.cache import Cache
from rl4real_data.corpus.module import LANGUAGE_OF_SUFFIX, Corpus
from rl4real_data.corpus.paths.path_corpus import UNKNOWN_LICENSE, FoundModule, check_names, make_corpus

__all__ = ["UNKNOWN_LICENSE", "FoundModules", "find_modules"]

_SUFFIXES: Final = ", ".join(LANGUAGE_OF_SUFFIX)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundModules:
    """The modules of one path of the user's.

    `path` is that path without links, `root` the folder that the compiler runs in, `modules` sorted below it.
    """

    path: Path
    root: Path
    modules: tuple[PurePosixPath, ...]

    @property
    def name(self) -> str:
        """The base name, which becomes the corpus's if it is free."""
        return self.path.name or "root"

    def corpus(self, name: str, _cache: Cache) -> Corpus:
        """The corpus `name` of the modules; nobody knows its licence."""
        found = (FoundModule(path=path, language=LANGUAGE_OF_SUFFIX[path.suffix]) for path in self.modules)
        return make_corpus(name, self.root, found)


def find_modules(path: Path) -> FoundModules:
    """All modules in the folder `path`, or the single file `path`; UsageError if there is none.

    Names that start with a dot are skipped, linked folders are not entered, and a linked file counts only if
    it lies in the same folder.
    """
    try:
        real = path.resolve(strict=True)
        if not real.is_dir():
            found = FoundModules(path=real, root=real.parent, modules=(PurePosixPath(real.name),))
        else:
            found = FoundModules(path=real, root=real, modules=tuple(sorted(_walk(real))))
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links
        raise UsageError(f"{path} cannot be read: {error}") from error
    if not real.is_dir() and not (real.is_file() and real.suffix in LANGUAGE_OF_SUFFIX):
        raise UsageError(f"{path} is no module: it must be a file whose name ends with one of {_SUFFIXES}")
    if not found.modules:
        raise UsageError(f"{path} holds no module: no file below it ends with one of {_SUFFIXES}")
    check_names(path, (found.name, *map(str, found.modules)))
    return found


def _walk(root: Path) -> Iterator[PurePosixPath]:
    for parent, folders, names in os.walk(root, onerror=_raise):
        interruption.check()
        folders[:] = [folder for folder in folders if not folder.startswith(".")]
        for name in names:
            file = Path(parent) / name
            if name.startswith(".") or file.suffix not in LANGUAGE_OF_SUFFIX:
                continue
            if file.is_file() and file.resolve().is_relative_to(root):
                yield PurePosixPath(file.relative_to(root))


def _raise(error: OSError) -> None:
    raise error
