"""What every kind of source offers. A new kind is one file with such a class, and one row in `kinds.py`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol, Self

from rl4real_data.corpus.cache import Cache
from rl4real_data.corpus.tables import Table

Progress = Callable[[str, int, int], None]
"""Called with (corpus name, bytes done, bytes in total) while something is downloaded."""


def ignore_progress(_corpus: str, _done_bytes: int, _total_bytes: int) -> None:
    """The `Progress` of a caller that shows none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """What a source is given when its files are wanted."""

    corpus: str
    cache: Cache
    mirror: str | None
    progress: Progress


class Source(Protocol):
    """The `[source]` table of a manifest."""

    KIND: ClassVar[str]

    @classmethod
    def read(cls, table: Table) -> Self:
        """The source from its table; problems are noted in the table."""

    def fetch(self, wanted: Fetch) -> Path:
        """The folder that the manifest's globs are relative to; SourceError when it cannot be had."""
