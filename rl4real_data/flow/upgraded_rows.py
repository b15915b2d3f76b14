"""The rows of an upgraded shard.

Old columns as they were, new ones from the records of replays.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa

from rl4real_data.episodes.instructions import InstructionTable
from rl4real_data.episodes.later_columns import complete
from rl4real_data.episodes.replayed_columns import CLOSE_0, EXACT_0, TOLERANCE
from rl4real_data.episodes.schema import EPISODES, VERSION_1
from rl4real_data.stages.column_dump import BadRecord, parse_columns
from rl4real_data.stages.part_functions import Shapes
from rl4real_data.stages.record import functions_of

NEW: Final = tuple(name for name, _, _ in VERSION_1)
_NEW_SCHEMA: Final = pa.schema([EPISODES.field(name) for name in NEW])


def untold() -> pa.RecordBatch:
    """The new columns of one episode of which nobody knows them."""
    return pa.record_batch([pa.nulls(1, field.type) for field in _NEW_SCHEMA], schema=_NEW_SCHEMA)


def joined(old: pa.RecordBatch, new: Sequence[pa.RecordBatch]) -> pa.Table:
    """The rows with the new columns, one batch of `new` a row; in the schema of EPISODES."""
    columns = {name: old[name] for name in old.schema.names}
    columns |= dict(zip(NEW, pa.Table.from_batches(new, schema=_NEW_SCHEMA).combine_chunks().columns, strict=True))
    return complete(pa.table(columns), EPISODES.names).cast(EPISODES)


def recorded(record: pa.Buffer) -> tuple[pa.RecordBatch, Shapes]:
    """The only function of a dump, and its instruction shapes. BadRecord or ArrowException for one that is none."""
    functions, shapes, _ = functions_of(parse_columns(record))
    if len(functions) != 1:
        raise BadRecord(f"the plugin recorded {len(functions)} functions, not one")
    return functions, shapes


def new_columns(record: pa.Buffer) -> pa.RecordBatch:
    """Those of the function that the dump holds."""
    return recorded(record)[0].select(NEW).cast(_NEW_SCHEMA)


def differing_columns(old: pa.RecordBatch, record: pa.Buffer, table: InstructionTable) -> tuple[str, ...]:
    """The names of the old columns that the record has otherwise. A null of the episode compares equal to anything."""
    functions, shapes = recorded(record)
    ids = table.remap(zip(shapes.opcodes, shapes.operands, strict=True))
    inst = old["inst"].flatten().to_numpy()
    found = [] if np.array_equal(inst, ids[functions["inst"].flatten().to_numpy()]) else ["inst"]
    found += [name for name in EXACT_0 if old[name].is_valid()[0].as_py() and not old[name].equals(functions[name])]
    found += [name for name in CLOSE_0 if old[name].is_valid()[0].as_py() and not _close(old[name], functions[name])]
    return tuple(found)


def _close(one: pa.Array, other: pa.Array) -> bool:
    """Equal lists of numbers but for a rounding."""
    while pa.types.is_list(one.type):
        if not one.value_lengths().equals(other.value_lengths()):
            return False
        one, other = one.flatten(), other.flatten()
    left, right = one.to_numpy(zero_copy_only=False), other.to_numpy(zero_copy_only=False)
    with np.errstate(invalid="ignore"):  # inf - inf
        is_close = np.abs(left - right) <= TOLERANCE * np.maximum(np.abs(left), np.abs(right))
    return bool(np.all((left == right) | is_close))
