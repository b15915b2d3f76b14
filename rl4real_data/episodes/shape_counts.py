"""The number of times that each instruction shape of a dataset occurs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rl4real_data.core.errors import DatasetError
from rl4real_data.episodes.file_names import INSTRUCTIONS_NAME
from rl4real_data.episodes.index import DatasetIndex
from rl4real_data.episodes.inst_ids import INST_COLUMNS, inst_ids_of
from rl4real_data.episodes.schema import instructions_schema
from rl4real_data.episodes.shards import find_shards, iterate_batches, open_table


def read_instructions(data_dir: Path, index: DatasetIndex) -> pa.Table:
    """All of `instructions.parquet`; DatasetError if it cannot be read."""
    with open_table(data_dir, index, INSTRUCTIONS_NAME) as file:
        table = file.read(columns=instructions_schema(1).names)
        _check_shapes(*(table[name].combine_chunks() for name in ("opcode", "operands", "embedding")))
        return table


def _check_shapes(opcodes: pa.Array, operands: pa.Array, vectors: pa.Array) -> None:
    """ValueError unless every row says what its instruction is: by opcode and operands, or by its vector."""
    is_told = opcodes.is_valid()
    if not is_told.equals(operands.is_valid()) or not pc.all(pc.or_(is_told, vectors.is_valid()), min_count=0).as_py():
        raise ValueError("an instruction does not say what it is")
    if operands.flatten().null_count or vectors.flatten().null_count:
        raise ValueError("an operand or a number of a vector is null")


def count_occurrences(data_dir: Path, index: DatasetIndex, shapes: int) -> npt.NDArray[np.int64]:
    """(shapes,) over the episodes of all splits; reads the columns that refer to shapes alone."""
    occurrences = np.zeros(shapes, np.int64)
    for shard in find_shards(index):
        with open_table(data_dir, index, shard.name) as file:
            for batch in iterate_batches(file, INST_COLUMNS):
                occurrences += count_ids(inst_ids_of(batch), shapes, name=shard.name)
    return occurrences


def count_ids(ids: npt.NDArray[np.integer], shapes: int, *, name: str) -> npt.NDArray[np.int64]:
    """(shapes,): how often each is in `ids`. DatasetError, with the file's name, for one that is none."""
    if len(ids) and (ids.min() < 0 or ids.max() >= shapes):
        raise DatasetError(
            f"{name}: an instruction refers to a row that {INSTRUCTIONS_NAME} does not have",
            hint="`rl4real-data validate` lists all that is damaged",
        )
    return np.bincount(ids, minlength=shapes)
