"""A damaged file of a dataset is an error that names it, and never a wrong episode."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from reading_dataset import write_episodes

from rl4real_data import EpisodeDataset
from rl4real_data.core.errors import DatasetError

SHARD = "data/train-00001-of-00002.parquet"


@pytest.mark.parametrize("seed", range(100))
def test_one_damaged_byte_of_a_shard(tmp_path: Path, seed: int) -> None:
    write_episodes(tmp_path, [2, 3])
    content = bytearray((tmp_path / SHARD).read_bytes())
    chance = random.Random(seed)
    content[chance.randrange(len(content))] ^= chance.randrange(1, 256)
    (tmp_path / SHARD).write_bytes(content)
    dataset = EpisodeDataset(tmp_path)

    assert dataset[1].function_id == 2  # the sound shard
    with pytest.raises(DatasetError, match=SHARD):
        [episode.edges for episode in dataset]
    with pytest.raises(DatasetError, match=SHARD):
        dataset[3]


@pytest.mark.parametrize("name", ["registers.parquet", "instructions.parquet"])
def test_damaged_tables(tmp_path: Path, name: str) -> None:
    write_episodes(tmp_path, [2])
    content = bytearray((tmp_path / name).read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / name).write_bytes(content)
    dataset = EpisodeDataset(tmp_path)

    with pytest.raises(DatasetError, match=name):
        _ = dataset.registers if name.startswith("registers") else dataset.instruction_table


@pytest.mark.parametrize("verify", [True, False])
@pytest.mark.parametrize("damage", ["missing", "empty", "cut"])
def test_a_shard_that_is_not_whole(tmp_path: Path, damage: str, verify: bool) -> None:
    write_episodes(tmp_path, [2, 3])
    path = tmp_path / SHARD
    content = path.read_bytes()
    path.unlink()
    if damage != "missing":
        path.write_bytes(b"" if damage == "empty" else content[: len(content) // 2])

    with pytest.raises(DatasetError, match=SHARD):
        EpisodeDataset(tmp_path, verify=verify)[2]


def test_a_shard_of_another_dataset(tmp_path: Path) -> None:
    write_episodes(tmp_path / "a", [2, 3])
    write_episodes(tmp_path / "b", [2, 4])
    (tmp_path / "a" / SHARD).write_bytes((tmp_path / "b" / SHARD).read_bytes())

    with pytest.raises(DatasetError, match="sha256"):
        EpisodeDataset(tmp_path / "a")[2]
    with pytest.raises(DatasetError, match="4 rows"):
        EpisodeDataset(tmp_path / "a", verify=False)[2]
