"""The table of distinct instruction shapes.

`inst_id` is the row number, rows sorted by opcode and operands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rl4real_data.episodes.schema import instructions_schema

Shape = tuple[str, tuple[str, ...]]
"""Opcode and operand entities; of an instruction of which only the vector is known, what `vector_shape` makes of it."""


def vector_shape(vector: npt.ArrayLike) -> Shape:
    """The shape of an instruction that the source gives as a vector alone: no opcode, and the float32 bytes in hex."""
    return "", (np.asarray(vector, "<f4").tobytes().hex(),)


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
        """Rows of `instructions.parquet`; without vectors, but for the shapes that are nothing else."""
        schema = instructions_schema(dimension)
        columns = [
            pa.array(range(len(self.ids)), pa.int32()),
            pa.array([opcode or None for opcode, _ in self.ids], pa.string()),
            pa.array([list(operands) if opcode else None for opcode, operands in self.ids], pa.list_(pa.string())),
            pa.array([None if opcode else _vector_of(operands) for opcode, operands in self.ids], schema.types[-1]),
        ]
        return pa.table(columns, schema=schema)


def _vector_of(operands: tuple[str, ...]) -> npt.NDArray[np.float32]:
    return np.frombuffer(bytes.fromhex(operands[0]), "<f4")


def with_vectors(table: pa.Table, vectors: npt.NDArray[np.float32]) -> pa.Table:
    """The same shapes with `vectors` (shapes, dimension), for which the schema must have room."""
    column = pa.FixedSizeListArray.from_arrays(pa.array(vectors.reshape(-1), pa.float32()), vectors.shape[1])
    place = table.schema.get_field_index("embedding")
    return table.set_column(place, table.schema.field(place), column)


def has_opcodes(table: pa.Table) -> bool:
    """Whether an `instructions.parquet` says what its instructions are; if not, their vectors are all that is known."""
    return bool(table.num_rows) and not table["opcode"].null_count


def shapes_of_table(table: pa.Table) -> list[Shape]:
    """The shapes of an `instructions.parquet`, by inst_id."""
    opcodes, operands = table["opcode"].to_pylist(), table["operands"].to_pylist()
    vectors = table["embedding"]
    return [
        (opcode, tuple(names)) if opcode is not None else vector_shape(vectors[number].as_py())
        for number, (opcode, names) in enumerate(zip(opcodes, operands, strict=True))
    ]
