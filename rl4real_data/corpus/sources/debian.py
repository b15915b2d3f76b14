"""The original archive of a distribution's source package, read from the pool over HTTP, without root.

The original archive stays the same when the distribution patches the package, so it is what gets pinned; it
is unpacked as upstream made it, without the distribution's patches.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import ClassVar, Final, Self

from rl4real_data.core.errors import SourceError, UsageError
from rl4real_data.core.toml_tables import Table
from rl4real_data.corpus.download import Pin
from rl4real_data.corpus.sources.apt import SCHEMES, find_mirrors
from rl4real_data.corpus.sources.pinned import PinnedArchive, read_pin
from rl4real_data.corpus.sources.source import Fetch

POOL_HINT: Final = "work offline with `--corpus sample`, or name another mirror with `--mirror URL`"


@dataclass(frozen=True, slots=True, kw_only=True)
class DebianSource(PinnedArchive):
    """`kind = "debian"`; `pool_path` is relative to the mirror and starts with `pool/`."""

    KIND: ClassVar[str] = "debian"
    HINT: ClassVar[str] = POOL_HINT

    version: str
    pool_path: str

    @classmethod
    def read(cls, table: Table) -> Self:
        version, pool_path, pin = table.text("version"), table.relative_path("pool_path"), read_pin(table)
        check_pool_path(table, pool_path, pin)
        return cls(version=version, pool_path=pool_path, pin=pin, folder=table.folder("folder"))

    def _urls(self, wanted: Fetch) -> Iterable[str]:
        return pool_urls(wanted, self.pool_path)


def check_pool_path(table: Table, pool_path: str, pin: Pin) -> None:
    """Note a `pool_path` that does not end with the pinned file."""
    if pin.file and "/" not in pin.file and pool_path and PurePosixPath(pool_path).name != pin.file:
        table.note("pool_path", f'"{pool_path}" does not end with the file "{pin.file}"')


def pool_urls(wanted: Fetch, pool_path: str) -> Iterable[str]:
    """The addresses of a file of the distribution's pool; SourceError if no mirror is known."""
    mirrors = (wanted.mirror.rstrip("/"),) if wanted.mirror else find_mirrors()
    if not mirrors:
        raise SourceError(f"{PurePosixPath(pool_path).name} cannot be had: apt's lists name no mirror", hint=POOL_HINT)
    path = urllib.parse.quote(pool_path, safe="/+~:")
    return [f"{mirror}/{path}" for mirror in mirrors]


def check_mirror(mirror: str | None) -> None:
    """UsageError unless `mirror` is None or an address that a download can start with."""
    if mirror is not None and not mirror.startswith(SCHEMES):
        raise UsageError(
            f'the mirror "{mirror}" is no address that starts with {" or ".join(SCHEMES)}',
            hint="name the folder above `pool/`, for example http://mirror.example.invalid/debian",
        )
