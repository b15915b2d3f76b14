"""The registers of a dataset for a training run.

Names, colours, aliases, and the allocation order of each class.
"""

from __future__ import annotations

__all__ = ["RegisterTable"]

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rl4real_data.episodes.register_lookup import MAX_IDS


@dataclass(frozen=True, kw_only=True)
class RegisterTable:
    """The registers of one target. Arrays are indexed by reg_id, whose largest is `size` - 1.

    `names`: reg_id -> LLVM's name. `colour` (size,) int16: the fork's colour, 1… over the registers that may be given
    out, else 0. `reserved` (size,) bool. `units`, `aliases`: reg_id -> int16 array. `class_names`: class_id -> name.
    `class_order`: class_id -> (registers,) int16 reg_ids in allocation order, reserved ones included.
    `subregisters`: reg_id -> LLVM's index of a sub-register -> its reg_id. `cost` (size,) int16: cost per use that
    allocators count. Both are empty and 0 where the dataset does not tell (version 0 of the format).
    """

    target: str
    size: int
    names: Mapping[int, str]
    colour: npt.NDArray[np.int16]
    reserved: npt.NDArray[np.bool_]
    units: Mapping[int, npt.NDArray[np.int16]]
    aliases: Mapping[int, npt.NDArray[np.int16]]
    class_names: Mapping[int, str]
    class_order: Mapping[int, npt.NDArray[np.int16]]
    subregisters: Mapping[int, Mapping[int, int]]
    cost: npt.NDArray[np.int16]

    @property
    def colours(self) -> int:
        """How many registers may be given out; colours go from 1 to this number."""
        return int(self.colour.max(initial=0))

    @cached_property
    def unit_colours(self) -> Mapping[int, npt.NDArray[np.int16]]:
        """Unit -> the colours, ascending, of the registers that have it and may be given out."""
        found: dict[int, list[int]] = {}
        for reg_id, own in self.units.items():
            for unit in own.tolist() if self.colour[reg_id] else ():
                found.setdefault(unit, []).append(int(self.colour[reg_id]))
        return {unit: np.array(sorted(colours), np.int16) for unit, colours in found.items()}

    @cached_property
    def class_colours(self) -> npt.NDArray[np.bool_]:
        """(largest class_id + 1, colours + 1) True where the class has a register of that colour; column 0 is False."""
        table = np.zeros((max(self.class_order, default=-1) + 1, self.colours + 1), np.bool_)
        for class_id, order in self.class_order.items():
            table[class_id, self.colour[order]] = True
        table[:, 0] = False
        return table


def register_table_of(table: pa.Table, *, target: str) -> RegisterTable:
    """From the rows of `registers.parquet` that belong to `target`."""
    rows = [row for row in table.to_pylist() if row["target"] == target]
    _check_ids(rows)
    size = max((row["reg_id"] for row in rows), default=-1) + 1
    colour, reserved, cost = np.zeros(size, np.int16), np.zeros(size, np.bool_), np.zeros(size, np.int16)
    class_names: dict[int, str] = {}
    places: dict[int, list[tuple[int, int]]] = {}
    for row in rows:
        colour[row["reg_id"]], reserved[row["reg_id"]] = row["colour"] or 0, bool(row["reserved"])
        cost[row["reg_id"]] = row["cost"] or 0
        for held in row["classes"] or ():
            class_names[held["class_id"]] = held["name"]
            places.setdefault(held["class_id"], []).append((held["order"], row["reg_id"]))
    return RegisterTable(
        target=target,
        size=size,
        names={row["reg_id"]: row["name"] for row in rows},
        colour=colour,
        reserved=reserved,
        units=_arrays(rows, "units"),
        aliases=_arrays(rows, "aliases"),
        class_names=dict(sorted(class_names.items())),
        class_order={
            class_id: np.array([reg_id for _, reg_id in sorted(found)], np.int16)
            for class_id, found in sorted(places.items())
        },
        subregisters={row["reg_id"]: {part["index"]: part["reg_id"] for part in row["subregs"] or ()} for row in rows},
        cost=cost,
    )


def _check_ids(rows: list[dict[str, Any]]) -> None:
    """ValueError for an id that no array of ids can be made with."""
    held = [entry for row in rows for entry in row["classes"] or ()]
    ids = [*(row["reg_id"] for row in rows), *(row["colour"] or 0 for row in rows), *(one["class_id"] for one in held)]
    if not 0 <= min(ids, default=0) <= max(ids, default=0) < MAX_IDS:
        raise ValueError(f"a register, colour or class is none of 0 to {MAX_IDS - 1:,}")


def _arrays(rows: list[dict[str, Any]], name: str) -> dict[int, npt.NDArray[np.int16]]:
    return {row["reg_id"]: np.array(row[name] or [], np.int16) for row in rows}
