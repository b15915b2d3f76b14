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
from rl4real_data.labels.decisions import decisions_of, decisions_text

_KEY: Final = b"rl4real-data.trials"
_SCHEMA: Final = pa.schema(
    [
        ("episode_id", pa.string()),
        ("greedy", pa.float64()),
        ("plans", pa.list_(pa.float64())),
        ("allowed", pa.list_(pa.bool_())),
        ("base", pa.int32()),
        ("nodes", pa.string()),
        ("node_values", pa.list_(pa.float64())),
        ("reason", pa.string()),
    ]
)


def write_part(path: Path, key: str, trials: Sequence[FunctionTrials]) -> None:
    """The file appears whole or not at all."""
    rows = [_row(one) for one in trials]
    table = pa.Table.from_pylist(rows, schema=_SCHEMA.with_metadata({_KEY: key.encode()}))
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


def _row(one: FunctionTrials) -> dict[str, Any]:
    return {**asdict(one), "nodes": decisions_text(one.nodes)}


def _trials(row: dict[str, Any]) -> FunctionTrials:
    lists = {name: tuple(row[name]) for name in ("plans", "allowed", "node_values")}
    return FunctionTrials(**{**row, **lists, "nodes": decisions_of(row["nodes"])})
