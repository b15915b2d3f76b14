"""A finding of `validate`."""

from __future__ import annotations

from dataclasses import dataclass

from rl4real_data.core.shown_text import shown


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One difference between a dataset and what it promises; `row` is None where no single row is meant."""

    file: str
    row: int | None
    what: str

    def __str__(self) -> str:
        place = f"{self.file}, row {self.row}" if self.row is not None else self.file
        return shown(f"{place}: {self.what}")
