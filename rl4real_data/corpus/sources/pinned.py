"""The common part of sources that come as one archive, pinned by size and sha256."""

from __future__ import annotations

import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from rl4real_data.core.errors import CacheError, SourceError
from rl4real_data.core.toml_tables import Table
from rl4real_data.corpus.download import Pin, download_first
from rl4real_data.corpus.sources.source import Fetch
from rl4real_data.corpus.unpacking import ARCHIVE_SUFFIXES, unpack

_SHA256: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PinnedArchive(ABC):
    """A source that is one archive; `folder` is the sub-folder that is taken."""

    HINT: ClassVar[str]

    pin: Pin
    folder: str = ""

    @property
    def identity(self) -> str:
        return tree_identity(self.pin, self.folder)

    @property
    def pinned(self) -> Pin | None:
        return self.pin

    @property
    def redistributable(self) -> bool:
        return True

    def fetch(self, wanted: Fetch) -> Path:
        return wanted.tree(self.identity, lambda target: self._unpack(self._download(wanted), target))

    def _download(self, wanted: Fetch) -> Path:
        """The checked file in the cache; SourceError names the corpus and every address that was tried."""

        def write(draft: Path) -> None:
            try:
                download_first(self._urls(wanted), draft, pin=self.pin, progress=wanted.download_progress)
            except CacheError:
                raise
            except SourceError as error:
                raise SourceError(f"corpus {wanted.corpus}: {error}", hint=error.hint or self.HINT) from error

        return wanted.cache.file(self.pin, write)

    def _unpack(self, file: Path, target: Path) -> None:
        """Make the tree of `identity` from the file."""
        unpack(file, target, folder=self.folder)

    @abstractmethod
    def _urls(self, wanted: Fetch) -> Iterable[str]:
        """Where the archive may be had, the best first; asked only if it must be downloaded."""


def read_pin(table: Table, *, suffixes: tuple[str, ...] = ARCHIVE_SUFFIXES) -> Pin:
    """The pin from `file`, `size` and `sha256`; the file must end with one of `suffixes`."""
    pin = Pin(file=table.text("file"), size_bytes=table.whole_number("size"), sha256=table.text("sha256"))
    if pin.sha256 and not _SHA256.fullmatch(pin.sha256):
        table.note("sha256", f'"{pin.sha256}" is not 64 lower-case hexadecimal digits')
    if pin.file and not pin.file.endswith(suffixes):
        table.note("file", f'"{pin.file}" ends with none of {", ".join(suffixes)}')
    if "/" in pin.file:
        table.note("file", f'"{pin.file}" must be a name without folders')
    return pin


def tree_identity(pin: Pin, *parts: str) -> str:
    """The identity of the tree that a pinned file gives; `parts` say which piece of it is taken, if not all."""
    if not any(parts):
        return pin.sha256
    return hashlib.sha256("\0".join((pin.sha256, *parts)).encode()).hexdigest()
