"""An archive that a project publishes at fixed addresses."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final, Self

from rl4real_data.corpus.download import Pin
from rl4real_data.corpus.sources.apt import SCHEMES
from rl4real_data.corpus.sources.pinned import fetch_archive, read_pin, tree_identity
from rl4real_data.corpus.sources.source import Fetch
from rl4real_data.corpus.tables import Table

_HINT: Final = "try again later, or add an address to the manifest's `urls`"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveSource:
    """`kind = "archive"`; `urls` are tried in their order, `folder` is the sub-folder that is taken."""

    KIND: ClassVar[str] = "archive"

    urls: tuple[str, ...]
    pin: Pin
    folder: str = ""

    @classmethod
    def read(cls, table: Table) -> Self:
        urls = table.texts("urls", required=True)
        for index, url in enumerate(urls):
            if url and not url.startswith(SCHEMES):
                table.note(f"urls[{index}]", f'"{url}" starts with none of {", ".join(SCHEMES)}')
        return cls(urls=urls, pin=read_pin(table), folder=table.folder("folder"))

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
        return fetch_archive(wanted, self.pin, lambda: self.urls, folder=self.folder, hint=_HINT)
