"""A compilation database, as CMake, Meson, Bazel, bear and others write `compile_commands.json`.

All modules are compiled from one folder, the deepest that holds the sources and the folders of the build, with paths
relative to it: so a dataset does not depend on where the project lies. Entries of one file with different flags are
modules of their own; entries that are no C, C++ or LLVM IR are modules that are left out.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from rl4real_data.core import interruption
from rl4real_data.core.errors import UsageError
from rl4real_data.core.regular_files import read_regular_text
from rl4real_data.corpus.cache import Cache
from rl4real_data.corpus.module import LANGUAGE_OF_SUFFIX, Corpus, Language
from rl4real_data.corpus.other_languages import OtherLanguage, other_language, why_not_compiled
from rl4real_data.corpus.paths.driver_words import (
    Place,
    drop_launchers,
    is_cxx_driver,
    module_flags,
    stated_language,
)
from rl4real_data.corpus.paths.gnu_words import WordsError, expand_response_files, split_words
from rl4real_data.corpus.paths.path_corpus import FoundModule, check_names, make_corpus

_MORE_SUFFIXES: Final = {".C": Language.CXX, ".c++": Language.CXX, ".cp": Language.CXX, ".CPP": Language.CXX}
_LANGUAGE_OF_WORD: Final = {language.value: language for language in Language}
_HINT: Final = "write it again with the build system, for example cmake -DCMAKE_EXPORT_COMPILE_COMMANDS=ON"
_PROBLEMS_SHOWN: Final = 20
_SHALLOWEST: Final = 2
"""Names that a common folder must have: `/home` and `/` hold more than a project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One compilation: `words` follow the compiler, response files are read."""

    folder: Path
    source: Path
    language: Language | OtherLanguage
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDatabase:
    """The modules of the database `path`; the compiler runs in `root`."""

    path: Path
    root: Path
    modules: tuple[FoundModule, ...]

    @property
    def name(self) -> str:
        """The project's folder: all databases have the same name."""
        return self.root.name or self.path.stem

    def corpus(self, name: str, _cache: Cache) -> Corpus:
        return make_corpus(name, self.root, self.modules)


def find_database(path: Path) -> FoundDatabase:
    """The modules of the database; one UsageError with all of its problems."""
    try:
        real = path.resolve(strict=True)
        values = json.loads(read_regular_text(real, errors="surrogateescape"))
    except (OSError, RuntimeError, ValueError) as error:
        raise UsageError(f"{path} cannot be read: {error}", hint=_HINT) from error
    if not isinstance(values, list):
        raise UsageError(f"{path} is no compilation database: it must be a list of entries", hint=_HINT)
    problems: list[str] = []
    entries = [entry for number, value in enumerate(values) if (entry := _read(value, number, real.parent, problems))]
    if problems:
        shown = problems[:_PROBLEMS_SHOWN]
        more = [f"and {len(problems) - len(shown)} more"] if len(problems) > len(shown) else []
        raise UsageError("\n".join(f"{path}: {problem}" for problem in [*shown, *more]), hint=_HINT)
    if not any(isinstance(entry.language, Language) for entry in entries):
        raise UsageError(f"{path} holds no module: none of its {len(values)} entries is C, C++ or LLVM IR")
    root = _common_folder(real.parent, entries)
    modules = _modules(entries, root)
    check_names(path, (root.name, *(str(module.path) for module in modules)))
    return FoundDatabase(path=real, root=root, modules=modules)


def _read(value: Any, number: int, beside: Path, problems: list[str]) -> _Entry | None:
    """The entry, None if it has problems, which are noted."""
    try:
        folder, file, command = _fields(value)
        folder = Path(os.path.normpath(beside / folder))
        words = split_words(command) if isinstance(command, str) else list(command)
        words = expand_response_files(drop_launchers(words), folder)
    except (WordsError, _BadEntry) as error:
        problems.append(f"entry {number}: {error}")
        return None
    if not words:
        problems.append(f"entry {number}: the command of {file} is empty")
        return None
    language = _language(words, file)
    source = Path(os.path.normpath(folder / file))
    return _Entry(folder=folder, source=source, language=language, words=tuple(words[1:]))


class _BadEntry(ValueError):
    """An entry without the fields that it must have."""


def _fields(value: Any) -> tuple[Path, str, str | list[str]]:
    """(directory, file, command or arguments) of an entry."""
    if not isinstance(value, Mapping):
        raise _BadEntry("it is no object")
    file, directory = value.get("file"), value.get("directory", ".")
    if not isinstance(file, str) or not file or not isinstance(directory, str):
        raise _BadEntry('"file" and "directory" must be texts')
    if "\0" in file + directory:
        raise _BadEntry(f"{file!a} has a character NUL, which no file's name has")
    arguments, command = value.get("arguments"), value.get("command")
    if isinstance(arguments, list) and all(isinstance(word, str) for word in arguments):
        return Path(directory), file, arguments
    if arguments is not None or not isinstance(command, str):
        raise _BadEntry(f'{file} needs "command", a text, or "arguments", a list of texts')
    return Path(directory), file, command


def _language(words: Sequence[str], file: str) -> Language | OtherLanguage:
    suffix = PurePosixPath(file).suffix
    stated = stated_language(words[1:])
    if stated:
        return _LANGUAGE_OF_WORD.get(stated) or other_language(stated, suffix)
    language = LANGUAGE_OF_SUFFIX.get(suffix) or _MORE_SUFFIXES.get(suffix)
    if language is None:
        return other_language(stated, suffix)
    return Language.CXX if language is Language.C and is_cxx_driver(words[0]) else language


def _common_folder(beside: Path, entries: Sequence[_Entry]) -> Path:
    """The deepest folder with all sources and folders of the build, or with the sources if the build is elsewhere."""
    sources = {entry.source.parent for entry in entries}
    common = Path(os.path.commonpath([beside, *sources, *(entry.folder for entry in entries)]))
    return common if len(common.parts) > _SHALLOWEST else Path(os.path.commonpath(list(sources)))


def _modules(entries: Iterable[_Entry], root: Path) -> tuple[FoundModule, ...]:
    """A module for each different (file, language, flags), numbered by their order within a file."""
    wanted: dict[tuple[PurePosixPath, Language | OtherLanguage, tuple[str, ...]], None] = {}
    for entry in entries:
        interruption.check()
        flags = module_flags(entry.words, Place(folder=entry.folder, root=root))
        wanted[PurePosixPath(entry.source.relative_to(root)), entry.language, flags] = None
    variants: Counter[PurePosixPath] = Counter()
    modules = []
    for path, language, flags in wanted:
        variants[path] += 1
        why = "" if isinstance(language, Language) else why_not_compiled(language)
        found = FoundModule(path=path, language=language, flags=flags, variant=variants[path], left_out=why)
        modules.append(found)
    return tuple(modules)
