"""The registers of a dataset as lookup tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rl4real_data.core import interruption
from rl4real_data.episodes.file_names import REGISTERS_NAME
from rl4real_data.episodes.index import DatasetIndex
from rl4real_data.episodes.ragged import Flags, Ints
from rl4real_data.episodes.shards import iterate_batches, open_table

MAX_IDS: Final = 4096
"""Four times what AArch64 has: the tables below grow with the square."""
_COLUMNS: Final = ("target", "reg_id", "units", "classes")


@dataclass(frozen=True, slots=True)
class RegisterFacts:
    """Tables over reg_id and class_id, whose ids go up to a few hundred.

    `exists` (size,); `place` (classes, size) int16, a register's place in the class's allocation order or -1;
    `shares_unit` (size, size). `units` (units,) ascending, `holds` (size, units): which of them a register has.
    """

    exists: Flags
    place: npt.NDArray[np.int16]
    shares_unit: Flags
    units: Ints
    holds: Flags

    @property
    def size(self) -> int:
        return len(self.exists)

    def has_register(self, registers: Ints) -> Flags:
        inside = (registers >= 0) & (registers < self.size)
        return inside & self.exists[np.where(inside, registers, 0)]

    def has_class(self, classes: Ints) -> Flags:
        inside = (classes >= 0) & (classes < len(self.place))
        return inside & (self.place[np.where(inside, classes, 0)] >= 0).any(axis=1)

    def place_in_class(self, classes: Ints, registers: Ints) -> Ints:
        """Place in the allocation order; -1 for a register outside the class, and for unknown ids."""
        inside = (classes >= 0) & (classes < len(self.place)) & (registers >= 0) & (registers < self.size)
        found = self.place[np.where(inside, classes, 0), np.where(inside, registers, 0)]
        return np.where(inside, found, -1).astype(np.int64)


def load_registers(data_dir: Path, index: DatasetIndex) -> RegisterFacts | None:
    """The registers of the dataset's target; None if the file has none. DatasetError for a file that cannot be read."""
    rows: list[dict[str, Any]] = []
    with open_table(data_dir, index, REGISTERS_NAME) as file:
        for batch in iterate_batches(file, _COLUMNS):
            interruption.check()
            rows += [row for row in batch.to_pylist() if row["target"] == index.target]
        return build_facts(rows) if rows else None


def build_facts(rows: Iterable[Mapping[str, Any]]) -> RegisterFacts:
    """The tables from rows of `registers.parquet`."""
    by_id = {row["reg_id"]: row for row in rows if row["reg_id"] is not None and row["reg_id"] >= 0}
    held_by = [held["class_id"] for row in by_id.values() for held in row["classes"] or ()]
    ids = (*by_id, *held_by)
    if not 0 <= min(ids, default=0) <= max(ids, default=0) < MAX_IDS:
        raise ValueError(f"a register or class is none of 0 to {MAX_IDS - 1:,}")
    size = max(by_id, default=0) + 1
    classes = max(held_by, default=-1) + 1
    # Only which units are the same counts: those of the fork's graphs are a pair of registers each, tens of thousands.
    known_units = sorted({unit for row in by_id.values() for unit in row["units"] or ()})
    units = {unit: place for place, unit in enumerate(known_units)}
    exists = np.zeros(size, np.bool_)
    place = np.full((max(classes, 1), size), -1, np.int16)
    holds = np.zeros((size, max(len(units), 1)), np.float32)  # BLAS multiplies no integers: 20 s for the fork's
    for reg_id, row in by_id.items():
        exists[reg_id] = True
        holds[reg_id, [units[unit] for unit in row["units"] or ()]] = 1
        for held in row["classes"] or ():
            place[held["class_id"], reg_id] = held["order"]
    return RegisterFacts(
        exists=exists,
        place=place,
        shares_unit=(holds @ holds.T) > 0,
        units=np.array(known_units, np.int64),
        holds=holds[:, : len(known_units)] > 0,
    )
