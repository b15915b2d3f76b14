"""The parts of a run, one a module.

What one module became, kept in the DATA_DIR's working folder so that a run can be resumed.

A part is `<key>.json` (the marker, written last) and, for a module that compiled, `<key>.arrow` (its functions as an
Arrow IPC file, in the columns of an episode that do not depend on the run). The marker names the headers that the
module read with their hashes: a part counts only while they are the same.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from rl4real_data.core.atomic_files import publish
from rl4real_data.core.errors import DatasetError
from rl4real_data.core.failure import Failure, FailureKind
from rl4real_data.episodes.instructions import vector_shape
from rl4real_data.episodes.schema import EPISODES

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
class FunctionFacts:
    """What decides whether a function becomes an episode."""

    content_hash: str
    nodes: int
    max_uses: int
    eh_pads: bool
    optnone: bool


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The marker of one module."""

    key: str
    source_sha256: str
    headers: tuple[tuple[str, str], ...]  # path (relative to the corpus where it lies in it), sha256
    functions: tuple[FunctionFacts, ...]
    size: int  # of the Arrow file; 0 for a failed module
    seconds: float
    failure: Failure | None = None


class FileHashes:
    """sha256 of files, each read once: the modules of a corpus read the same headers. None for an unreadable file."""

    def __init__(self) -> None:
        self._known: dict[str, str | None] = {}

    def of(self, path: str) -> str | None:
        if path not in self._known:
            self._known[path] = _sha256_of_state(path)
        return self._known[path]


def _sha256_of_state(path: str) -> str | None:
    try:
        state = os.stat(path)
        return _sha256(path, state.st_size, state.st_mtime_ns)
    except OSError:
        return None


@functools.lru_cache(maxsize=65536)
def _sha256(path: str, size: int, mtime_ns: int) -> str:  # noqa: ARG001 - the state is part of the key
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def arrow_path(folder: Path, key: str) -> Path:
    return folder / f"{key}.arrow"


def marker_path(folder: Path, key: str) -> Path:
    return folder / f"{key}.json"


def write_marker(folder: Path, part: Part) -> None:
    """Publishes the marker; the Arrow file must lie there already."""
    with publish(marker_path(folder, part.key)) as draft:
        draft.write_text(json.dumps(part, default=_fields_of, separators=(",", ":")), encoding="utf-8")


def find_part(folder: Path, key: str, *, root: Path, hashes: FileHashes) -> Part | None:
    """The part of that key if it is whole and its headers have not changed."""
    try:
        part = _parse(json.loads(marker_path(folder, key).read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if part.size:
        try:
            if arrow_path(folder, key).stat().st_size != part.size:
                return None
        except OSError:
            return None
    base = f"{root}/"
    if any(hashes.of(path if path[0] == "/" else base + path) != digest for path, digest in part.headers):
        return None
    return part


def write_functions(folder: Path, key: str, functions: pa.Table, shapes: Shapes) -> int:
    """Publishes the Arrow file (columns of PART_SCHEMA); returns its size."""
    text = json.dumps({"opcodes": shapes.opcodes, "operands": shapes.operands}, separators=(",", ":"))
    schema = PART_SCHEMA.with_metadata({SHAPES_KEY: text.encode()})
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    final = arrow_path(folder, key)
    with publish(final) as draft:
        with pa.OSFile(str(draft), "wb") as sink, pa.ipc.new_file(sink, schema, options=options) as writer:
            same_types = functions.schema.types == PART_SCHEMA.types and functions.schema.names == PART_SCHEMA.names
            arrays = (functions if same_types else functions.cast(PART_SCHEMA)).columns
            writer.write_table(pa.table(arrays, schema=schema))
        size = draft.stat().st_size
    return size


def read_functions(folder: Path, key: str, *columns: str) -> tuple[pa.Table, Shapes]:
    """The module's functions in the order of their index (all columns, if none is named), and its shapes."""
    with _open_part(folder, key, columns) as reader:
        return reader.read_all(), _shapes(reader.schema)


def read_shapes(folder: Path, key: str) -> Shapes:
    """The module's shapes alone."""
    with _open_part(folder, key) as reader:
        return _shapes(reader.schema)


@contextlib.contextmanager
def _open_part(folder: Path, key: str, columns: Sequence[str] = ()) -> Iterator[pa.ipc.RecordBatchFileReader]:
    """DatasetError for a damaged file, which counts as no part from then on."""
    path = arrow_path(folder, key)
    fields = [PART_SCHEMA.get_field_index(name) for name in columns] or None
    options = pa.ipc.IpcReadOptions(included_fields=fields)
    try:
        with pa.memory_map(str(path)) as source:
            yield pa.ipc.open_file(source, options=options)
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as error:
        marker_path(folder, key).unlink(missing_ok=True)
        raise DatasetError(
            f"{path}: damaged ({error})", hint="run the same command again: it compiles that module anew"
        ) from error


def _fields_of(value: Any) -> dict[str, Any]:
    """A dataclass for json.dumps: asdict would copy every hash of every header."""
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _shapes(schema: pa.Schema) -> Shapes:
    raw = json.loads(schema.metadata[SHAPES_KEY])
    return Shapes(opcodes=tuple(raw["opcodes"]), operands=tuple(map(tuple, raw["operands"])))


def _parse(raw: Mapping[str, Any]) -> Part:
    failure = raw["failure"]
    return Part(
        key=raw["key"],
        source_sha256=raw["source_sha256"],
        headers=tuple((path, digest) for path, digest in raw["headers"]),
        functions=tuple(FunctionFacts(**facts) for facts in raw["functions"]),
        size=raw["size"],
        seconds=raw["seconds"],
        failure=Failure(**{**failure, "kind": FailureKind(failure["kind"])}) if failure else None,
    )
