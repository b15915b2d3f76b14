"""The footer of a dataset's Parquet file.

It says which columns the file has and which dataset it belongs to, so that a reader who compares no checksums takes
nothing from two datasets, or from two versions of one.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import pyarrow as pa

from rl4real_data.core.errors import DatasetError
from rl4real_data.episodes.column_kinds import VERSION_KEY
from rl4real_data.episodes.file_names import (
    INDEX_NAME,
    INSTRUCTIONS_NAME,
    LABELS_NAME,
    MODULES_NAME,
    REGISTER_CLASSES_NAME,
    REGISTER_MASKS_NAME,
    REGISTERS_NAME,
    SHARD_NAME,
    TRIALS_NAME,
)
from rl4real_data.episodes.index import DatasetIndex
from rl4real_data.episodes.later_columns import in_version, there
from rl4real_data.episodes.schema import (
    EPISODES,
    LABELS,
    MODULES,
    REGISTER_CLASSES,
    REGISTER_MASKS,
    REGISTERS,
    TRIALS,
    instructions_schema,
)
from rl4real_data.episodes.schema_version import SCHEMA_VERSION

Metadata = Mapping[bytes, bytes]
_PREFIX: Final = "rl4real_data."
_DATASET: Final = "dataset"
_VOCABULARY: Final = "vocabulary"
_TABLES: Final[Mapping[str, pa.Schema]] = MappingProxyType(
    {
        MODULES_NAME: MODULES,
        REGISTERS_NAME: REGISTERS,
        REGISTER_CLASSES_NAME: REGISTER_CLASSES,
        REGISTER_MASKS_NAME: REGISTER_MASKS,
        LABELS_NAME: LABELS,
        TRIALS_NAME: TRIALS,
    }
)


def with_words(schema: pa.Schema, words: Mapping[str, str]) -> pa.Schema:
    """The schema whose footers hold these words as well."""
    more = {f"{_PREFIX}{key}".encode(): value.encode() for key, value in words.items()}
    return schema.with_metadata({**(schema.metadata or {}), **more})


def belonging(fingerprint: str | None, *, vocabulary: str | None = None) -> dict[str, str]:
    """What a footer says of the dataset; that of `instructions.parquet` names the `vocabulary` of its vectors, too."""
    words = {_DATASET: fingerprint, _VOCABULARY: vocabulary}
    return {key: word for key, word in words.items() if word is not None}


def check_belonging(metadata: Metadata | None, name: str, index: DatasetIndex) -> None:
    """ValueError for the footer of a file `name` that is not of the dataset whose index this is.

    Datasets of 0.1.0 have no fingerprint to compare.
    """
    if index.fingerprint is None:
        return
    wanted = {_DATASET: index.fingerprint}
    if name == INSTRUCTIONS_NAME:
        wanted[_VOCABULARY] = index.vocabulary["sha256"] if index.vocabulary else ""
    for key, word in wanted.items():
        if (metadata or {}).get(f"{_PREFIX}{key}".encode(), b"") != word.encode():
            raise ValueError("it belongs to another dataset, or to another version of this one")


def check_version(metadata: Metadata | None) -> int:
    """The schema's version, which may be newer than what can be read. ValueError for one that is none."""
    text = (metadata or {}).get(VERSION_KEY, b"0")
    if not (text.isdigit() and len(text) < 9):
        raise ValueError(f"its footer names schema version {text.decode(errors='replace')!r}")
    return int(text)


def frozen_schema(name: str, found: pa.Schema, version: int) -> pa.Schema | None:
    """What the file must look like in a dataset of that version; None for one that is none of its tables."""
    if SHARD_NAME.fullmatch(name):
        schema = EPISODES
    elif name == INSTRUCTIONS_NAME:
        schema = instructions_schema(_dimension(found))
    elif name in _TABLES:
        schema = _TABLES[name]
    else:
        return None
    schema = in_version(schema, version)
    return pa.schema([schema.field(column) for column in there(schema.names, found)])


def _dimension(found: pa.Schema) -> int:
    """Of the vectors that are there: their dimension belongs to the vocabulary and not to the schema."""
    place = found.get_field_index("embedding")
    kind = found.field(place).type if place >= 0 else None
    return kind.list_size if isinstance(kind, pa.FixedSizeListType) else 0


def check_types(name: str, found: pa.Schema, version: int) -> None:
    """ValueError for a column of another type than the file's schema says, or one that a small table lacks.

    Of a shard's columns only those that are asked for must be there; more than the schema has may be anywhere.
    """
    for field in frozen_schema(name, found, version) or ():
        place = found.get_field_index(field.name)  # -1 for a name that is there twice, too
        if place >= 0 and found.field(place).type != field.type:
            raise ValueError(f"its column {field.name} has type {found.field(place).type}, not {field.type}")
        if place < 0 and field.name in found.names:
            raise ValueError(f"it has two columns {field.name}")
        if place < 0 and not SHARD_NAME.fullmatch(name):
            raise ValueError(f"it has no column {field.name!r}")


def check_footer(metadata: Metadata | None, schema: pa.Schema, rows: int, name: str, index: DatasetIndex) -> None:
    """ValueError for a file that is not the one that the index lists, or cannot be read as what it is.

    DatasetError for one of another version of the format than the rest of the dataset.
    """
    if (version := check_version(metadata)) > SCHEMA_VERSION:
        raise ValueError(f"written in schema version {version}, this program reads up to {SCHEMA_VERSION}")
    if version != index.schema_version:
        raise DatasetError(
            f"{name}: written in version {version} of the dataset format, {INDEX_NAME} beside it in version "
            f"{index.schema_version}",
            hint="files of two datasets have been mixed: copy one of them again, whole; `rl4real-data validate` lists "
            "all that do not belong, and `rl4real-data upgrade` brings a dataset of version 0 to version 1",
        )
    if name in index.files and rows != index.files[name].rows:
        raise ValueError(f"it has {rows:,} rows, dataset.json says {index.files[name].rows:,}")
    check_belonging(metadata, name, index)
    check_types(name, schema, version)
