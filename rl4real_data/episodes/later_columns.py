"""Columns that came to the schemas of episodes and of modules after their first datasets.

A file without one counts as full of nulls.

Null means that the source does not tell, which is what such a file does. No other change keeps a schema's version.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, TypeVar

import pyarrow as pa

from rl4real_data.episodes.schema import EPISODES, MODULES

LATER_COLUMNS: Final[Mapping[str, pa.Field]] = MappingProxyType(
    {field.name: field for field in (EPISODES.field("node_inst"), MODULES.field("flags_left_out"))}
)

Rows = TypeVar("Rows", pa.Table, pa.RecordBatch)


def there(columns: Sequence[str], schema: pa.Schema) -> list[str]:
    """The columns that can be read from a file of that schema; missing ones that no file may lack are among them."""
    return [name for name in columns if name not in LATER_COLUMNS or name in schema.names]


def complete(rows: Rows, columns: Sequence[str]) -> Rows:
    """Rows with just these columns, in this order; what a file may lack, and does, is null."""
    for name, field in LATER_COLUMNS.items():
        if name in columns and name not in rows.schema.names:
            rows = rows.append_column(field, pa.nulls(len(rows), field.type))
    return rows.select(list(columns))
