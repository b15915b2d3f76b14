"""A folder of sources that no build and no manifest describes, compiled as well as can be guessed.

Its user is told of the guess, and of a compilation database that lies in the folder and knows better.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from rl4real_data.corpus.cache import Cache
from rl4real_data.corpus.module import Corpus, Language, Module
from rl4real_data.corpus.paths.include_guess import guess_include_folders
from rl4real_data.corpus.paths.path_corpus import Found

_DATABASE: Final = "compile_commands.json"
_MOST_NAMED: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class UndescribedFolder:
    """What was found in a folder, before anything is guessed of it."""

    found: Found

    @property
    def path(self) -> Path:
        return self.found.path

    @property
    def name(self) -> str:
        return self.found.name

    def corpus(self, name: str, cache: Cache) -> Corpus:
        """The corpus whose modules are given the include folders that their sources ask for."""
        corpus = self.found.corpus(name, cache)
        folders = guess_include_folders(corpus.root, [module.path for module in corpus.modules if _is_code(module)])
        flags = tuple(f"-I{folder}" for folder in folders)
        modules = tuple(
            replace(module, flags=flags) if flags and _is_code(module) and module.root == corpus.root else module
            for module in corpus.modules
        )
        return replace(corpus, modules=modules, notes=(*corpus.notes, *_notes(self.path, name, folders)))


def _is_code(module: Module) -> bool:
    return module.language in (Language.C, Language.CXX) and not module.flags


def _notes(path: Path, corpus: str, folders: tuple[str, ...]) -> Iterator[str]:
    if folders:
        more = f" and {len(folders) - _MOST_NAMED} more" if len(folders) > _MOST_NAMED else ""
        yield (
            f"corpus {corpus}: guessed include folders: {', '.join(folders[:_MOST_NAMED])}{more}; "
            f"`rl4real-data corpus add` tries flags, too, and writes down what works"
        )
    databases = sorted([*path.glob(_DATABASE), *path.glob(f"*/{_DATABASE}")]) if path.is_dir() else []
    if databases:
        yield f"corpus {corpus}: {databases[0]} says how it is built; --corpus with that file compiles it so"
