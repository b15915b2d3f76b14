"""Modules inside of other files.

Object files, archives and bitcode of several modules are found by content. Their modules are taken out into the cache.
What is in an archive and is no module is one that is left out; what is damaged is one that is refused: nothing that a
file holds is dropped in silence.
"""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Final

from rl4real_data.core import interruption
from rl4real_data.core.errors import UsageError
from rl4real_data.core.stored_names import stored_name
from rl4real_data.corpus.archive_members import THIN_MAGIC, ArchiveError, Member, is_archive, read_members
from rl4real_data.corpus.bitcode import BitcodeError, is_bitcode
from rl4real_data.corpus.cache import Cache
from rl4real_data.corpus.elf import ElfError, is_relocatable
from rl4real_data.corpus.file_part import FilePart
from rl4real_data.corpus.module import Corpus
from rl4real_data.corpus.other_languages import OTHER_LANGUAGE_OF_SUFFIX, OtherLanguage, why_not_compiled
from rl4real_data.corpus.paths.embedded_bitcode import read_embedded
from rl4real_data.corpus.paths.path_corpus import UNKNOWN_LICENSE, FoundModule, check_names, make_corpus
from rl4real_data.corpus.sources.extraction import Extracted, extract

_HEAD_BYTES: Final = 64
_HERE: Final = PurePosixPath()
_LONGEST_NAME: Final = 100
_MOST_FOLDERS: Final = 16
_DEEPEST: Final = 4
"""Archives in archives."""
_UNREADABLE: Final = (ElfError, BitcodeError, ArchiveError)


class Content(Enum):
    """What a file is by its content."""

    MODULE = auto()  # bitcode of one module, or of none
    CONTAINER = auto()
    OBJECT = auto()  # object code and no bitcode
    OTHER = auto()


def content_of(path: Path) -> Content:
    """Looks into the file. OSError for one that cannot be read."""
    with FilePart.of_file(path).stream as stream:
        whole = FilePart.of_stream(stream)
        head = whole.head(_HEAD_BYTES)
        if is_bitcode(head):
            return _content_of_bitcode(whole)
        if is_archive(head):
            holds_modules = not all(module.left_out for module in _Reader(archive=path).read_archive(whole))
        else:
            holds_modules = _has_embedded(whole, head)
    if holds_modules:
        return Content.CONTAINER
    is_object = is_relocatable(head) or OTHER_LANGUAGE_OF_SUFFIX.get(path.suffix) is OtherLanguage.OBJECT
    return Content.OBJECT if is_object else Content.OTHER


def _has_embedded(whole: FilePart, head: bytes) -> bool:
    try:
        return any(True for _ in read_embedded(whole))
    except _UNREADABLE:
        return is_relocatable(head)  # a damaged object is refused as a module


