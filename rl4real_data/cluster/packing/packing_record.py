"""The record of one dataset's packing.

All that its shards have in common, the same for every host.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from rl4real_data import __version__
from rl4real_data.cluster.layout import PACKING
from rl4real_data.cluster.store import Store
from rl4real_data.core.errors import StoreError
from rl4real_data.core.recipe import Recipe
from rl4real_data.episodes.instructions import InstructionTable, Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class PackingRecord:
    """`destination`: the URL of a dataset that lies in a store; without one the shards stay in the run's own."""

    identity: Mapping[str, str]
    footer: Mapping[str, str]
    per_shard: int
    per_row_group: int
    compression_level: int
    destination: str
    program: str = __version__
    arrow: str = pa.__version__

    @classmethod
    def of(
        cls, recipe: Recipe, identity: Mapping[str, str], footer: Mapping[str, str], destination: str
    ) -> PackingRecord:
        return cls(
            identity=dict(identity),
            footer=dict(footer),
            per_shard=recipe.per_shard,
            per_row_group=recipe.per_row_group,
            compression_level=recipe.compression_level,
            destination=destination,
        )

    def differences(self) -> str:
        """What this machine has another release of, which would write other bytes; nothing if there is none."""
        if self.program != __version__:
            return f"rl4real-data {__version__} is installed, not the run's {self.program}"
        return "" if self.arrow == pa.__version__ else f"pyarrow {pa.__version__} is installed, not {self.arrow}"


def write_packing(store: Store, record: PackingRecord, table: InstructionTable) -> str:
    """Its id, which says what is in it."""
    # Not sorted: the words of a footer have an order, too.
    text = json.dumps({name: getattr(record, name) for name in record.__slots__}).encode()
    sink = io.BytesIO()
    columns = {"opcode": [opcode for opcode, _ in table.ids], "operands": [list(words) for _, words in table.ids]}
    schema = pa.schema([("opcode", pa.string()), ("operands", pa.list_(pa.string()))])
    pq.write_table(pa.table(columns, schema=schema), sink, compression="zstd")
    name = hashlib.sha256(text + sink.getvalue()).hexdigest()[:32]
    store.write(f"{PACKING}/{name}.parquet", sink.getvalue())
    store.write(f"{PACKING}/{name}.json", text)
    return name


def read_packing(store: Store, name: str) -> tuple[PackingRecord, InstructionTable]:
    """StoreError for what is none, or is gone."""
    place = f"{store}/{PACKING}/{name}"
    try:
        text, shapes = (store.read(f"{PACKING}/{name}.{suffix}") for suffix in ("json", "parquet"))
        if hashlib.sha256(text + shapes).hexdigest()[:32] != name:
            raise ValueError("it is not what was written")
        raw: dict[str, Any] = json.loads(text)
        rows = pq.read_table(io.BytesIO(shapes))
        ids = zip(rows["opcode"].to_pylist(), map(tuple, rows["operands"].to_pylist()), strict=True)
        ordered: dict[Shape, int] = {shape: number for number, shape in enumerate(ids)}
        return PackingRecord(**raw), InstructionTable(ordered)
    except FileNotFoundError as error:
        raise StoreError(f"{place}: is gone") from error
    except (pa.ArrowException, ValueError, TypeError, KeyError) as error:
        raise StoreError(f"{place}: is no record of a packing ({error})") from error
