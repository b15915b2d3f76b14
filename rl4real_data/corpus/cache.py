"""The user's cache of downloads and unpacked sources, shared by all runs of that user.

    <root>/downloads/<sha256>-<file>         whole and checked, or not there
    <root>/partial/<sha256>-<file>           the beginning of a download that broke off
    <root>/corpora/<name>-<identity[:16]>/   whole, with a marker that says what it must hold
    <root>/locks/<entry>.lock                held while an entry is made

Everything is made under another name and renamed when it is whole and on the disk, so neither a run that is killed nor
a power cut leaves anything that a later run could take for finished. An entry that lost files is made again. What a
tree's files hold is kept in its marker (`contents_of`), for whoever reads them.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

from rl4real_data.core import interruption
from rl4real_data.core.atomic_files import sync, sync_all_files
from rl4real_data.core.errors import CacheError, HostError, SourceError
from rl4real_data.core.sealed_text import BrokenSeal, read_plain, seal, unseal
from rl4real_data.corpus.download import Pin

MARKER: Final = ".rl4real-complete"
_MARKER_VERSION: Final = 1
"""Raise it when the way a source is unpacked changes; every cached tree is then made again."""
_SUMMARY_LINES: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Cache:
    """The cache folder; it is made when something is first put into it."""

    root: Path

    def download_path(self, pin: Pin) -> Path:
        """Where the checked file of `pin` lies, or would lie."""
        return self.root / "downloads" / f"{pin.sha256}-{pin.file}"

    def corpus_path(self, name: str, identity: Pin | str) -> Path:
        """Where the tree of corpus `name` lies, or would lie; `identity` is a sha256 over what it is made of.

        The plain tree of an archive has the archive's own.
        """
        return self.root / "corpora" / f"{name}-{_sha256_of(identity)[:16]}"

    def file(self, pin: Pin, download: Callable[[Path], None]) -> Path:
        """The file of `pin`; `download` writes it to the draft that it is given when it is not there yet.

        The draft may hold the beginning already, from a download that broke off.
        """
        final = self.download_path(pin)
        with self._making(final):
            if not final.is_file() or pin.problem(final):
                partial = self.root / "partial" / final.name
                partial.parent.mkdir(exist_ok=True)
                download(partial)
                if problem := pin.problem(partial):
                    partial.unlink()
                    raise SourceError(f"{pin.file} is not what its manifest promises: {problem}")
                sync(partial)
                partial.replace(final)
                sync(final.parent)
        return final

    def tree(self, name: str, identity: Pin | str, make: Callable[[Path], None]) -> Path:
        """The tree of `name`; `make` makes the folder that it is given when it is not whole."""
        final = self.corpus_path(name, identity)
        if has_whole_tree(final, identity):
            return final
        with self._making(final):
            if has_whole_tree(final, identity):  # another run made it while this one waited
                return final
            with _draft_of(final) as draft:
                make(draft)
                (draft / MARKER).write_bytes(_marker_of(draft, identity))
                sync_all_files(draft)
                _remove(final)
                draft.rename(final)
                sync(final.parent)
        return final

    @contextmanager
    def _making(self, final: Path) -> Iterator[None]:
        """Hold the lock of the entry `final`, with the folders around it made; OSError becomes CacheError.

        flock, not a lock file's existence: the kernel lets go of it when a run is killed.
        """
        try:
            final.parent.mkdir(parents=True, exist_ok=True)
            locks = self.root / "locks"
            locks.mkdir(exist_ok=True)
            with (locks / f"{final.name}.lock").open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
        except InterruptedError:
            raise
        except OSError as error:
            raise CacheError(
                f"the cache {self.root} cannot be used: {error}",
                hint="free some space or correct its permissions, or set RL4REAL_DATA_CACHE to another folder",
            ) from error


def has_whole_tree(folder: Path, identity: Pin | str) -> bool:
    """True if `folder` has a marker for `identity` and still holds as many files and bytes as the marker says."""
    try:
        summary, _ = _read_marker(folder)
        return summary == _summary(folder, identity)
    except (OSError, ValueError):
        return False


def contents_of(root: Path) -> Mapping[str, str]:
    """sha256 of each file by its path, as it was when the tree that `root` lies in was made.

    Nothing for a folder outside of the cache, and for a tree of 0.1.0, whose marker does not tell.
    """
    tree = next((folder for folder in (root, *root.parents) if (folder / MARKER).is_file()), None)
    if tree is None:
        return {}
    try:
        _, contents = _read_marker(tree)
        return {str(tree / name): digest for name, digest in json.loads(contents or "{}").items()}
    except (OSError, ValueError, AttributeError, RecursionError):
        return {}


def changed_files(tree: Path) -> list[str]:
    """The files of a tree that are not what they were when it was made, as far as its marker tells."""
    changed = []
    for name, digest in sorted(contents_of(tree).items()):
        interruption.check()
        path = Path(name)
        if not path.is_file() or _sha256_of_file(path) != digest:
            changed.append(str(path.relative_to(tree)))
    return changed


def forget_tree(file: Path) -> HostError:
    """What to raise for a file of a tree that is not what it was; the tree counts as none any more."""
    tree = next(folder for folder in file.parents if (folder / MARKER).is_file())
    (tree / MARKER).unlink()
    return HostError(
        f"{file}: is not what it was when it came into the cache",
        hint="run the same command again: it makes that folder of the cache anew",
    )


def read_whole(file: Path) -> str:
    """The text of a file of a tree in the cache. HostError if it is not what it was."""
    content = read_plain(file)
    if contents_of(file.parent).get(str(file)) not in (None, hashlib.sha256(content).hexdigest()):
        raise forget_tree(file)
    return content.decode()


def _sha256_of(identity: Pin | str) -> str:
    return identity if isinstance(identity, str) else identity.sha256


def _marker_of(folder: Path, identity: Pin | str) -> bytes:
    """The marker of a tree: what `_summary` says, and what each file holds."""
    contents = {}
    for path in _files(folder):
        if not path.is_symlink():
            contents[str(path.relative_to(folder))] = _sha256_of_file(path)
    return seal(_summary(folder, identity) + json.dumps(contents, sort_keys=True))


def _sha256_of_file(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _read_marker(folder: Path) -> tuple[str, str]:
    """What `_summary` said and the contents as JSON, which 0.1.0 left out. ValueError for a marker that is none."""
    content = read_plain(folder / MARKER)
    try:
        lines = unseal(content).splitlines(keepends=True)
    except BrokenSeal:
        lines = content.decode().splitlines(keepends=True)
        if len(lines) != _SUMMARY_LINES:
            raise
    return "".join(lines[:_SUMMARY_LINES]), "".join(lines[_SUMMARY_LINES:])


def _summary(folder: Path, identity: Pin | str) -> str:
    files = size_bytes = 0
    for path in _files(folder):
        files += 1
        size_bytes += path.lstat().st_size
    return f"version {_MARKER_VERSION}\nsha256 {_sha256_of(identity)}\nfiles {files}\nbytes {size_bytes}\n"


def _files(folder: Path) -> Iterator[Path]:
    for parent, _, names in os.walk(folder):
        interruption.check()
        yield from (Path(parent) / name for name in names if name != MARKER)


@contextmanager
def _draft_of(final: Path) -> Iterator[Path]:
    """A name beside `final` to work under; what is left of it afterwards is removed.

    Drafts of runs that were killed are removed too: whoever holds the lock is alone with the entry.
    """
    prefix = f".{final.name}."
    for stale in final.parent.iterdir():
        if stale.name.startswith(prefix):
            _remove(stale)
    draft = final.with_name(f"{prefix}{uuid4().hex}")
    try:
        yield draft
    finally:
        _remove(draft)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
