"""A folder inside the installed rl4real_data package.

Programs that are there without a network.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final, Self

from rl4real_data.core.errors import SourceError
from rl4real_data.core.toml_tables import Table
from rl4real_data.corpus.download import Pin
from rl4real_data.corpus.sources.prepared_copy import prepared_copy
from rl4real_data.corpus.sources.source import Fetch

PACKAGE_FOLDER: Final = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageSource:
    """`kind = "package"`; `folder` is relative to the package."""

    KIND: ClassVar[str] = "package"

    folder: str

    @classmethod
    def read(cls, table: Table) -> Self:
        return cls(folder=table.relative_path("folder"))

    @property
    def identity(self) -> str:
        return ""

    @property
    def pinned(self) -> Pin | None:
        return None

    @property
    def redistributable(self) -> bool:
        return True

    def fetch(self, wanted: Fetch) -> Path:
        root = PACKAGE_FOLDER / self.folder
        if not root.is_dir():
            raise SourceError(
                f"corpus {wanted.corpus}: the folder {root} is missing from the installed package",
                hint="install rl4real-data again",
            )
        return prepared_copy(wanted, root)
