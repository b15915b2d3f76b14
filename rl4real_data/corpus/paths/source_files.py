"""A folder or a single file of the user's own, taken as a corpus without any manifest.

What a file is called tells its language; bitcode, object files and archives are known by what is in them. Whatever a
compiler of the family would take is a module, if only one that is left out with a reason.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from rl4real_data.core import interruption
from rl4real_data.core.errors import UsageError
from rl4real_data.core.stored_names import stored_name
from rl4real_data.corpus.cache import Cache
from rl4real_data.corpus.module import LANGUAGE_OF_SUFFIX, Corpus, Language
from rl4real_data.corpus.other_languages import OTHER_LANGUAGE_OF_SUFFIX, OtherLanguage
from rl4real_data.corpus.paths.contained_modules import Content, contained_modules, content_of
from rl4real_data.corpus.paths.path_corpus import (
    UNKNOWN_LICENSE,
    FoundModule,
    check_names,
    left_out_module,
    make_corpus,
)

__all__ = ["UNKNOWN_LICENSE", "FoundModules", "Inputs", "find_modules", "take_inputs"]

_SUFFIXES: Final = ", ".join(LANGUAGE_OF_SUFFIX)
_LINKED_FOLDER: Final = "a link to a folder, which is not entered: name that folder itself"
_LINK_WITHIN: Final = "a link to a folder of the corpus, which is taken where it lies"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What paths below a folder stand for: modules, left out or not, and files with modules inside."""

    modules: tuple[FoundModule, ...]
    containers: tuple[PurePosixPath, ...]

    @property
    def has_modules(self) -> bool:
        return bool(self.containers) or not all(module.left_out for module in self.modules)

    @property
    def paths(self) -> tuple[PurePosixPath, ...]:
        """Those that stand for something."""
        return (*(module.path for module in self.modules), *self.containers)

    @property
    def sources(self) -> tuple[PurePosixPath, ...]:
        """The files that are modules themselves."""
        return tuple(module.path for module in self.modules if not (module.left_out or module.refusal))

    def corpus(self, name: str, root: Path, cache: Cache) -> Corpus:
        """The corpus `name` of them; nobody knows its licence."""
        inside = [module for container in self.containers for module in contained_modules(root, container, cache)]
        return make_corpus(name, root, [*self.modules, *inside])


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundModules:
    """The modules of one path of the user's.

    `path` is that path without links, `root` the folder that the compiler runs in.
    """

    path: Path
    root: Path
    inputs: Inputs

    @property
    def name(self) -> str:
        """The base name, which becomes the corpus's if it is free."""
        return self.path.name or "root"

    def corpus(self, name: str, cache: Cache) -> Corpus:
        return self.inputs.corpus(name, self.root, cache)


def find_modules(path: Path) -> FoundModules:
    """All modules in the folder `path`, or the single file `path`; UsageError if there is none.

    Names that start with a dot are skipped, linked folders are not entered; linked files are taken as files of the
    folder, wherever they lie.
    """
    try:
        real = path.resolve(strict=True)
        is_folder = real.is_dir()
        root = real if is_folder else real.parent
        inputs = take_inputs(root, sorted(_walk(root)) if is_folder else [PurePosixPath(real.name)])
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links
        raise UsageError(f"{path} cannot be read: {error}") from error
    if not is_folder and not (real.is_file() and inputs.sources):
        raise UsageError(f"{path} is no module: it must be a file whose name ends with one of {_SUFFIXES}")
    if not inputs.has_modules:
        raise UsageError(f"{path} holds no module: {_why_none(inputs)}")
    check_names(path, (real.name, *(str(module.path) for module in inputs.modules)))
    return FoundModules(path=real, root=root, inputs=inputs)


def take_inputs(root: Path, paths: Iterable[PurePosixPath]) -> Inputs:
    """What the paths below `root` stand for; one that is nothing to a compiler stands for nothing."""
    modules: list[FoundModule] = []
    containers: list[PurePosixPath] = []
    for path in paths:
        interruption.check()
        if (root / path).is_dir():
            modules.append(_linked_folder(root, path))
            continue
        try:
            content = _content(root / path)
        except OSError as error:
            modules += _unreadable(path, error)
            continue
        if content is Content.CONTAINER:
            containers.append(path)
        else:
            modules += _module(path, content)
    return Inputs(modules=tuple(modules), containers=tuple(containers))


def _content(path: Path) -> Content:
    is_source = LANGUAGE_OF_SUFFIX.get(path.suffix, Language.IR) is not Language.IR
    return Content.OTHER if is_source else content_of(path)


def _module(path: PurePosixPath, content: Content) -> Iterator[FoundModule]:
    """One module, or none."""
    language = LANGUAGE_OF_SUFFIX.get(path.suffix)
    other = OTHER_LANGUAGE_OF_SUFFIX.get(path.suffix)
    if content is Content.MODULE:
        yield FoundModule(path=path, language=Language.IR)
    elif content is Content.OBJECT:
        yield left_out_module(path, OtherLanguage.OBJECT)
    elif language is not None:
        yield FoundModule(path=path, language=language)
    elif other is not None:
        yield left_out_module(path, other)


def _unreadable(path: PurePosixPath, error: OSError) -> Iterator[FoundModule]:
    """A source that cannot be read says so when it is to be compiled, an object file at once."""
    other = OTHER_LANGUAGE_OF_SUFFIX.get(path.suffix)
    if other is OtherLanguage.OBJECT:
        yield FoundModule(path=path, language=other, refusal=f"{stored_name(str(path))}: {error.strerror}")
    else:
        yield from _module(path, Content.OTHER)


def _linked_folder(root: Path, path: PurePosixPath) -> FoundModule:
    is_within = (root / path).resolve().is_relative_to(root)
    reason = _LINK_WITHIN if is_within else _LINKED_FOLDER
    return FoundModule(path=path, language=OtherLanguage.UNKNOWN, left_out=reason)


def _why_none(inputs: Inputs) -> str:
    reasons = sorted({module.left_out for module in inputs.modules})
    return f"no file below it ends with one of {_SUFFIXES}" + (f" (only: {', '.join(reasons)})" if reasons else "")


def _walk(root: Path) -> Iterator[PurePosixPath]:
    """All files, and linked folders."""
    for parent, folders, names in os.walk(root, onerror=_raise):
        interruption.check()
        folders[:] = [folder for folder in folders if not folder.startswith(".")]
        links = [folder for folder in folders if Path(parent, folder).is_symlink()]
        below = PurePosixPath(parent).relative_to(root)
        for name in (*names, *links):
            if not name.startswith("."):
                yield below / name


def _raise(error: OSError) -> None:
    raise error
