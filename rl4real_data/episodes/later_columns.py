"""Columns that came to the schemas of a dataset's tables after their first datasets.

A file without one counts as full of nulls: the source does not tell.

Some came without a new version of the format: two, which a file of version 0 has or not, and those that tell of
decisions, which a file of version 1 has or not. All else that version 1 brought is in every file of version 1 and in
none of version 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, TypeVar

import pyarrow as pa

from rl4real_data.episodes.answer_columns import DECISIONS
from rl4real_data.episodes.column_kinds import VERSION_KEY
from rl4real_data.episodes.schema import EPISODES, MODULES, REGISTERS, VERSION_1

_UNANNOUNCED: Final = (EPISODES.field("node_inst"), MODULES.field("flags_left_out"))
_DECISIONS: Final = tuple(EPISODES.field(name) for name, _, _ in DECISIONS)
_OF_VERSION_1: Final = (
    *(EPISODES.field(name) for name, _, _ in VERSION_1),
    *(REGISTERS.field(name) for name in ("subregs", "cost")),
)
LATER_COLUMNS: Final[Mapping[str, pa.Field]] = MappingProxyType(
    {field.name: field for field in (*_UNANNOUNCED, *_OF_VERSION_1, *_DECISIONS)}
)
_SOMETIMES: Final = frozenset(field.name for field in _DECISIONS)
_NEW_IN_1: Final = frozenset(field.name for field in (*_OF_VERSION_1, *_DECISIONS))

Rows = TypeVar("Rows", pa.Table, pa.RecordBatch)


def in_version(schema: pa.Schema, version: int) -> pa.Schema:
    """The schema of a table as that version of the format has it; its footers name the version."""
    if version > 0:
        return schema
    fields = [field for field in schema if field.name not in _NEW_IN_1]
    return pa.schema(fields, {**(schema.metadata or {}), VERSION_KEY: str(version).encode()})


def there(columns: Iterable[str], schema: pa.Schema) -> list[str]:
    """The columns that can be read from a file of that schema; missing ones that no file may lack are among them.

    `schema` is that of the file, with the words of its footer.
    """
    is_old = (schema.metadata or {}).get(VERSION_KEY, b"0") == b"0"
    return [name for name in columns if name in schema.names or not _may_lack(name, is_old=is_old)]


def _may_lack(name: str, *, is_old: bool) -> bool:
    return name in _SOMETIMES or (is_old and name in LATER_COLUMNS)


def complete(rows: Rows, columns: Sequence[str]) -> Rows:
    """Rows with just these columns, in this order; what a file may lack, and does, is null."""
    missing = set(columns) - set(rows.schema.names)
    for name in (name for name in columns if name in missing and name in LATER_COLUMNS):
        field = LATER_COLUMNS[name]
        rows = rows.append_column(field, pa.nulls(len(rows), field.type))
    return rows.select(list(columns))