def _content_of_bitcode(whole: FilePart) -> Content:
    try:
        return Content.MODULE if sum(1 for _ in read_embedded(whole)) <= 1 else Content.CONTAINER
    except BitcodeError:
        return Content.MODULE  # which is refused when it is to be compiled


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundContainer:
    """The modules inside the file `path`."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    def corpus(self, name: str, cache: Cache) -> Corpus:
        root, modules = _extract(self.path, cache, below=_HERE)
        return make_corpus(name, root, modules)


def find_container(path: Path) -> FoundContainer:
    """The file; UsageError if it holds no module that can be used."""
    real = path.resolve()
    damage = ""
    try:
        for module in read_contained(real):
            if not (module.refusal or module.left_out):
                break
            damage = damage or module.refusal
        else:
            why = f"bitcode that can be used: {damage}" if damage else "module: it has no embedded bitcode"
            hint = "compile it with `clang -flto`, or with `clang -Xclang -fembed-bitcode=all`"
            raise UsageError(f"{path} holds no {why}", hint=hint)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    check_names(path, (real.name,))
    return FoundContainer(path=real)


def contained_modules(root: Path, container: PurePosixPath, cache: Cache) -> Iterator[FoundModule]:
    """The modules of a file of a corpus, called after it."""
    folder, modules = _extract(root / container, cache, below=container)
    for module in modules:
        yield replace(module, root=folder)


def read_bytes(content: bytes, path: PurePosixPath) -> Iterator[Extracted]:
    """The modules of a file that is in memory: one is called `path`, several are numbered, an archive is a folder.

    What holds none that can be used is one as it is, which is refused when it is to be compiled.
    """
    data = FilePart.of(content)
    if is_archive(data.head(_HEAD_BYTES)):
        found = list(_Reader(archive=Path(path.stem), below=path.with_suffix("")).read_archive(data))
    else:
        found = list(
            _Reader(archive=Path(path.name), below=path.parent).read(path.name, PurePosixPath(path.stem), data)
        )
    if any(not (module.refusal or module.left_out) for module in found):
        yield from found
    else:
        yield Extracted(path=path, content=content, license=UNKNOWN_LICENSE)


def _extract(container: Path, cache: Cache, *, below: PurePosixPath) -> tuple[Path, tuple[FoundModule, ...]]:
    read = partial(read_contained, below=below)
    return extract(container, "object", cache, read, beside=_files_beside(container), below=str(below))


def read_contained(path: Path, below: PurePosixPath = _HERE) -> Iterator[Extracted]:
    """All that the file holds, each part under a name of its own in the folder `below`. OSError."""
    with FilePart.of_file(path).stream as stream:
        whole = FilePart.of_stream(stream)
        reader = _Reader(archive=path, below=below)
        if is_archive(whole.head(_HEAD_BYTES)):
            yield from reader.read_archive(whole)
        else:
            yield from reader.read(path.name, PurePosixPath(path.stem), whole)


@dataclass(slots=True, kw_only=True)
class _Reader:
    """What one file holds; `taken` are the names that its parts have so far, `seen` the files beside a thin archive."""

    archive: Path
    below: PurePosixPath = _HERE
    taken: Counter[PurePosixPath] = field(default_factory=Counter)
    seen: set[str] = field(default_factory=set)

    def read_archive(self, data: FilePart, depth: int = 0) -> Iterator[Extracted]:
        try:
            for member in read_members(data):
                interruption.check()
                yield from self._read_member(member, depth)
        except ArchiveError as error:
            yield self._refused(PurePosixPath(self.archive.name), str(error))

    def read(self, name: str, stem: PurePosixPath, data: FilePart) -> Iterator[Extracted]:
        """The modules of an object file, or why there are none; `name` is for a person."""
        try:
            modules = list(read_embedded(data))
        except _UNREADABLE as error:
            yield self._refused(stem, f"{stored_name(name)}: {error}")
            return
        if not modules:
            is_object = is_relocatable(data.head(_HEAD_BYTES))
            language = OtherLanguage.OBJECT if is_object else OtherLanguage.UNKNOWN
            yield _left_out(self._free(PurePosixPath(name)), language)
        for number, module in enumerate(modules):
            interruption.check()
            suffix = f".{number}.bc" if len(modules) > 1 else ".bc"
            yield Extracted(
                path=self._free(stem.with_name(stem.name + suffix)),
                content=module.content,
                flags=module.flags,
                license=UNKNOWN_LICENSE,
            )

    def _read_member(self, member: Member, depth: int) -> Iterator[Extracted]:
        name = os.fsdecode(member.name).replace("\0", "?")
        path = _path_in_archive(name, self.archive.parent)
        if member.content is not None:
            yield from self._read_part(str(path), path, member.content, depth)
            return
        file = os.path.realpath(self.archive.parent / name)
        if file in self.seen:  # a file that is an archive itself is named once for each of its members
            return
        self.seen.add(file)
        try:
            with FilePart.of_file(Path(file)).stream as stream:
                yield from self._read_part(str(path), path, FilePart.of_stream(stream), depth)
        except OSError as error:
            yield self._refused(path.with_suffix(""), f"{stored_name(str(path))}: {error.strerror}")

    def _read_part(self, name: str, path: PurePosixPath, data: FilePart, depth: int) -> Iterator[Extracted]:
        if is_archive(data.head(_HEAD_BYTES)) and depth < _DEEPEST:
            yield from self.read_archive(data, depth + 1)
        else:
            yield from self.read(name, path.with_suffix(""), data)

    def _refused(self, stem: PurePosixPath, reason: str) -> Extracted:
        path = self._free(stem.with_name(f"{stem.name}.bc"))
        return Extracted(path=path, license=UNKNOWN_LICENSE, refusal=reason)

    def _free(self, path: PurePosixPath) -> PurePosixPath:
        """The path below, numbered from the second on that would be called so."""
        self.taken[path] += 1
        number = self.taken[path]
        free = path if number == 1 else self._free(path.with_name(f"{path.stem}-{number}{path.suffix}"))
        return self.below / free if number == 1 else free


def _left_out(path: PurePosixPath, language: OtherLanguage) -> Extracted:
    return Extracted(path=path, license=UNKNOWN_LICENSE, language=language, left_out=why_not_compiled(language))


def _path_in_archive(name: str, folder: Path) -> PurePosixPath:
    """A relative path that climbs nowhere: of a name outside of the archive's folder no more than the last part."""
    relative = os.path.relpath(os.path.normpath(folder / name), folder)
    path = PurePosixPath(*(part[:_LONGEST_NAME] for part in PurePosixPath(relative).parts[:_MOST_FOLDERS]))
    is_outside = ".." in path.parts or relative == "."
    return PurePosixPath("unnamed" if path.name in ("", "..") else path.name) if is_outside else path


def _files_beside(container: Path) -> Iterator[Path]:
    """The files that a thin archive names, as far as it can be read."""
    with FilePart.of_file(container).stream as stream, contextlib.suppress(ArchiveError):
        whole = FilePart.of_stream(stream)
        seen: set[Path] = set()
        if whole.head(len(THIN_MAGIC)) == THIN_MAGIC:
            for member in read_members(whole):
                name = os.fsdecode(member.name).replace("\0", "?")
                file = Path(os.path.realpath(container.parent / name))
                if file not in seen:
                    seen.add(file)
                    yield file
