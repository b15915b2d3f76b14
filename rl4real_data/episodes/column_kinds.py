"""The Arrow types of columns, and a schema from their rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pyarrow as pa

from rl4real_data.episodes.schema_version import SCHEMA_VERSION

VERSION_KEY: Final = b"rl4real_data.schema_version"

Column = tuple[str, pa.DataType, str]
"""Name, type, description."""

STRING: Final = pa.string()
FLOATS: Final = pa.list_(pa.float32())
INTS: Final = pa.list_(pa.int32())
SHORTS: Final = pa.list_(pa.int16())


def schema_of(columns: Iterable[Column]) -> pa.Schema:
    """Each field carries its description, the schema its version."""
    fields = [pa.field(name, kind, metadata={"description": text}) for name, kind, text in columns]
    return pa.schema(fields, metadata={VERSION_KEY: str(SCHEMA_VERSION).encode()})
