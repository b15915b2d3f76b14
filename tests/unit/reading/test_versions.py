"""A reader beside a writer: one version of the dataset, or an error, also where no checksum is compared."""

from __future__ import annotations

import hashlib
import pickle
import shutil
from pathlib import Path

import episode_builder as build
import pyarrow.compute as pc
import pytest
from world import World, write_three

from rl4real_data import EpisodeDataset
from rl4real_data.core.errors import DatasetError
from rl4real_data.episodes.index import read_index
from rl4real_data.flow.embedding import embed_dataset
from rl4real_data.reading.source import source_at
from rl4real_data.statistics.collection import collect_stats
from rl4real_data.validation.whole_dataset import validate

MIXED = "it belongs to another dataset, or to another version of this one"


@pytest.fixture
def reader(world: World) -> EpisodeDataset:
    """Opened before the dataset was made anew: as many episodes, and other ones."""
    write_three(world)
    world.run()
    dataset = EpisodeDataset(world.data_dir, verify=False)
    world.write("b.c", "// shape MUL", "// function other nodes=3")
    world.run()
    return dataset


def test_episodes_of_another_version(reader: EpisodeDataset) -> None:
    with pytest.raises(DatasetError, match=MIXED):
        _ = reader[0].edges


def test_tables_of_another_version(reader: EpisodeDataset) -> None:
    with pytest.raises(DatasetError, match=MIXED):
        _ = reader.registers
    with pytest.raises(DatasetError, match=MIXED):
        _ = reader.instruction_table


def test_filter_over_another_version(world: World) -> None:
    write_three(world)
    world.run()
    dataset = EpisodeDataset(world.data_dir, verify=False)
    assert len(dataset) == len([episode.edges for episode in dataset])
    filtered = dataset.filter(pc.field("spills") >= 0)
    world.write("b.c", "// shape MUL", "// function other nodes=3")
    world.run()

    with pytest.raises(DatasetError, match=MIXED):
        len(filtered)


def test_what_is_open_stays_the_version_that_it_was(world: World) -> None:
    write_three(world)
    world.run()
    dataset = EpisodeDataset(world.data_dir)
    assert dataset[0].function == "one"
    world.write("a.c", "// function another nodes=4", "// function two nodes=4")
    world.run()

    assert [episode.function for episode in dataset] == ["one", "two", "three", "four"]


def test_vectors_of_another_vocabulary(world: World) -> None:
    write_three(world)
    world.run()
    dataset = EpisodeDataset(world.data_dir, verify=False)
    other = world.folder / "other.txt"
    other.write_text("".join(f"{name}:{[0.5] * 100}\n" for name in ("ADD", "SUB", "RET", "VIRT_REG_GR32")))
    embed_dataset(world.data_dir, other)

    assert next(iter(dataset)).function == "one"  # which has not changed
    with pytest.raises(DatasetError, match=MIXED):
        _ = dataset.instruction_table


def test_episode_that_travels_to_another_version(world: World) -> None:
    """It is opened anew where it arrives, which may be later."""
    write_three(world)
    world.run()
    pickled = pickle.dumps(EpisodeDataset(world.data_dir)[0])
    assert pickle.loads(pickled).function == "one"
    world.write("a.c", "// function another nodes=4", "// function two nodes=4")
    world.run()
    source_at.cache_clear()

    with pytest.raises(DatasetError, match="is another version of the dataset than the one that the episode is from"):
        pickle.loads(pickled)


def test_file_of_another_dataset_is_found(world: World) -> None:
    """By validate, and where its checksum is made to fit, too."""
    write_three(world)
    world.run()
    fingerprint = read_index(world.data_dir).fingerprint
    world.run(data_dir=world.folder / "less", limit=2)

    assert fingerprint is not None
    assert read_index(world.folder / "less").fingerprint not in (None, fingerprint)
    shutil.copy(world.folder / "less" / "registers.parquet", world.data_dir / "registers.parquet")
    with pytest.raises(DatasetError, match=MIXED):
        _ = EpisodeDataset(world.data_dir, verify=False).registers


def test_snapshot_of_a_content_addressed_cache_is_read(tmp_path: Path) -> None:
    """As huggingface_hub lays one out: links to files that are called by their hash."""
    build.write_dataset(tmp_path / "made", {"train": [[build.make_episode(number)] for number in (1, 2)]})
    (tmp_path / "blobs").mkdir()
    for path in sorted(path for path in (tmp_path / "made").rglob("*") if path.is_file()):
        content = path.read_bytes()
        small = path.suffix != ".parquet"
        digest = hashlib.sha1(content).hexdigest() if small else hashlib.sha256(content).hexdigest()
        (tmp_path / "blobs" / digest).write_bytes(content)
        link = tmp_path / "snapshots" / "main" / path.relative_to(tmp_path / "made")
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(tmp_path / "blobs" / digest)
    data_dir = tmp_path / "snapshots" / "main"

    assert [episode.function_id for episode in EpisodeDataset(data_dir)] == [1, 2]
    assert validate(data_dir) == ()
    assert collect_stats(data_dir).overall.episodes == 2
