"""`pair_id` joins the episodes of one function for several targets."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
from world import World

from rl4real_data.core.targets import TargetName


def pairs(data_dir: Path) -> dict[tuple[str, str], str]:
    (shard,) = (data_dir / "data").iterdir()
    rows = pq.read_table(shard, columns=["module", "function", "pair_id"]).to_pylist()
    return {(row["module"], row["function"]): row["pair_id"] for row in rows}


def test_pairs_join_targets_and_nothing_else(world: World) -> None:
    world.write("a.c", "// function one", "// function two nodes=3")
    world.write("b.c", "// function one nodes=4")
    world.run()
    world.run(target=TargetName.AARCH64, data_dir=world.folder / "other")

    assert pairs(world.data_dir) == pairs(world.folder / "other")
    assert len(set(pairs(world.data_dir).values())) == 3
