"""A module.

One translation unit, the unit of work, of caching and of failure.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Final

from rl4real_data.core.split import Split
from rl4real_data.core.stored_names import stored_name
from rl4real_data.corpus.other_languages import OtherLanguage
from rl4real_data.corpus.places import PROJECT, Place, place_words
from rl4real_data.corpus.whereabouts import Whereabouts


class Language(StrEnum):
    """What a module is written in; the value is clang's name for it (`-x`)."""

    C = "c"
    CXX = "c++"
    CXX_MODULE = "c++-module"
    IR = "ir"


LANGUAGE_OF_SUFFIX: Final = {
    ".c": Language.C,
    ".cc": Language.CXX,
    ".cpp": Language.CXX,
    ".cxx": Language.CXX,
    **dict.fromkeys((".C", ".CC", ".CPP", ".CXX", ".C++", ".c++", ".cp"), Language.CXX),
    **dict.fromkeys((".c++m", ".ccm", ".cppm", ".cxxm", ".ixx", ".mpp"), Language.CXX_MODULE),
    ".i": Language.C,
    ".ii": Language.CXX,
    ".ll": Language.IR,
    ".bc": Language.IR,
}


TOP: Final = PurePosixPath()


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """A C++20 module that a source imports: `unit` is what the corpus calls the source of its interface.

    `word`: the flag that says where the build has put the compiled interface, or nothing. `identity`: a hash of how the
    interface is compiled.
    """

    name: str
    unit: str
    word: str = ""
    identity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One source file of a corpus and how it is compiled.

    `root` is the folder of the corpus; `path` is relative to it, and so is `folder`, in which the compiler runs:
    neither a command nor a `__FILE__` depends on where the corpus lies. What a build takes from elsewhere stands in
    `path`, `folder` and `flags` under the names of `places`. A file that is compiled with several sets of flags is as
    many modules, told apart by `variant`, from 1. (corpus, name) names a module within a dataset. `flags_left_out`:
    names of flags that came with it and that no compiler is given. `refusal`: why no compiler can be given it, or
    nothing. `left_out`: why none is given it by design. `whereabouts`: how `root` is found on another machine, if that
    can be said. `imports`: the C++20 modules whose interfaces are compiled before it.
    """

    corpus: str
    path: PurePosixPath
    root: Path
    language: Language | OtherLanguage
    license: str
    flags: tuple[str, ...] = ()
    needs_libc: bool = True
    variant: int = 1
    redistributable: bool = True
    refusal: str = ""
    left_out: str = ""
    whereabouts: Whereabouts | None = None
    flags_left_out: tuple[str, ...] = ()
    folder: PurePosixPath = TOP
    places: tuple[Place, ...] = ()
    imports: tuple[Import, ...] = ()

    @property
    def name(self) -> str:
        """What a dataset calls the module: its path, and from the second variant on a number."""
        return module_name(self.path, self.variant)

    @property
    def stored_path(self) -> str:
        """The path in UTF-8."""
        return stored_name(str(self.path))

    @property
    def source(self) -> Path:
        """Where the source lies on this machine."""
        return self.root / place_words([self.recorded_path], self.places)[0]

    @property
    def recorded_path(self) -> str:
        """The source relative to the corpus, or below the name of the place that it is in."""
        is_placed = any(f"/{self.path}".startswith(f"{place.name}/") for place in self.places)
        return f"/{self.path}" if is_placed else str(self.path)

    @property
    def working_folder(self) -> Path:
        """Where the compiler runs on this machine."""
        return self.root / place_words([str(self.folder)], self.places)[0]

    @property
    def argument(self) -> str:
        """The source as a command names it that runs in `folder`, free of paths of this machine."""
        if self.recorded_path.startswith("/"):
            return self.recorded_path
        if self.folder.is_absolute():
            return f"{PROJECT}/{self.path}"
        return as_argument(os.path.relpath(self.path, self.folder) if self.folder.parts else str(self.path))

    @property
    def words(self) -> tuple[str, ...]:
        """The flags as a compiler on this machine is given them."""
        return place_words(self.flags, self.places)


def module_name(path: PurePosixPath, variant: int) -> str:
    """The path, and from the second variant on a number."""
    return stored_name(str(path)) if variant == 1 else f"{stored_name(str(path))}#{variant}"


def as_argument(path: PurePosixPath | str) -> str:
    """The path as a word of a command: one that begins with a dash would be taken for an option."""
    return f"./{path}" if str(path).startswith("-") else str(path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """Modules that came together, from one manifest or from one folder; `modules` is sorted by path.

    `notes`: what its user should hear.
    """

    name: str
    license: str
    root: Path
    split: Split
    modules: tuple[Module, ...]
    notes: tuple[str, ...] = ()


def modules_of(corpora: Sequence[Corpus], limit: int | None = None) -> tuple[Module, ...]:
    """All modules by corpus name and path, whatever the order of the words on the command line."""
    modules = sorted(
        (module for corpus in corpora for module in corpus.modules),
        key=lambda module: (module.corpus, module.path, module.variant),
    )
    return tuple(modules[:limit])
