"""The table of distinct instruction shapes: `inst_id` is the row number, rows sorted by opcode and operands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rl4real_data.episodes.schema import instructions_schema

Shape = tuple[str, tuple[str, ...]]
"""Opcode and operand entities."""


@dataclass(frozen=True, slots=True)
class InstructionTable:
    """All shapes of a dataset, in the order of their ids."""

    ids: Mapping[Shape, int]

    @classmethod
    def of(cls, shapes: Iterable[Shape]) -> InstructionTable:
        """Sorted, so that the ids depend on nothing but the set."""
        return cls({shape: number for number, shape in enumerate(sorted(set(shapes)))})

    def remap(self, local: Iterable[Shape]) -> npt.NDArray[np.int32]:
        """(n_local,) int32: the id of each shape of another numbering; -1 for one that this table does not hold."""
        return np.array([self.ids.get(shape, -1) for shape in local], dtype=np.int32)

    def to_arrow(self, dimension: int) -> pa.Table:
        """Rows of `instructions.parquet`, without vectors."""
        schema = instructions_schema(dimension)
        columns = [
            pa.array(range(len(self.ids)), pa.int32()),
            pa.array([opcode for opcode, _ in self.ids], pa.string()),
            pa.array([list(operands) for _, operands in self.ids], pa.list_(pa.string())),
            pa.nulls(len(self.ids), schema.field("embedding").type),
        ]
        return pa.table(columns, schema=schema)


def with_vectors(table: pa.Table, vectors: npt.NDArray[np.float32]) -> pa.Table:
    """The same shapes with `vectors` (shapes, dimension), for which the schema must have room."""
    column = pa.FixedSizeListArray.from_arrays(pa.array(vectors.reshape(-1), pa.float32()), vectors.shape[1])
    place = table.schema.get_field_index("embedding")
    return table.set_column(place, table.schema.field(place), column)


def shapes_of_table(table: pa.Table) -> list[Shape]:
    """The shapes of an `instructions.parquet`, by inst_id."""
    opcodes, operands = table["opcode"].to_pylist(), table["operands"].to_pylist()
    return [(opcode, tuple(names)) for opcode, names in zip(opcodes, operands, strict=True)]
