"""The unpacking of source archives that nobody has looked at.

Nothing may land outside the folder or fill the disk.

Python's data filter does most of it, but the Python of Debian 12 (3.11.2) has none. So every entry is checked
here first, at least as strictly, and the filter works on top of that where there is one.
"""

from __future__ import annotations

import bz2
import contextlib
import gzip
import lzma
import os
import posixpath
import shutil
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, Final, cast

from rl4real_data.core import interruption
from rl4real_data.core.errors import SourceError

_Opener = Callable[[IO[bytes]], AbstractContextManager[IO[bytes]]]
_OPENERS: Final[dict[str, _Opener]] = {
    ".tar.gz": cast("_Opener", gzip.open),
    ".tgz": cast("_Opener", gzip.open),
    ".tar.bz2": cast("_Opener", bz2.open),
    ".tar.xz": cast("_Opener", lzma.open),
    ".tar": contextlib.nullcontext,
}
ARCHIVE_SUFFIXES: Final = tuple(suffix for suffix in _OPENERS if suffix != ".tar")
"""What a manifest may name; plain tar is what git hands over."""
_LONGEST_PART: Final = 255
_LONG_HEADERS: Final = (
    *(tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE),
    *(tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK),
)
_DAMAGE: Final = (
    *(tarfile.TarError, EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile, OverflowError),
    *(ValueError, KeyError),  # numbers and names in headers that tarfile itself does not look at
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What an archive may hold. Large real ones: gcc 12 has 120,000 files in 0.9 GB; ratios are below 15."""

    entries: int = 300_000
    total_bytes: int = 4 << 30
    ratio: int = 200
    ratio_from_bytes: int = 64 << 20
    """Smaller contents are not judged by their ratio: they do no harm."""
    depth: int = 100
    """Folders in one another. Python walks through them by recursion, and a path may have 4,096 bytes."""
    name_bytes: int = 2048
    header_bytes: int = 1 << 20
    """Of the names and attributes of one entry, which are read at once."""


DEFAULT_LIMITS: Final = Limits()


def unpack(archive: Path, target: Path, *, folder: str = "", limits: Limits = DEFAULT_LIMITS) -> None:
    """Unpack into the new folder `target`, without the top folder if the archive has exactly one entry there.

    With `folder`, only that sub-folder. SourceError for a format that is not known, damage, a limit, or an entry that
    is not allowed.
    """
    whole = target.with_name(f"{target.name}.unpacking")
    whole.mkdir()
    try:
        tops = _extract_all(archive, whole, PurePosixPath(folder), limits)
        if not tops:
            raise SourceError(f"{archive.name} is an empty archive")
        only_folder = len(tops) == 1 and all(tops.values())
        top = whole / next(iter(tops)) if only_folder else whole
        if not (top / folder).is_dir():
            raise SourceError(f"{archive.name} has no folder {folder}", hint="correct `folder` in the manifest")
        _remove_links_out(top / folder, refuse=not PurePosixPath(folder).parts, name=archive.name)
        (top / folder).rename(target)
    finally:
        shutil.rmtree(whole, ignore_errors=True)


def _extract_all(archive: Path, whole: Path, folder: PurePosixPath, limits: Limits) -> dict[str, bool]:
    """Unpacks what may lie below `folder`. The names at the top of the archive, and which of them are folders."""
    links: set[PurePosixPath] = set()
    tops: dict[str, bool] = {}
    entries = 0
    with _open_tar(archive, limits) as tar:
        for member in tar:
            interruption.check()
            entries += 1
            if entries > limits.entries:
                raise SourceError(f"{archive.name} has more than {limits.entries} entries; not unpacked")
            if problem := _size_problem(member, limits) or _member_problem(member, links):
                raise SourceError(f"{archive.name}: entry {member.name!r} {problem}; not unpacked")
            parts = PurePosixPath(member.name).parts
            if parts:
                tops[parts[0]] = tops.get(parts[0], False) or len(parts) > 1 or member.isdir()
            # The top folder is known only at the end, so `folder` may begin at the top or one below.
            if folder.parts in (parts[: len(folder.parts)], parts[1 : 1 + len(folder.parts)]):
                _extract(tar, member, whole)
    return tops


def _remove_links_out(root: Path, *, refuse: bool, name: str) -> None:
    """No link of the tree may lead out of it, once it is moved to its place.

    In a whole archive that is an attack. In a sub-folder it is a link to another part of the archive, left out like
    that part.
    """
    real = root.resolve()
    for parent, folders, names in os.walk(root):
        interruption.check()
        for path in (Path(parent) / entry for entry in (*folders, *names)):
            if not path.is_symlink() or _resolves_below(path, real):
                continue
            if refuse:
                raise SourceError(
                    f"{name}: {path.relative_to(root)} is a link that leads out of its tree; not unpacked"
                )
            path.unlink()


def _resolves_below(path: Path, root: Path) -> bool:
    try:
        return path.resolve().is_relative_to(root)
    except (OSError, RuntimeError):  # a loop of links leads nowhere
        return True


@contextmanager
def _open_tar(archive: Path, limits: Limits) -> Iterator[tarfile.TarFile]:
    with archive.open("rb") as packed, open_tar(packed, archive.name, archive.stat().st_size, limits) as tar:
        yield tar


@contextmanager
def open_tar(
    packed: IO[bytes], name: str, size_bytes: int, limits: Limits = DEFAULT_LIMITS
) -> Iterator[tarfile.TarFile]:
    """Reads the archive `name`, of `size_bytes`, from `packed`; SourceError for damage and for what passes `limits`."""
    suffix = next((known for known in _OPENERS if name.endswith(known)), None)
    if suffix is None:
        raise SourceError(f"{name} is no archive of a known kind ({', '.join(ARCHIVE_SUFFIXES)})")
    try:
        with _OPENERS[suffix](packed) as content:
            capped = _CappedReader(content, name, size_bytes, limits)
            # Streaming ("r|") reads front to back, so that the count covers every byte, headers included.
            with tarfile.open(fileobj=cast("BinaryIO", capped), mode="r|", tarinfo=_entry_within(limits)) as tar:
                yield tar
    except _DAMAGE as error:
        raise SourceError(f"{name} is damaged: {error}") from error
    except OSError as error:
        if error.errno is not None:  # the disk, not the archive; bz2 and gzip raise OSError without a number
            raise
        raise SourceError(f"{name} is damaged: {error}") from error


def _entry_within(limits: Limits) -> type[tarfile.TarInfo]:
    """Entries whose own headers, which tarfile reads into memory, are of a size that makes sense."""

    class Entry(tarfile.TarInfo):
        def _proc_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo:
            if self.type in _LONG_HEADERS and self.size > limits.header_bytes:
                raise tarfile.ReadError(f"an entry has {self.size:,} bytes of names and attributes")
            return super()._proc_member(archive)  # type: ignore[misc,no-any-return]

    return Entry


class _CappedReader:
    """Counts what comes out of the decompressor and stops at the limits."""

    def __init__(self, content: IO[bytes], name: str, packed_bytes: int, limits: Limits) -> None:
        self._content = content
        self._name = name
        self._limits = limits
        self._packed_bytes = packed_bytes
        self._done_bytes = 0

    def read(self, size: int) -> bytes:
        block = self._content.read(size)
        self._done_bytes += len(block)
        limits = self._limits
        if self._done_bytes > limits.total_bytes:
            raise SourceError(f"{self._name} unpacks to more than {limits.total_bytes} bytes; not unpacked")
        if self._done_bytes > max(limits.ratio_from_bytes, limits.ratio * self._packed_bytes):
            raise SourceError(f"{self._name} unpacks to more than {limits.ratio} times its size; not unpacked")
        return block


def _size_problem(member: tarfile.TarInfo, limits: Limits) -> str:
    """Why this entry is larger than one may be, or nothing."""
    parts = PurePosixPath(member.name).parts
    if len(parts) > limits.depth or len(os.fsencode(member.name)) > limits.name_bytes:
        return "lies too deep"
    if any(len(os.fsencode(part)) > _LONGEST_PART for part in parts):
        return "has a name that no file can have"
    if member.issparse() or member.size > limits.total_bytes:
        return "claims to be larger than what is stored of it"
    return ""


def _member_problem(member: tarfile.TarInfo, links: set[PurePosixPath]) -> str:
    """Why this entry must not be unpacked, or nothing; remembers the links among the entries."""
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts:
        return "is a path that leads out of the archive"
    if not (member.isreg() or member.isdir() or member.issym() or member.islnk()):
        return "is neither a file, a folder nor a link"
    if path in links or not links.isdisjoint(path.parents):
        return "is reached through a link of the same archive"
    if member.issym() or member.islnk():
        links.add(path)
        start = path.parent if member.issym() else PurePosixPath()
        if _leads_out(member.linkname, start):
            return f"is a link that leads out of the archive, to {member.linkname!r}"
    return ""


def _leads_out(link: str, start: PurePosixPath) -> bool:
    """True if `link`, seen from the folder `start`, may end outside.

    A `..` after a name counts too: the name may be a link itself, and `..` then goes up from where it points.
    """
    path = PurePosixPath(link)
    names = [part for part in path.parts if part != ".."]
    ups = len(path.parts) - len(names)
    if path.is_absolute() or ".." in path.parts[ups:]:
        return True
    return posixpath.normpath(posixpath.join("", *start.parts, *path.parts) or ".").split("/")[0] == ".."


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, whole: Path) -> None:
    if hasattr(tarfile, "data_filter"):
        tar.extract(member, whole, filter="data")
        return
    member.uid, member.gid, member.uname, member.gname = os.getuid(), os.getgid(), "", ""
    member.mode = member.mode & 0o755 | (0o700 if member.isdir() else 0o600)
    tar.extract(member, whole)
