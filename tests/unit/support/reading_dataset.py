"""A DATA_DIR with vectors, several shards and small row groups, for the tests of the reading side."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from episode_builder import (
    RECIPE,
    make_episode,
    make_instructions,
    make_spilled_episode,
    write_dataset,
    write_table,
)

from rl4real_data.episodes.file_names import INDEX_NAME
from rl4real_data.episodes.index import DatasetIndex, file_entry
from rl4real_data.episodes.schema import EPISODES

VECTORS = ([1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 1.0, 1.0])
"""Of the four instruction shapes."""


def write_episodes(data_dir: Path, sizes: Sequence[int], *, per_row_group: int = 3, mir_bytes: int = 0) -> DatasetIndex:
    """Shards of `sizes` episodes, numbered from 1 through all shards; every fifth one was spilled.

    With `mir_bytes`, the column `mir` is so long in each episode, and cannot be compressed by more than half.
    """
    numbers = iter(range(1, sum(sizes) + 1))
    chance = random.Random(1)
    shards = [
        [
            (make_spilled_episode if n % 5 == 0 else make_episode)(
                n, **({"mir": chance.randbytes(mir_bytes // 2).hex()} if mir_bytes else {})
            )
            for _, n in zip(range(size), numbers, strict=False)
        ]
        for size in sizes
    ]
    shapes = [{**shape, "embedding": vector} for shape, vector in zip(make_instructions(), VECTORS, strict=True)]
    recipe = {**RECIPE, "opt_level": "O3", "cpu": "core2"}
    index = write_dataset(data_dir, {"train": shards}, instructions=shapes, recipe=recipe)
    files = dict(index.files)
    for number, rows in enumerate(shards):
        name = f"data/train-{number:05}-of-{len(shards):05}.parquet"
        write_table(data_dir / name, rows, EPISODES, row_group_size=per_row_group)
        files[name] = file_entry(data_dir / name, rows=len(rows))
    index = replace(index, files=files)
    (data_dir / INDEX_NAME).write_text(index.to_json(), encoding="utf-8")
    return index
