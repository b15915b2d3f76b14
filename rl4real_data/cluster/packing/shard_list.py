"""The list of the shards that a run's dataset lacks, for the jobs of a batch system."""

from __future__ import annotations

import json
from dataclasses import dataclass

from rl4real_data.cluster.layout import SHARD_LIST, SHARDS
from rl4real_data.cluster.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardList:
    """`packing`: the id of its record. `names`: of the shards' plans in the store."""

    packing: str
    names: tuple[str, ...]

    def done(self, store: Store) -> frozenset[str]:
        """Those whose marker is there."""
        there = store.names(SHARDS)
        return frozenset(name for name in self.names if f"{name}.json" in there)


def read_shard_list(store: Store) -> ShardList | None:
    """None where there is none, or one that cannot be read: the driver writes it again."""
    data = store.read_if_there(SHARD_LIST)
    if data is None:
        return None
    try:
        raw = json.loads(data)
        return ShardList(packing=str(raw["packing"]), names=tuple(map(str, raw["names"])))
    except (ValueError, KeyError, TypeError):
        return None


def write_shard_list(store: Store, shards: ShardList) -> None:
    raw = {"packing": shards.packing, "names": shards.names}
    store.write(SHARD_LIST, json.dumps(raw, separators=(",", ":")).encode())
