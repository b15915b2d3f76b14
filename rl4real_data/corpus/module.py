"""A module.

One translation unit, the unit of work, of caching and of failure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Final

from rl4real_data.core.split import Split
from rl4real_data.core.stored_names import stored_name
from rl4real_data.corpus.other_languages import OtherLanguage


class Language(StrEnum):
    """What a module is written in; the value is clang's name for it (`-x`)."""

    C = "c"
    CXX = "c++"
    IR = "ir"


LANGUAGE_OF_SUFFIX: Final = {
    ".c": Language.C,
    ".cc": Language.CXX,
    ".cpp": Language.CXX,
    ".cxx": Language.CXX,
    **dict.fromkeys((".C", ".CC", ".CPP", ".CXX", ".C++", ".c++", ".cp"), Language.CXX),
    ".i": Language.C,
    ".ii": Language.CXX,
    ".ll": Language.IR,
    ".bc": Language.IR,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One source file of a corpus and how it is compiled.

    `root` is the folder that the compiler runs in; `path` is relative to it, so that neither a command nor a
    `__FILE__` depends on where the corpus lies. A file that is compiled with several sets of flags is as many
    modules, told apart by `variant`, from 1. (corpus, name) names a module within a dataset. `refusal`: why no compiler
    can be given it, or nothing. `left_out`: why none is given it by design. `corpus_word`: what `rl4real-data path
    corpus` takes for `root`, or nothing.
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
    corpus_word: str = ""

    @property
    def name(self) -> str:
        """What a dataset calls the module: its path, and from the second variant on a number."""
        return self.stored_path if self.variant == 1 else f"{self.stored_path}#{self.variant}"

    @property
    def stored_path(self) -> str:
        """The path in UTF-8."""
        return stored_name(str(self.path))

    @property
    def argument(self) -> str:
        """What a compiler that runs in `root` is given of it."""
        return as_argument(self.path)

    @property
    def source(self) -> Path:
        """Where the source lies on this machine."""
        return self.root / self.path


def as_argument(path: PurePosixPath) -> str:
    """The path as a word of a command: one that begins with a dash would be taken for an option."""
    return f"./{path}" if str(path).startswith("-") else str(path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """Modules that came together, from one manifest or from one folder; `modules` is sorted by path."""

    name: str
    license: str
    root: Path
    split: Split
    modules: tuple[Module, ...]


def modules_of(corpora: Sequence[Corpus], limit: int | None = None) -> tuple[Module, ...]:
    """All modules by corpus name and path, whatever the order of the words on the command line."""
    modules = sorted(
        (module for corpus in corpora for module in corpus.modules),
        key=lambda module: (module.corpus, module.path, module.variant),
    )
    return tuple(modules[:limit])
