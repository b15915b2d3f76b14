"""The user's cache of downloads and unpacked sources, shared by all runs of that user.

    <root>/downloads/<sha256>-<file>         whole and checked, or not there
    <root>/partial/<sha256>-<file>           the beginning of a download that broke off
    <root>/corpora/<name>-<identity[:16]>/   whole, with a marker that says what it must hold
    <root>/locks/<entry>.lock                held while an entry is made

Everything is made under another name and renamed when it is whole, so a run that is killed leaves nothing
that a later run could take for finished. An entry that lost files is made again.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

from rl4real_data.core import interruption
from rl4real_data.core.errors import CacheError, SourceError
from rl4real_data.corpus.download import Pin

MARKER: Final = ".rl4real-complete"
_MARKER_VERSION: Final = 1
"""Raise it when the way a source is unpacked changes; every cached tree is then made again."""


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
                partial.replace(final)
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
                (draft / MARKER).write_text(_marker_text(draft, identity), encoding="utf-8")
                _remove(final)
                draft.rename(final)
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
                hint="free some space or correct its permissions, or name another cache folder",
            ) from error


def has_whole_tree(folder: Path, identity: Pin | str) -> bool:
    """True if `folder` has a marker for `identity` and still holds as many files and bytes as the marker says."""
    try:
        marker = (folder / MARKER).read_text(encoding="utf-8")
        return marker == _marker_text(folder, identity)
    except (OSError, UnicodeDecodeError):
        return False


def _sha256_of(identity: Pin | str) -> str:
    return identity if isinstance(identity, str) else identity.sha256


def _marker_text(folder: Path, identity: Pin | str) -> str:
    files = size_bytes = 0
    for parent, _, names in os.walk(folder):
        interruption.check()
        for name in names:
            if name != MARKER:
                files += 1
                size_bytes += (Path(parent) / name).lstat().st_size
    return f"version {_MARKER_VERSION}\nsha256 {_sha256_of(identity)}\nfiles {files}\nbytes {size_bytes}\n"


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
