"""The small tables beside the shards, read once a process and only when asked for."""

from __future__ import annotations

__all__ = ["InstructionVectors"]

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from rl4real_data.core.errors import DatasetError
from rl4real_data.episodes.index import DatasetIndex
from rl4real_data.reading.register_table import RegisterTable, register_table_of
from rl4real_data.reading.storage import Storage

_REGISTERS: Final = "registers.parquet"
_INSTRUCTIONS: Final = "instructions.parquet"


@dataclass(frozen=True, slots=True, kw_only=True)
class InstructionVectors:
    """`instructions.parquet`: row inst_id of each array belongs to that instruction shape.

    `vectors` (shapes, D) float32; None in a dataset without vectors. `opcodes` (shapes,) str, `operands` likewise
    the MIR2Vec entities of each shape's operands; both empty where only the vector is known (the fork's graphs).
    """

    opcodes: tuple[str, ...]
    operands: tuple[tuple[str, ...], ...]
    vectors: npt.NDArray[np.float32] | None

    def require_vectors(self) -> npt.NDArray[np.float32]:
        """The vectors; DatasetError if the dataset has none."""
        if self.vectors is None:
            raise DatasetError(
                "the dataset has no instruction vectors", hint="`rl4real-data embed DATA_DIR --vocab x86` adds them"
            )
        return self.vectors


class Tables:
    """`registers.parquet` and `instructions.parquet` of a dataset. Can be pickled; the tables do not travel."""

    def __init__(self, storage: Storage, index: DatasetIndex, *, verify: bool) -> None:
        self._storage = storage
        self._index = index
        self._verify = verify

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore_tables, (self._storage, self._index, self._verify)

    @cached_property
    def registers(self) -> RegisterTable:
        """The register file of the dataset's target."""
        return register_table_of(self._table(_REGISTERS), target=self._index.target)

    @cached_property
    def instructions(self) -> InstructionVectors:
        """The instruction shapes and their vectors."""
        table = self._table(_INSTRUCTIONS)
        column = table["embedding"].combine_chunks()
        dimension = column.type.list_size
        has_vectors = len(column) and not column.null_count
        return InstructionVectors(
            opcodes=tuple(opcode or "" for opcode in table["opcode"].to_pylist()),
            operands=tuple(tuple(names or ()) for names in table["operands"].to_pylist()),
            vectors=column.flatten().to_numpy().reshape(-1, dimension) if has_vectors else None,
        )

    def _table(self, name: str) -> pa.Table:
        entry = self._index.files.get(name)
        if entry is None:
            raise DatasetError(f"{self._storage}: dataset.json lists no {name}", hint="`rl4real-data flow` writes it")
        if self._verify and self._storage.sha256(name) != entry.sha256:
            raise self._storage.unreadable(name, ValueError("damaged: its sha256 is not the one in dataset.json"))
        try:
            with self._storage.open(name) as stream:
                return pq.read_table(stream, use_threads=False)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise self._storage.unreadable(name, error) from error


def _restore_tables(storage: Storage, index: DatasetIndex, verify: bool) -> Tables:
    return Tables(storage, index, verify=verify)
