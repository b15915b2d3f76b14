"""The functions of a part.

They are an Arrow IPC file with the columns of an episode that do not depend on the run. Arrow trusts such a file: one
bit may give other numbers or end the process. So it sees none that is not what was written.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from rl4real_data.core.atomic_files import publish
from rl4real_data.core.errors import DatasetError
from rl4real_data.core.sealed_text import read_plain
from rl4real_data.episodes.instructions import vector_shape
from rl4real_data.episodes.schema import EPISODES
from rl4real_data.stages.part import Part, arrow_path, marker_path

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


class DamagedPart(DatasetError):
    """A part whose Arrow file is not the one that was written; its marker is gone, so that it is none any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenFunctions:
    """What a part says of its Arrow file."""

    size: int
    sha256: str


def write_functions(folder: Path, key: str, functions: pa.Table | pa.RecordBatch, shapes: Shapes) -> WrittenFunctions:
    """Publishes the Arrow file (columns of PART_SCHEMA)."""
    text = json.dumps({"opcodes": shapes.opcodes, "operands": shapes.operands}, separators=(",", ":"))
    schema = PART_SCHEMA.with_metadata({SHAPES_KEY: text.encode()})
    # One thread: the other cores have their own compilers, and their own parts to write.
    options = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, schema, options=options) as writer:
        same_types = functions.schema.types == PART_SCHEMA.types and functions.schema.names == PART_SCHEMA.names
        arrays = (functions if same_types else functions.cast(PART_SCHEMA)).columns
        writer.write_table(pa.table(arrays, schema=schema))
    content = sink.getvalue()
    with publish(arrow_path(folder, key), is_sealed=True) as draft, draft.open("wb", buffering=0) as stream:
        _write_all(stream, memoryview(content))
    return WrittenFunctions(size=content.size, sha256=hashlib.sha256(content).hexdigest())


def read_functions(folder: Path, part: Part, *columns: str) -> pa.Table:
    """The module's functions in the order of their index; all columns, if none is named. DamagedPart."""
    with _open_part(folder, part, columns) as reader:
        return reader.read_all()


def read_shapes(folder: Path, part: Part) -> Shapes:
    """The module's shapes alone. DamagedPart."""
    with _open_part(folder, part) as reader:
        return _shapes(reader.schema)


def functions_in(content: bytes) -> pa.Table:
    """Of an Arrow file that is known to be what was written."""
    with _opened(content) as reader:
        return reader.read_all()


def shapes_in(content: bytes) -> Shapes:
    """As `functions_in`."""
    with _opened(content) as reader:
        return _shapes(reader.schema)


def _opened(content: bytes, columns: Sequence[str] = ()) -> pa.ipc.RecordBatchFileReader:
    fields = [PART_SCHEMA.get_field_index(name) for name in columns] or None
    options = pa.ipc.IpcReadOptions(included_fields=fields, use_threads=False)
    return pa.ipc.open_file(pa.BufferReader(content), options=options)


def _write_all(stream: FileIO, content: memoryview) -> None:
    while content:  # the kernel takes 2 GB at most
        content = content[stream.write(content) :]


@contextlib.contextmanager
def _open_part(folder: Path, part: Part, columns: Sequence[str] = ()) -> Iterator[pa.ipc.RecordBatchFileReader]:
    path = arrow_path(folder, part.key)
    try:
        content = read_plain(path)
        if part.sha256 and hashlib.sha256(content).hexdigest() != part.sha256:
            raise ValueError("it is not what was written")
        if not part.sha256:
            _check_unsealed(content, part)
        yield _opened(content, columns)
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        marker_path(folder, part.key).unlink(missing_ok=True)
        raise DamagedPart(
            f"{path}: damaged ({error})", hint="run the same command again: it compiles that module anew"
        ) from error


def _check_unsealed(content: bytes, part: Part) -> None:
    """What can be seen without a sha256. ArrowInvalid or ValueError."""
    table = pa.ipc.open_file(pa.BufferReader(content), options=pa.ipc.IpcReadOptions(use_threads=False)).read_all()
    table.validate(full=True)
    shapes = _shapes(table.schema)
    known = min(len(shapes.opcodes), len(shapes.operands))
    used = table["inst"].combine_chunks().flatten()
    if table["content_hash"].to_pylist() != [facts.content_hash for facts in part.functions]:
        raise ValueError("its functions are not those of its marker")
    if len(used) and not 0 <= pc.min(used).as_py() <= pc.max(used).as_py() < known:
        raise ValueError("an instruction of a shape that is not in it")


def _shapes(schema: pa.Schema) -> Shapes:
    raw = json.loads(schema.metadata[SHAPES_KEY])
    return Shapes(opcodes=tuple(raw["opcodes"]), operands=tuple(map(tuple, raw["operands"])))
