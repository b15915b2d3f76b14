"""The functions of a part.

They are an Arrow IPC file with the columns of an episode that do not depend on the run.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa

from rl4real_data.core.atomic_files import publish
from rl4real_data.core.errors import DatasetError
from rl4real_data.episodes.instructions import vector_shape
from rl4real_data.episodes.schema import EPISODES
from rl4real_data.stages.part import arrow_path, marker_path

SHAPES_KEY: Final = b"rl4real_data.shapes"
RUN_COLUMNS: Final = (
    *(
        "episode_id",
        "pair_id",
        "module",
        "corpus",
        "license",
        "redistributable",
        "target",
        "cpu",
        "opt_level",
        "allocator",
        "llvm_version",
    ),
)
"""Columns of an episode that the pack stage adds."""

PART_SCHEMA: Final = pa.schema([field for field in EPISODES if field.name not in RUN_COLUMNS])


@dataclass(frozen=True, slots=True, kw_only=True)
class Shapes:
    """A module's instruction shapes; `inst` and `node_inst` of its functions are indices into them."""

    opcodes: tuple[str, ...]
    operands: tuple[tuple[str, ...], ...]

    @classmethod
    def of_vectors(cls, vectors: Iterable[bytes]) -> Shapes:
        """Of instructions that are known by their vectors alone, each a text `v1, …, vn`."""
        shapes = [vector_shape([float(number) for number in vector.split(b",")]) for vector in vectors]
        return cls(opcodes=tuple(opcode for opcode, _ in shapes), operands=tuple(operands for _, operands in shapes))


def write_functions(folder: Path, key: str, functions: pa.Table | pa.RecordBatch, shapes: Shapes) -> int:
    """Publishes the Arrow file (columns of PART_SCHEMA); returns its size."""
    text = json.dumps({"opcodes": shapes.opcodes, "operands": shapes.operands}, separators=(",", ":"))
    schema = PART_SCHEMA.with_metadata({SHAPES_KEY: text.encode()})
    # One thread: the other cores have their own compilers, and their own parts to write.
    options = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
    final = arrow_path(folder, key)
    with publish(final) as draft:
        with pa.OSFile(str(draft), "wb") as sink, pa.ipc.new_file(sink, schema, options=options) as writer:
            same_types = functions.schema.types == PART_SCHEMA.types and functions.schema.names == PART_SCHEMA.names
            arrays = (functions if same_types else functions.cast(PART_SCHEMA)).columns
            writer.write_table(pa.table(arrays, schema=schema))
        size = draft.stat().st_size
    return size


def read_functions(folder: Path, key: str, *columns: str) -> pa.Table:
    """The module's functions in the order of their index; all columns, if none is named."""
    with _open_part(folder, key, columns) as reader:
        return reader.read_all()


def read_shapes(folder: Path, key: str) -> Shapes:
    """The module's shapes alone."""
    with _open_part(folder, key) as reader:
        return _shapes(reader.schema)


@contextlib.contextmanager
def _open_part(folder: Path, key: str, columns: Sequence[str] = ()) -> Iterator[pa.ipc.RecordBatchFileReader]:
    """DatasetError for a damaged file, which counts as no part from then on."""
    path = arrow_path(folder, key)
    fields = [PART_SCHEMA.get_field_index(name) for name in columns] or None
    options = pa.ipc.IpcReadOptions(included_fields=fields, use_threads=False)
    try:
        with pa.memory_map(str(path)) as source:
            yield pa.ipc.open_file(source, options=options)
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as error:
        marker_path(folder, key).unlink(missing_ok=True)
        raise DatasetError(
            f"{path}: damaged ({error})", hint="run the same command again: it compiles that module anew"
        ) from error


def _shapes(schema: pa.Schema) -> Shapes:
    raw = json.loads(schema.metadata[SHAPES_KEY])
    return Shapes(opcodes=tuple(raw["opcodes"]), operands=tuple(map(tuple, raw["operands"])))
