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
    ".ll": Language.IR,
    ".bc": Language.IR,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One source file of a corpus and how it is compiled.

    `root` is the folder that the compiler runs in; `path` is relative to it, so that neither a command nor a
    `__FILE__` depends on where the corpus lies. A file that is compiled with several sets of flags is as many
    modules, told apart by `variant`, from 1. (corpus, name) names a module within a dataset. `flags_left_out`: names of flags
    that came with it and that no compiler is given. `refusal`: why no compiler is given the module itself, or nothing.
    """

    corpus: str
    path: PurePosixPath
    root: Path
    language: Language
    license: str
    flags: tuple[str, ...] = ()
    needs_libc: bool = True
    variant: int = 1
    redistributable: bool = True
    refusal: str = ""
    flags_left_out: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What a dataset calls the module: its path, and from the second variant on a number."""
        return str(self.path) if self.variant == 1 else f"{self.path}#{self.variant}"

    @property
    def source(self) -> Path:
        """Where the source lies on this machine."""
        return self.root / self.path


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
