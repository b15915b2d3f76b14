"""The small tables beside the shards, read once a process and only when asked for."""

from __future__ import annotations

__all__ = ["InstructionVectors"]

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from rl4real_data.core.errors import DatasetError
from rl4real_data.episodes.file_names import (
    INSTRUCTIONS_NAME,
    LABELS_NAME,
    REGISTER_CLASSES_NAME,
    REGISTER_MASKS_NAME,
    REGISTERS_NAME,
    TRIALS_NAME,
)
from rl4real_data.episodes.footer import check_footer
from rl4real_data.episodes.index import DatasetIndex
from rl4real_data.episodes.schema import REGISTER_CLASSES, REGISTER_MASKS, REGISTERS
from rl4real_data.episodes.shards import MALFORMED, read_columns
from rl4real_data.labels.files import SCHEMAS, rows_of
from rl4real_data.labels.label import Label
from rl4real_data.labels.tables import labels_of, trials_of
from rl4real_data.labels.trial import Trial
from rl4real_data.reading.label_rows import RowsByEpisode
from rl4real_data.reading.register_classes import (
    RegisterClass,
    RegisterMask,
    register_classes_of,
    register_masks_of,
)
from rl4real_data.reading.register_table import RegisterTable, register_table_of
from rl4real_data.reading.storage import Storage

T = TypeVar("T")


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


def instruction_vectors_of(table: pa.Table) -> InstructionVectors:
    """From the rows of `instructions.parquet`. ValueError for vectors with holes."""
    column = table["embedding"].combine_chunks()
    has_vectors = len(column) and not column.null_count
    values = column.flatten()
    if has_vectors and values.null_count:
        raise ValueError("a vector holds a null")
    return InstructionVectors(
        opcodes=tuple(opcode or "" for opcode in table["opcode"].to_pylist()),
        operands=tuple(tuple(names or ()) for names in table["operands"].to_pylist()),
        vectors=values.to_numpy().reshape(-1, column.type.list_size) if has_vectors else None,
    )


class Tables:
    """A dataset's tables beside the shards. Can be pickled; the tables do not travel."""

    def __init__(self, storage: Storage, index: DatasetIndex, *, verify: bool) -> None:
        self._storage = storage
        self._index = index
        self._verify = verify

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore_tables, (self._storage, self._index, self._verify)

    @cached_property
    def registers(self) -> RegisterTable:
        """The register file of the dataset's target."""
        target = self._index.target
        return self._read(REGISTERS_NAME, REGISTERS.names, lambda table: register_table_of(table, target=target))

    @cached_property
    def classes(self) -> Mapping[int, RegisterClass]:
        """class_id -> class; DatasetError for a dataset of version 0, which has no such table."""
        target = self._index.target
        columns = REGISTER_CLASSES.names
        return self._read(REGISTER_CLASSES_NAME, columns, lambda table: register_classes_of(table, target=target))

    @cached_property
    def masks(self) -> Mapping[int, RegisterMask]:
        """mask_id -> mask; DatasetError as for `classes`."""
        target = self._index.target
        columns = REGISTER_MASKS.names
        return self._read(REGISTER_MASKS_NAME, columns, lambda table: register_masks_of(table, target=target))

    @cached_property
    def instructions(self) -> InstructionVectors:
        """The instruction shapes and their vectors."""
        return self._read(INSTRUCTIONS_NAME, ("opcode", "operands", "embedding"), instruction_vectors_of)

    @cached_property
    def labels(self) -> RowsByEpisode[Label]:
        """No row for a dataset that nobody sought labels for."""
        return self._read_rows(LABELS_NAME, labels_of)

    @cached_property
    def trials(self) -> RowsByEpisode[Trial]:
        """No row for a dataset without tried candidates."""
        return self._read_rows(TRIALS_NAME, trials_of)

    def _read_rows(self, name: str, make: Callable[[pa.Table], tuple[T, ...]]) -> RowsByEpisode[T]:
        if name not in self._index.files:
            return RowsByEpisode(SCHEMAS[name].empty_table(), make)

        def checked(table: pa.Table) -> tuple[T, ...]:
            try:
                return make(table)
            except MALFORMED as error:
                raise self._storage.unreadable(name, error) from error

        return self._open(name, lambda file: RowsByEpisode(rows_of(file, name, self._index)[1], checked))

    def _read(self, name: str, columns: Sequence[str], make: Callable[[pa.Table], T]) -> T:
        """What `make` makes of these columns of the table."""
        return self._open(name, lambda file: make(read_columns(file, columns)))

    def _open(self, name: str, make: Callable[[pq.ParquetFile], T]) -> T:
        """What `make` makes of the file; DatasetError if it does not hold what it should."""
        entry = self._index.files.get(name)
        if entry is None:
            is_new = name in (REGISTER_CLASSES_NAME, REGISTER_MASKS_NAME)
            hint = "`rl4real-data upgrade DATA_DIR` adds it" if is_new else "`rl4real-data flow` writes it"
            raise DatasetError(f"{self._storage}: dataset.json lists no {name}", hint=hint)
        try:
            with self._storage.open(name) as stream:
                if self._verify:
                    self._storage.compare(stream, entry)
                file = pq.ParquetFile(stream, pre_buffer=False)
                check_footer(file.metadata.metadata, file.schema_arrow, file.metadata.num_rows, name, self._index)
                return make(file)
        except MALFORMED as error:
            raise self._storage.unreadable(name, error) from error


def _restore_tables(storage: Storage, index: DatasetIndex, verify: bool) -> Tables:
    return Tables(storage, index, verify=verify)
