"""The record stage.

A module's dump becomes its part, checked on the way in.

The dump holds its columns in Arrow's own layout: a detour over Python objects, or over text, would cost more than the
recording itself.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from rl4real_data.core.failure import Failure, FailureKind
from rl4real_data.episodes.answer_columns import DECISIONS
from rl4real_data.rl4real_fork.formats.dot import ForkFormatError, ForkGraph, parse_dot
from rl4real_data.rl4real_fork.formats.graph_table import distinct_vectors, graphs_to_table
from rl4real_data.stages.column_dump import BadRecord, Columns, read_columns
from rl4real_data.stages.compile import Compiled
from rl4real_data.stages.job import ModuleJob
from rl4real_data.stages.near_duplicates import near_hashes
from rl4real_data.stages.part import FunctionFacts, Part
from rl4real_data.stages.part_functions import PART_SCHEMA, Shapes, write_functions
from rl4real_data.stages.shape_uses import ShapeUses
from rl4real_data.toolchain.plugin import RECORD_VERSION

_NOT_DUMPED: Final = ("near_hash", "node_inst")
"""What is made of a dump, and what only other sources tell."""

_DUMP_FIELDS: Final = (
    *(field for field in PART_SCHEMA if field.name not in _NOT_DUMPED),
    pa.field("eh_pads", pa.bool_()),
    pa.field("optnone", pa.bool_()),
    pa.field("shape_opcode", pa.list_(pa.string())),
    pa.field("shape_operands", pa.list_(pa.list_(pa.string()))),
)

_DUMP_SCHEMA: Final = pa.schema(_DUMP_FIELDS)

_OPTIONAL: Final = frozenset({"mir", *(name for name, _, _ in DECISIONS)})
"""What a dump may lack: the text, if nobody asked for it; decisions, if nobody decides."""


def record_module(job: ModuleJob, compiled: Compiled) -> Part | Failure:
    """Turns the dump into `<key>.arrow`; returns the marker, which the caller publishes last."""
    try:
        if job.compilation.plugin is None:
            functions, shapes, facts = _read_fork(compiled.folder, job)
        else:
            functions, shapes, facts = read_dump(compiled.records.path)
    except MemoryError:  # Arrow's is one of its exceptions, too
        raise
    except (BadRecord, ForkFormatError, pa.ArrowException) as error:
        return Failure(kind=FailureKind.BAD_RECORD, reason=f"the compiler's dump cannot be used: {error}"[:300])
    written = write_functions(job.parts, job.key, functions, shapes)
    job.shapes[job.key] = shapes, ShapeUses.of(functions)
    base = f"{job.module.root}/"
    return Part(
        key=job.key,
        source_sha256=job.source_sha256,
        headers=tuple(
            (name, job.hashes.of(name if name[0] == "/" else base + name) or "") for name in compiled.headers
        ),
        functions=facts,
        size=written.size,
        sha256=written.sha256,
        seconds=round(compiled.seconds, 3),
    )


def read_dump(path: Path) -> tuple[pa.RecordBatch, Shapes, tuple[FunctionFacts, ...]]:
    """Reads a whole dump file. BadRecord for another version, other members, or a file that is not whole."""
    return functions_of(read_columns(path))


def functions_of(columns: Columns) -> tuple[pa.RecordBatch, Shapes, tuple[FunctionFacts, ...]]:
    """The functions of a dump in the schema of a part. BadRecord as `read_dump`."""
    if columns.version != RECORD_VERSION:
        raise BadRecord(f"record version {columns.version}, this program reads {RECORD_VERSION}")
    dumped = _batch(columns)
    shapes = _collect_shapes(dumped)
    arrays = dict(zip(dumped.schema.names, dumped.columns, strict=True))
    arrays["near_hash"] = pa.array(near_hashes(dumped, shapes.opcodes), pa.string())
    arrays["node_inst"] = pa.nulls(len(dumped), PART_SCHEMA.field("node_inst").type)
    functions = pa.record_batch([arrays[name] for name in PART_SCHEMA.names], schema=PART_SCHEMA)
    return functions, shapes, _facts(dumped)


def _batch(columns: Columns) -> pa.RecordBatch:
    """The records in the types of the dataset; a module without functions has no columns at all."""
    known = {field.name for field in _DUMP_FIELDS}
    unknown = sorted(columns.arrays.keys() - known)
    missing = sorted(known - columns.arrays.keys() - _OPTIONAL) if columns.functions else []
    if unknown or missing:
        raise BadRecord(f"records with {unknown[0]!r}" if unknown else f"records without {missing[0]!r}")
    arrays = [
        _typed(columns.arrays[field.name], field.type)
        if field.name in columns.arrays
        else pa.nulls(columns.functions, field.type)
        for field in _DUMP_FIELDS
    ]
    return pa.record_batch(arrays, schema=_DUMP_SCHEMA)


def _typed(array: pa.Array, kind: pa.DataType) -> pa.Array:
    return array if array.type == kind else array.cast(kind)


def _collect_shapes(functions: pa.RecordBatch) -> Shapes:
    """A shape is spelled in the record of the function that met it first: all of them in order."""
    opcodes = functions["shape_opcode"].flatten().to_pylist()
    operands = functions["shape_operands"].flatten().to_pylist()
    if len(opcodes) != len(operands):
        raise BadRecord("its instruction shapes have opcodes and operands of different number")
    used = functions["inst"].flatten().to_numpy()
    if len(used) and (used.min() < 0 or used.max() >= len(opcodes)):
        raise BadRecord("an instruction of a shape that is not in it")
    return Shapes(opcodes=tuple(opcodes), operands=tuple(map(tuple, operands)))


def _facts(functions: pa.RecordBatch) -> tuple[FunctionFacts, ...]:
    nodes = pc.list_value_length(functions["node_vreg"]).to_pylist()
    return tuple(
        FunctionFacts(content_hash=content_hash, nodes=count, max_uses=uses, eh_pads=eh_pads, optnone=optnone)
        for content_hash, count, uses, eh_pads, optnone in zip(
            functions["content_hash"].to_pylist(),
            nodes,
            _largest_use_counts(functions["use_spill_weight"]),
            functions["eh_pads"].to_pylist(),
            functions["optnone"].to_pylist(),
            strict=True,
        )
    )


def _largest_use_counts(uses: pa.ListArray) -> list[int]:
    """Use points of the register that has most of them, one a function; `uses` is list<list<…>>."""
    if not len(uses):
        return []
    per_node = pc.list_value_length(uses.values).fill_null(0).to_pylist()
    return [max(per_node[a:b], default=0) for a, b in itertools.pairwise(uses.offsets.to_pylist())]


def _read_fork(folder: Path, job: ModuleJob) -> tuple[pa.Table, Shapes, tuple[FunctionFacts, ...]]:
    """The fork's DOT files of one module. It writes none for a function that it leaves out."""
    graphs = [parse_dot(path.read_bytes(), name=path.name) for path in sorted(folder.glob("*.dot"))]
    graphs.sort(key=lambda graph: graph.function_id)
    compilation = job.compilation
    table = graphs_to_table(graphs, class_ids=dict(compilation.class_ids), class_orders=dict(compilation.class_orders))
    _refuse_unknown_classes(graphs, compilation.class_ids)
    functions = table.select(PART_SCHEMA.names)
    facts = tuple(
        FunctionFacts(content_hash=content_hash, nodes=nodes, max_uses=uses, eh_pads=False, optnone=False)
        for content_hash, nodes, uses in zip(
            functions["content_hash"].to_pylist(),
            pc.list_value_length(functions["node_vreg"]).to_pylist(),
            _largest_use_counts(functions["use_spill_weight"].combine_chunks()),
            strict=True,
        )
    )
    return functions, Shapes.of_vectors(distinct_vectors(graphs)), facts


def _refuse_unknown_classes(graphs: Sequence[ForkGraph], class_ids: tuple[tuple[str, int], ...]) -> None:
    """The fork leaves out the registers of classes that its configuration does not know: it must be this one."""
    known = {name for name, _ in class_ids}
    for graph in graphs:
        unknown = sorted({node.class_name for node in graph.nodes} - known)
        if unknown:
            raise BadRecord(f"{graph.function}: register class {unknown[0]} is not in CONFIG_DIR")
