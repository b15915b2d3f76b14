"""A package of the distribution that carries sources, such as gcc's, whole or as an archive inside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

from rl4real_data.core.toml_tables import Table
from rl4real_data.corpus.deb import extract_inner
from rl4real_data.corpus.sources.debian import POOL_HINT, check_pool_path, pool_urls
from rl4real_data.corpus.sources.pinned import PinnedArchive, read_pin, tree_identity
from rl4real_data.corpus.sources.source import Fetch
from rl4real_data.corpus.unpacking import ARCHIVE_SUFFIXES, unpack


@dataclass(frozen=True, slots=True, kw_only=True)
class DebianBinarySource(PinnedArchive):
    """`kind = "debian-binary"`; `inner` is the path of an archive in the package, `folder` what is taken of it."""

    KIND: ClassVar[str] = "debian-binary"
    HINT: ClassVar[str] = POOL_HINT

    version: str
    pool_path: str
    inner: str

    @classmethod
    def read(cls, table: Table) -> Self:
        pin = read_pin(table, suffixes=(".deb",))
        source = cls(
            version=table.text("version"),
            pool_path=table.relative_path("pool_path"),
            pin=pin,
            inner=table.relative_path("inner"),
            folder=table.folder("folder"),
        )
        check_pool_path(table, source.pool_path, pin)
        if source.inner and not source.inner.endswith(ARCHIVE_SUFFIXES):
            table.note("inner", f'"{source.inner}" ends with none of {", ".join(ARCHIVE_SUFFIXES)}')
        return source

    @property
    def identity(self) -> str:
        return tree_identity(self.pin, self.inner, self.folder)

    def _urls(self, wanted: Fetch) -> Iterable[str]:
        return pool_urls(wanted, self.pool_path)

    def _unpack(self, file: Path, target: Path) -> None:
        # Beside the draft and with its name, so that the inner archive is removed like a draft of a killed run.
        inner = target.with_name(f"{target.name}.{Path(self.inner).name}")
        try:
            extract_inner(file, self.inner, inner)
            unpack(inner, target, folder=self.folder)
        finally:
            inner.unlink(missing_ok=True)
