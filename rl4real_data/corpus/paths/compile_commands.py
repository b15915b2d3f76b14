"""A compilation database, as CMake, Meson, Bazel, bear and others write `compile_commands.json`.

Each module is compiled in the folder that its entry names, so that whatever its flags name by a relative path is found.
The corpus is the project's folder; what lies elsewhere has names of its own: so a dataset does not depend on where the
project lies, nor on whose machine. Entries of one file with different flags are modules of their own; entries that are
no C, C++ or LLVM IR are modules that are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, Final

from rl4real_data.core import interruption
from rl4real_data.core.errors import UsageError
from rl4real_data.corpus.cache import Cache
from rl4real_data.corpus.module import LANGUAGE_OF_SUFFIX, Corpus, Language
from rl4real_data.corpus.other_languages import OtherLanguage, other_language, why_not_compiled
from rl4real_data.corpus.paths.compiler_call import BadEntry, Call, read_call
from rl4real_data.corpus.paths.cxx_modules import Compilation, with_imports
from rl4real_data.corpus.paths.database_text import read_database
from rl4real_data.corpus.paths.driver_words import is_cxx_driver, module_flags, stated_language
from rl4real_data.corpus.paths.elsewhere import named_folders, places_elsewhere
from rl4real_data.corpus.paths.gnu_words import WordsError
from rl4real_data.corpus.paths.path_corpus import FoundModule, check_names, make_corpus
from rl4real_data.corpus.paths.path_names import PathNames
from rl4real_data.corpus.paths.project_folder import project_folder
from rl4real_data.corpus.places import Place

_LANGUAGE_OF_WORD: Final = {language.value: language for language in Language}
_HINT: Final = "write it again with the build system, for example cmake -DCMAKE_EXPORT_COMPILE_COMMANDS=ON"
_PROBLEMS_SHOWN: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One compilation of a module."""

    call: Call
    language: Language | OtherLanguage


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDatabase:
    """The modules of the database `path`, of the project in `root`."""

    path: Path
    root: Path
    modules: tuple[FoundModule, ...]

    @property
    def name(self) -> str:
        """The project's folder: all databases have the same name."""
        return self.root.name or self.path.stem

    def corpus(self, name: str, _cache: Cache) -> Corpus:
        return make_corpus(name, self.root, self.modules)


def find_database(path: Path, *, project: Path | None = None) -> FoundDatabase:
    """The modules of the database, whose `project` is guessed where nobody knows; one UsageError with all problems."""
    try:
        real = path.resolve(strict=True)
        values = read_database(real)
    except (OSError, RuntimeError, RecursionError, ValueError) as error:
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
        raise UsageError(
            f"{path} holds no module: none of its {len(values)} entries is C, C++ or LLVM IR",
            hint=_HINT
            if values
            else "a watched build that had nothing to do records nothing: clean it, then repeat it",
        )
    entries = _without_inner(entries)
    root = project or project_folder(real.parent, [entry.call.source for entry in entries])
    modules = _modules(entries, root, places_elsewhere(root, _folders(entries)))
    check_names(path, (root.name, *(str(module.path) for module in modules)))
    return FoundDatabase(path=real, root=root, modules=modules)


def _read(value: Any, number: int, beside: Path, problems: list[str]) -> _Entry | None:
    """The entry, None if it has problems, which are noted."""
    try:
        call = read_call(value, beside)
    except (WordsError, BadEntry) as error:
        problems.append(f"entry {number}: {error}")
        return None
    return _Entry(call=call, language=_language(call))


def _language(call: Call) -> Language | OtherLanguage:
    suffix, stated = call.source.suffix, stated_language(call.words)
    if stated:
        return _LANGUAGE_OF_WORD.get(stated) or other_language(stated, suffix)
    language = LANGUAGE_OF_SUFFIX.get(suffix)
    if language is None:
        return other_language(stated, suffix)
    return Language.CXX if language is Language.C and is_cxx_driver(call.compiler) else language


def _without_inner(entries: Sequence[_Entry]) -> list[_Entry]:
    """The entries without the second of two for one compilation: the driver's, and what the driver started."""
    by_drivers = {
        entry.call.source for entry in entries if not entry.call.is_inner and isinstance(entry.language, Language)
    }
    return [entry for entry in entries if not (entry.call.is_inner and entry.call.source in by_drivers)]


def _folders(entries: Iterable[_Entry]) -> Iterable[Path]:
    """All folders that the entries name by where they lie on this machine.

    Of a working folder that is gone the one above it: relative paths lead there.
    """
    working = {folder: folder.is_dir() for folder in {entry.call.folder for entry in entries}}
    for entry in entries:
        folder = entry.call.folder
        yield entry.call.source.parent
        yield folder if working[folder] else folder.parent
        yield from named_folders(entry.call.words)


def _modules(entries: Iterable[_Entry], root: Path, places: tuple[Place, ...]) -> tuple[FoundModule, ...]:
    """A module for each different (file, language, folder, flags), numbered by their order within a file."""
    names_in = {
        folder: PathNames(ran_in=folder, root=root, places=places, is_kept=folder.is_dir())
        for folder in dict.fromkeys(entry.call.folder for entry in entries)
    }
    wanted: dict[FoundModule, tuple[Call, PathNames]] = {}
    for entry in entries:
        interruption.check()
        names = names_in[entry.call.folder]
        path, flags = names.source(entry.call.source), module_flags(entry.call.words, names)
        module = FoundModule(
            path=path,
            language=entry.language,
            flags=flags,
            folder=names.folder,
            places=names.places_in((f"/{path}", *flags)),
            left_out="" if isinstance(entry.language, Language) else why_not_compiled(entry.language),
        )
        wanted.setdefault(module, (entry.call, names))
    variants: Counter[PurePosixPath] = Counter()
    compilations = []
    for module, (call, names) in wanted.items():
        variants[module.path] += 1
        compilations.append(Compilation(call=call, module=replace(module, variant=variants[module.path]), names=names))
    return with_imports(compilations)
