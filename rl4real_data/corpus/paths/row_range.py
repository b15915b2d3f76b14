"""The rows of a table that a word after `--corpus` asks for.

`FILE#rows=1000:2000`, counted from 0, is the second thousand of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from rl4real_data.core.errors import UsageError

_ROWS: Final = re.compile(r"(?P<file>.*)#rows=(?P<rows>[^#]*)", re.DOTALL)
_RANGE: Final = re.compile(r"([0-9]{0,15}):([0-9]{0,15})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRange:
    """From `first` to in front of `end`; None: to the last row."""

    first: int = 0
    end: int | None = None

    def __str__(self) -> str:
        return f"#rows={self.first}:{'' if self.end is None else self.end}"

    @property
    def is_all(self) -> bool:
        return self == RowRange()

    def within(self, rows: int) -> range:
        """The numbers of those rows that a table of `rows` rows has."""
        return range(min(self.first, rows), rows if self.end is None else min(self.end, rows))


def split_rows(word: str) -> tuple[str, RowRange]:
    """The file and its rows. UsageError for a range that is none."""
    match = _ROWS.fullmatch(word)
    if match is None:
        return word, RowRange()
    told = _RANGE.fullmatch(match["rows"])
    first, end = (int(text) if text else None for text in told.groups()) if told is not None else (None, 0)
    if end is not None and end <= (first or 0):
        raise UsageError(f"{word}: names no rows", hint="the second thousand of them is #rows=1000:2000")
    return match["file"], RowRange(first=first or 0, end=end)
