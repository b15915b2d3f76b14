"""The Arrow file of a module's trace, beside its marker."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pyarrow as pa

from rl4real_data.core.atomic_files import publish
from rl4real_data.core.sealed_text import read_plain
from rl4real_data.stages.part import Part, arrow_path, marker_path
from rl4real_data.stages.part_functions import DamagedPart, WrittenFunctions


def write_part_table(folder: Path, key: str, table: pa.Table) -> WrittenFunctions:
    """Publishes the file."""
    options = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    content = sink.getvalue()
    with publish(arrow_path(folder, key), is_sealed=True) as draft:
        draft.write_bytes(content)
    return WrittenFunctions(size=content.size, sha256=hashlib.sha256(content).hexdigest())


def read_part_table(folder: Path, part: Part, schema: pa.Schema) -> pa.Table:
    """The table of a part, empty for a failed one. DamagedPart, without a marker then, for another than was written."""
    if not part.size:
        return schema.empty_table()
    path = arrow_path(folder, part.key)
    try:
        content = read_plain(path)
        if hashlib.sha256(content).hexdigest() != part.sha256:
            raise ValueError("it is not what was written")
        table = pa.ipc.open_file(pa.BufferReader(content)).read_all()
        if table.schema.names != schema.names:
            raise ValueError("it has other columns")
        return table
    except (pa.ArrowException, OSError, ValueError) as error:
        marker_path(folder, part.key).unlink(missing_ok=True)
        raise DamagedPart(
            f"{path}: damaged ({error})", hint="run the same command again: it compiles that module anew"
        ) from error
