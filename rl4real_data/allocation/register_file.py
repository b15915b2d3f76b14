"""The registers of a target as columns of matrices.

Which of them compete, and which classes hold them.
"""

from __future__ import annotations

__all__ = ["RegisterFile", "register_file_of"]

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rl4real_data.reading.register_table import RegisterTable

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterFile:
    """R registers, those of all allocatable classes, in ascending reg_id; "column" k is register `reg_ids[k]`.

    `reg_ids` (R,) int16. `column_of` (size of the register table,) int32: reg_id -> column, -1 for the rest.
    `units` (R, units) bool: register units that each has. `conflict` (R, R) bool: the two share one; true on the
    diagonal.
    `class_members` (largest class_id + 1, R) bool.
    """

    reg_ids: npt.NDArray[np.int16]
    column_of: npt.NDArray[np.int32]
    units: Bools
    conflict: Bools
    class_members: Bools

    @property
    def size(self) -> int:
        """R, the number of registers."""
        return len(self.reg_ids)


def register_file_of(table: RegisterTable) -> RegisterFile:
    """The matrices of a dataset's `registers.parquet`.

    Two registers conflict if they share a unit, which is what LLVM's LiveRegMatrix checks.
    """
    orders = list(table.class_order.values()) or [np.empty(0, np.int16)]
    reg_ids = np.unique(np.concatenate(orders)).astype(np.int16)
    column_of = np.full(table.size, -1, np.int32)
    column_of[reg_ids] = np.arange(len(reg_ids))
    units = [table.units[reg_id] for reg_id in reg_ids.tolist()]
    has_unit = np.zeros((len(reg_ids), 1 + max((int(own.max(initial=0)) for own in units), default=0)), np.bool_)
    for column, own in enumerate(units):
        has_unit[column, own] = True
    members = np.zeros((1 + max(table.class_order, default=0), len(reg_ids)), np.bool_)
    for class_id, order in table.class_order.items():
        members[class_id, column_of[order]] = True
    counts = has_unit.astype(np.float32)
    conflict = (counts @ counts.T) > 0
    np.fill_diagonal(conflict, True)
    return RegisterFile(reg_ids=reg_ids, column_of=column_of, units=has_unit, conflict=conflict, class_members=members)
