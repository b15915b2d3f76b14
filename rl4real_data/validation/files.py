"""The check of a DATA_DIR's files.

They are those that its index lists, and have the frozen columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from rl4real_data.core import interruption
from rl4real_data.core.counted import counted
from rl4real_data.core.open_folder import NotFollowed, OpenFolder
from rl4real_data.episodes.column_kinds import VERSION_KEY
from rl4real_data.episodes.comparison import differences
from rl4real_data.episodes.file_names import (
    INDEX_NAME,
    LABELS_NAME,
    MODULES_NAME,
    TRIALS_NAME,
    VOCABULARY_NAME,
)
from rl4real_data.episodes.footer import check_belonging, frozen_schema
from rl4real_data.episodes.index import DatasetIndex, FileEntry
from rl4real_data.episodes.shards import MALFORMED, arrow_file, reason_of
from rl4real_data.validation.finding import Finding

_SUFFIX: Final = ".parquet"


def check_files(data_dir: Path, index: DatasetIndex) -> list[Finding]:
    """At most one finding a file for its bytes; columns only of a file whose bytes are right."""
    findings = list(_unlisted(data_dir, index))
    if MODULES_NAME not in index.files:
        findings.append(Finding(INDEX_NAME, None, f"lists no {MODULES_NAME}"))
    changed = differences(data_dir, index)
    for name, entry in sorted(index.files.items()):
        interruption.check()
        if wrong := changed.get(name):
            findings.append(Finding(name, None, wrong))
        elif name.endswith(_SUFFIX):
            findings += _check_parquet(data_dir, name, entry, index)
    return findings


def _unlisted(data_dir: Path, index: DatasetIndex) -> Iterator[Finding]:
    with OpenFolder(data_dir) as folder:
        names = [name for name, is_file in folder.names() if is_file and name in (LABELS_NAME, TRIALS_NAME)]
        try:
            with folder.folder("data") as shards:
                names += [name for name, _ in shards.walk("data/") if name.endswith(_SUFFIX)]
        except FileNotFoundError:
            pass
        except NotFollowed as error:
            yield Finding("data", None, str(error.strerror))
    for name in names:
        if name not in index.files:
            yield Finding(name, None, f"is not listed in {INDEX_NAME}")


def _check_parquet(data_dir: Path, name: str, entry: FileEntry, index: DatasetIndex) -> Iterator[Finding]:
    try:
        with OpenFolder(data_dir) as folder, folder.opened(name) as descriptor, arrow_file(descriptor) as stream:
            file = pq.ParquetFile(stream, pre_buffer=False, memory_map=False)
            rows, schema = file.metadata.num_rows, file.schema_arrow
            if name != VOCABULARY_NAME:
                check_belonging(schema.metadata, name, index)
    except MALFORMED as error:
        yield Finding(name, None, f"cannot be read ({reason_of(error)})")
        return
    if rows != entry.rows:
        yield Finding(name, None, f"has {counted(rows, 'row')}, not {entry.rows:,}")
    expected = frozen_schema(name, schema, index.schema_version)
    if expected is None:
        return
    version = (schema.metadata or {}).get(VERSION_KEY)
    if version != str(index.schema_version).encode():
        found = version.decode(errors="replace") if version else "none"
        yield Finding(name, None, f"its footer names schema version {found}, not {index.schema_version}")
    difference = _schema_difference(expected, schema)
    if difference:
        yield Finding(name, None, difference)


def _schema_difference(expected: pa.Schema, found: pa.Schema) -> str:
    if found.names != expected.names:
        missing = sorted(set(expected.names) - set(found.names))
        foreign = sorted(set(found.names) - set(expected.names))
        parts = (f"lacks {', '.join(missing)}" * bool(missing), f"has {', '.join(foreign)}" * bool(foreign))
        return "columns: " + ("; ".join(filter(None, parts)) or "not in the order of the schema")
    for wanted, field in zip(expected, found, strict=True):
        if wanted.type != field.type:
            return f"column {wanted.name} has type {field.type}, not {wanted.type}"
    return ""
