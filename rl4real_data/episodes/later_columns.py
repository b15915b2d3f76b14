"""Columns that came to the schema of episodes after its first datasets.

A shard without one counts as full of nulls.

Null means that the source does not tell, which is what such a shard does. No other change keeps a schema's version.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

import pyarrow as pa

from rl4real_data.episodes.schema import EPISODES

LATER_COLUMNS: Final = frozenset({"node_inst"})

Rows = TypeVar("Rows", pa.Table, pa.RecordBatch)


def there(columns: Sequence[str], schema: pa.Schema) -> list[str]:
    """The columns that can be read from a shard of that schema; missing ones that no shard may lack are among them."""
    return [name for name in columns if name not in LATER_COLUMNS or name in schema.names]


def complete(rows: Rows, columns: Sequence[str]) -> Rows:
    """Rows with just these columns, in this order; what a shard may lack, and does, is null."""
    for name in LATER_COLUMNS.intersection(columns).difference(rows.schema.names):
        rows = rows.append_column(EPISODES.field(name), pa.nulls(len(rows), EPISODES.field(name).type))
    return rows.select(list(columns))
