"""A path of the user's that stands for a corpus, before anything is fetched or unpacked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final, Protocol

from rl4real_data.core import interruption
from rl4real_data.core.errors import UsageError
from rl4real_data.core.split import Split
from rl4real_data.core.stored_names import is_file_name
from rl4real_data.corpus.cache import Cache
from rl4real_data.corpus.license import UNKNOWN
from rl4real_data.corpus.module import TOP, Corpus, Import, Language, Module, module_name
from rl4real_data.corpus.other_languages import OtherLanguage, why_not_compiled
from rl4real_data.corpus.places import Place

UNKNOWN_LICENSE: Final = UNKNOWN


class Found(Protocol):
    """A path of the user's that stands for a corpus. A new kind is one file, and one line in `path.py`."""

    @property
    def path(self) -> Path:
        """The path without links: two words with the same one are the same corpus."""

    @property
    def name(self) -> str:
        """The name that the corpus gets if it is free."""

    def corpus(self, name: str, cache: Cache) -> Corpus:
        """The corpus with its modules on the disk; SourceError if they cannot be had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundModule:
    """One module before its corpus has a name; the fields are those of `Module`. None for `root`: the corpus's."""

    path: PurePosixPath
    language: Language | OtherLanguage
    flags: tuple[str, ...] = ()
    license: str = UNKNOWN_LICENSE
    variant: int = 1
    root: Path | None = None
    refusal: str = ""
    left_out: str = ""
    folder: PurePosixPath = TOP
    places: tuple[Place, ...] = ()
    imports: tuple[Import, ...] = ()

    @property
    def name(self) -> str:
        """What the corpus calls it."""
        return module_name(self.path, self.variant)


def left_out_module(path: PurePosixPath, language: OtherLanguage) -> FoundModule:
    """An input in a language that is not compiled."""
    return FoundModule(path=path, language=language, left_out=why_not_compiled(language))


def make_corpus(name: str, root: Path, found: Iterable[FoundModule]) -> Corpus:
    """The corpus of `found`, sorted; its licence is that of all its modules together."""
    modules = tuple(
        Module(
            corpus=name,
            path=module.path,
            root=module.root or root,
            language=module.language,
            license=module.license,
            flags=module.flags,
            variant=module.variant,
            refusal=module.refusal,
            left_out=module.left_out,
            folder=module.folder,
            places=module.places,
            imports=module.imports,
        )
        for module in sorted(found, key=lambda module: (module.path, module.variant))
    )
    license_expression = join_licenses({module.license for module in modules})
    return Corpus(name=name, license=license_expression, root=root, split=Split.TRAIN, modules=modules)


def join_licenses(expressions: set[str]) -> str:
    """The SPDX expression for files under each of `expressions`; unknown if one of them is."""
    if not expressions or UNKNOWN_LICENSE in expressions:
        return UNKNOWN_LICENSE
    if len(expressions) == 1:
        return expressions.pop()
    return " AND ".join(f"({text})" if " OR " in text else text for text in sorted(expressions))


def check_names(path: Path, names: Iterable[str]) -> None:
    """UsageError for what no file can be called."""
    for name in names:
        interruption.check()
        if not is_file_name(name):
            what = "a character NUL" if "\0" in name else "half of a character"
            raise UsageError(f"{path}: {name!a} has {what}, which no file's name has")
