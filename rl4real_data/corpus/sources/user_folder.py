"""A folder of the user's.

A suite that may not be shared, or one that only this user has.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

from rl4real_data.core.errors import SourceError
from rl4real_data.core.toml_tables import Table
from rl4real_data.corpus.download import Pin
from rl4real_data.corpus.sources.prepared_copy import prepared_copy
from rl4real_data.corpus.sources.source import Fetch


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderSource:
    """`kind = "folder"`; `path` is absolute, or starts with `~`. It is read, never written to."""

    KIND: ClassVar[str] = "folder"

    path: str
    redistributable: bool = True

    @classmethod
    def read(cls, table: Table) -> Self:
        path = table.text("path")
        if path and not path.startswith(("/", "~")):
            table.note("path", f'"{path}" must be absolute, or start with ~')
        return cls(path=path, redistributable=table.flag("redistributable", default=True))

    @property
    def identity(self) -> str:
        return ""

    @property
    def pinned(self) -> Pin | None:
        return None

    def fetch(self, wanted: Fetch) -> Path:
        try:
            root = Path(self.path).expanduser().resolve()
            exists = root.is_dir()
        except (OSError, RuntimeError) as error:  # RuntimeError: no such user, or a loop of links
            raise SourceError(f"corpus {wanted.corpus}: {self.path} cannot be read: {error}") from error
        if not exists:
            raise SourceError(
                f"corpus {wanted.corpus}: there is no folder {self.path}",
                hint="put it there, or correct `path` in the manifest",
            )
        return prepared_copy(wanted, root)
