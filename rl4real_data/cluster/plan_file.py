"""The plan of a run in its store.

The batches, and the keys of the modules in each.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from rl4real_data.cluster.layout import PLAN
from rl4real_data.cluster.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedBatch:
    """`content` says what is wanted of it: keys of modules, and their sources. It lies in the store under its `name`,
    beside failures that were asked for again, in another batch.
    """

    name: str
    keys: tuple[str, ...]
    content: str


def read_plan(store: Store) -> tuple[PlannedBatch, ...] | None:
    """None where there is none yet, or one that cannot be read: it is made again from the modules."""
    data = store.read_if_there(PLAN)
    if data is None:
        return None
    try:
        raw = json.loads(data)
        return tuple(
            PlannedBatch(name=str(each["name"]), keys=tuple(each["keys"]), content=str(each["content"])) for each in raw
        )
    except (ValueError, KeyError, TypeError):
        return None


def write_plan(store: Store, batches: tuple[PlannedBatch, ...]) -> None:
    raw = [{"name": batch.name, "keys": batch.keys, "content": batch.content} for batch in batches]
    store.write(PLAN, json.dumps(raw, separators=(",", ":")).encode())
