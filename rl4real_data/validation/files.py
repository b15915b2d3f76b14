"""The check of a DATA_DIR's files.

They are those that its index lists, and have the frozen columns.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa

from rl4real_data.core import interruption
from rl4real_data.core.errors import DatasetError
from rl4real_data.episodes.index import INDEX_NAME, DatasetIndex, FileEntry
from rl4real_data.episodes.later_columns import there
from rl4real_data.episodes.schema import EPISODES, MODULES, REGISTERS, VERSION_KEY, instructions_schema
from rl4real_data.episodes.shards import INSTRUCTIONS_NAME, MODULES_NAME, REGISTERS_NAME, SHARD_NAME, open_parquet
from rl4real_data.validation.finding import Finding

_SUFFIX: Final = ".parquet"


def check_files(data_dir: Path, index: DatasetIndex) -> list[Finding]:
    """At most one finding a file for its bytes; columns only of a file whose bytes are right."""
    findings = list(_unlisted(data_dir, index))
    if MODULES_NAME not in index.files:
        findings.append(Finding(INDEX_NAME, None, f"lists no {MODULES_NAME}"))
    for name, entry in sorted(index.files.items()):
        interruption.check()
        wrong = _wrong_bytes(data_dir / name, entry)
        if wrong:
            findings.append(Finding(name, None, wrong))
        elif name.endswith(_SUFFIX):
            findings += _check_parquet(data_dir / name, name, entry, index)
    return findings


def _unlisted(data_dir: Path, index: DatasetIndex) -> Iterator[Finding]:
    for path in sorted((data_dir / "data").glob("**/*" + _SUFFIX)):
        name = path.relative_to(data_dir).as_posix()
        if name not in index.files:
            yield Finding(name, None, f"is not listed in {INDEX_NAME}")


def _wrong_bytes(path: Path, entry: FileEntry) -> str:
    try:
        if not path.is_file():
            return "is missing"
        size = path.stat().st_size
        if size != entry.size:
            return f"has {size:,} bytes, not {entry.size:,}"
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        return f"cannot be read ({error.strerror or error})"
    return "" if digest == entry.sha256 else f"has sha256 {digest}, not {entry.sha256}"


def _check_parquet(path: Path, name: str, entry: FileEntry, index: DatasetIndex) -> Iterator[Finding]:
    try:
        with open_parquet(path, name=name) as file:
            rows, schema = file.metadata.num_rows, file.schema_arrow
    except DatasetError as error:
        yield Finding(name, None, str(error).removeprefix(f"{name}: "))
        return
    if rows != entry.rows:
        yield Finding(name, None, f"has {rows:,} rows, not {entry.rows:,}")
    expected = _frozen_schema(name, schema)
    if expected is None:
        return
    version = (schema.metadata or {}).get(VERSION_KEY)
    if version != str(index.schema_version).encode():
        found = version.decode(errors="replace") if version else "none"
        yield Finding(name, None, f"its footer names schema version {found}, not {index.schema_version}")
    difference = _schema_difference(expected, schema)
    if difference:
        yield Finding(name, None, difference)


def _frozen_schema(name: str, found: pa.Schema) -> pa.Schema | None:
    """What the file must look like; None for a file that is none of the dataset's tables."""
    if SHARD_NAME.fullmatch(name):
        return pa.schema([EPISODES.field(name) for name in there(EPISODES.names, found)])
    if name == INSTRUCTIONS_NAME:
        return instructions_schema(_dimension(found))
    return {MODULES_NAME: MODULES, REGISTERS_NAME: REGISTERS}.get(name)


def _dimension(found: pa.Schema) -> int:
    """Of the vectors that are there: their dimension belongs to the vocabulary and not to the schema."""
    place = found.get_field_index("embedding")
    kind = found.field(place).type if place >= 0 else None
    return kind.list_size if isinstance(kind, pa.FixedSizeListType) else 0


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
