"""Part files of gathered trials.

One row is one function. A part names the key of what was asked, so that one of another dataset or menu is never taken
for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from rl4real_data.advice.function_trials import FunctionTrials
from rl4real_data.core.atomic_files import publish

_KEY: Final = b"rl4real-data.trials"
_SCHEMA: Final = pa.schema(
    [
        ("episode_id", pa.string()),
        ("greedy", pa.float64()),
        ("plans", pa.list_(pa.float64())),
        ("allowed", pa.list_(pa.bool_())),
        ("reason", pa.string()),
    ]
)


def write_part(path: Path, key: str, trials: Sequence[FunctionTrials]) -> None:
    """The file appears whole or not at all."""
    table = pa.Table.from_pylist([asdict(one) for one in trials], schema=_SCHEMA.with_metadata({_KEY: key.encode()}))
    path.parent.mkdir(parents=True, exist_ok=True)
    with publish(path) as draft:
        pq.write_table(table, draft, compression="zstd")


def read_part(path: Path, key: str) -> list[FunctionTrials] | None:
    """None if it is not there, or no part of `key`."""
    try:
        table = pq.read_table(path)
    except (FileNotFoundError, pa.ArrowException):
        return None
    if (table.schema.metadata or {}).get(_KEY) != key.encode():
        return None
    return [_trials(row) for row in table.to_pylist()]


def _trials(row: dict[str, Any]) -> FunctionTrials:
    return FunctionTrials(**{**row, **{name: tuple(row[name]) for name in ("plans", "allowed")}})
