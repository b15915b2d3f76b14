"""The original archive of a distribution's source package, read from the pool over HTTP, without root.

The original archive stays the same when the distribution patches the package, so it is what gets pinned; it
is unpacked as upstream made it, without the distribution's patches.
"""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import ClassVar, Final, Self

from rl4real_data.corpus.archive import ARCHIVE_SUFFIXES, unpack
from rl4real_data.corpus.download import Pin, download_first
from rl4real_data.corpus.sources.apt import SCHEMES, find_mirrors
from rl4real_data.corpus.sources.source import Fetch
from rl4real_data.corpus.tables import Table
from rl4real_data.errors import SourceError, UsageError

_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_HINT: Final = "work offline with `--corpus sample`, or name another mirror with `--mirror URL`"


@dataclass(frozen=True, slots=True, kw_only=True)
class DebianSource:
    """`kind = "debian"`; `pool_path` is relative to the mirror and starts with `pool/`."""

    KIND: ClassVar[str] = "debian"

    version: str
    pool_path: str
    pin: Pin

    @classmethod
    def read(cls, table: Table) -> Self:
        source = cls(
            version=table.text("version"),
            pool_path=table.relative_path("pool_path"),
            pin=Pin(
                file=table.text("file"),
                size_bytes=table.whole_number("size"),
                sha256=table.text("sha256"),
            ),
        )
        source._check(table)
        return source

    def _check(self, table: Table) -> None:
        pin = self.pin
        if pin.sha256 and not _SHA256.fullmatch(pin.sha256):
            table.note("sha256", f'"{pin.sha256}" is not 64 lower-case hexadecimal digits')
        if pin.file and not pin.file.endswith(ARCHIVE_SUFFIXES):
            table.note("file", f'"{pin.file}" ends with none of {", ".join(ARCHIVE_SUFFIXES)}')
        if "/" in pin.file:
            table.note("file", f'"{pin.file}" must be a name without folders')
        elif pin.file and self.pool_path and PurePosixPath(self.pool_path).name != pin.file:
            table.note("pool_path", f'"{self.pool_path}" does not end with the file "{pin.file}"')

    def fetch(self, wanted: Fetch) -> Path:
        return wanted.cache.tree(wanted.corpus, self.pin, lambda folder: self._unpack(wanted, folder))

    def _unpack(self, wanted: Fetch, folder: Path) -> None:
        archive = wanted.cache.file(self.pin, lambda draft: self._download(wanted, draft))
        unpack(archive, folder)

    def _download(self, wanted: Fetch, draft: Path) -> None:
        mirrors = (wanted.mirror.rstrip("/"),) if wanted.mirror else find_mirrors()
        if not mirrors:
            raise SourceError(
                f"corpus {wanted.corpus}: {self.pin.file} cannot be had: apt's lists name no mirror",
                hint=_HINT,
            )
        path = urllib.parse.quote(self.pool_path, safe="/+~:")
        try:
            download_first(
                [f"{mirror}/{path}" for mirror in mirrors],
                draft,
                pin=self.pin,
                progress=_named(wanted),
            )
        except SourceError as error:
            raise SourceError(f"corpus {wanted.corpus}: {error}", hint=_HINT) from error


def check_mirror(mirror: str | None) -> None:
    """UsageError unless `mirror` is None or an address that a download can start with."""
    if mirror is not None and not mirror.startswith(SCHEMES):
        raise UsageError(
            f'the mirror "{mirror}" is no address that starts with {" or ".join(SCHEMES)}',
            hint="name the folder above `pool/`, for example http://mirror.example.invalid/debian",
        )


def _named(wanted: Fetch) -> Callable[[int, int], None]:
    return lambda done_bytes, total_bytes: wanted.progress(wanted.corpus, done_bytes, total_bytes)
