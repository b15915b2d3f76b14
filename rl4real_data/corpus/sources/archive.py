"""An archive that a project publishes at fixed addresses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self

from rl4real_data.core.toml_tables import Table
from rl4real_data.corpus.sources.apt import SCHEMES
from rl4real_data.corpus.sources.pinned import PinnedArchive, read_pin
from rl4real_data.corpus.sources.source import Fetch


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveSource(PinnedArchive):
    """`kind = "archive"`; `urls` are tried in their order, `folder` is the sub-folder that is taken."""

    KIND: ClassVar[str] = "archive"
    HINT: ClassVar[str] = "try again later, or add an address to the manifest's `urls`"

    urls: tuple[str, ...]

    @classmethod
    def read(cls, table: Table) -> Self:
        urls = table.texts("urls", required=True)
        for index, url in enumerate(urls):
            if url and not url.startswith(SCHEMES):
                table.note(f"urls[{index}]", f'"{url}" starts with none of {", ".join(SCHEMES)}')
        return cls(urls=urls, pin=read_pin(table), folder=table.folder("folder"))

    def _urls(self, wanted: Fetch) -> Iterable[str]:  # noqa: ARG002 - the same wherever it is asked for
        return self.urls
