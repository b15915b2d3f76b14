"""Register classes and register masks of a target, as datasets have them since version 1 of the format."""

from __future__ import annotations

__all__ = ["RegisterClass", "RegisterMask"]

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterClass:
    """One allocatable class. `order`: (registers,) int16 reg_ids in allocation order. Sizes are bytes of a spill slot.

    `copy_cost`: LLVM's, -1 for a copy that is hard or impossible. `priority`: greedy allocates higher ones first.
    """

    name: str
    order: npt.NDArray[np.int16]
    spill_size: int
    spill_align: int
    copy_cost: int
    priority: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterMask:
    """What calls of one convention leave alone: `preserved` (registers,) int16 reg_ids, ascending."""

    name: str
    preserved: npt.NDArray[np.int16]


def register_classes_of(table: pa.Table, *, target: str) -> Mapping[int, RegisterClass]:
    """class_id -> class, from the rows of `register_classes.parquet` that belong to `target`."""
    return {
        row["class_id"]: RegisterClass(
            name=row["name"],
            order=np.array(row["order"], np.int16),
            spill_size=row["spill_size"],
            spill_align=row["spill_align"],
            copy_cost=row["copy_cost"],
            priority=row["priority"],
        )
        for row in table.to_pylist()
        if row["target"] == target
    }


def register_masks_of(table: pa.Table, *, target: str) -> Mapping[int, RegisterMask]:
    """mask_id -> mask, from the rows of `register_masks.parquet` that belong to `target`."""
    return {
        row["mask_id"]: RegisterMask(name=row["name"], preserved=np.array(row["preserved"], np.int16))
        for row in table.to_pylist()
        if row["target"] == target
    }
