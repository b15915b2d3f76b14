"""A dataset that a run packs straight into a store: under names of its own, read by all that reads datasets."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec  # type: ignore[import-untyped]
import pytest
import yaml
from cluster_world import run_on_cluster, this_host
from world import World, write_three

from rl4real_data import EpisodeDataset
from rl4real_data.cluster.store import Store
from rl4real_data.commands.data_dir import opened
from rl4real_data.core.errors import DatasetError, StoreError
from rl4real_data.core.split import Split
from rl4real_data.episodes.file_names import SHARD_NAME
from rl4real_data.episodes.index import DatasetIndex, parse_index, read_index
from rl4real_data.flow.embedding import embed_dataset
from rl4real_data.statistics.collection import collect_stats
from rl4real_data.validation.files import check_files

pytestmark = pytest.mark.large
__all__ = ["this_host"]
URL = "memory://bucket/set"
STORE = Store(URL)


@pytest.fixture(autouse=True)
def _empty_bucket() -> Iterator[None]:
    fsspec.filesystem("memory").store.clear()  # of what other tests left there
    yield
    fsspec.filesystem("memory").store.clear()


def publish(world: World, split: Split = Split.TRAIN, **words: Any) -> DatasetIndex:
    with opened(Path(URL), is_written=True, may_be_new=True, without=split.value) as folder:
        run_on_cluster(world, data_dir=folder, destination=URL, split=split, **words)
        assert not [*folder.glob(f"data/*/{split.value}-*")]  # no shard comes to the driver
    return index()


def index() -> DatasetIndex:
    return parse_index(STORE.read("dataset.json").decode(), path=URL)


def shards(found: DatasetIndex) -> dict[str, str]:
    return {name: entry.sha256 for name, entry in found.files.items() if name.startswith("data/")}


def names_in_bucket() -> set[str]:
    return {name.partition("/set/")[2] for name in fsspec.filesystem("memory").store}


def test_bytes_are_those_of_a_folder_under_another_name(world: World) -> None:
    write_three(world)
    world.run(data_dir=world.folder / "in memory")
    found, local = publish(world), world.index(world.folder / "in memory")

    assert found.fingerprint == local.fingerprint
    assert shards(found) == {
        f"data/{local.fingerprint}/{name.removeprefix('data/')}": digest for name, digest in shards(local).items()
    }
    tables = [name for name in local.files if name.endswith(".parquet") and not name.startswith("data/")]
    assert {name: found.files[name] for name in tables} == {name: local.files[name] for name in tables}
    assert names_in_bucket() == {*found.files, "dataset.json"}


def test_everything_reads_it(world: World) -> None:
    write_three(world)
    world.run(data_dir=world.folder / "in memory")
    found = publish(world)
    (folder,) = {name.rpartition("/")[0] for name in shards(found)}

    expected = [each.episode_id for each in EpisodeDataset(world.folder / "in memory", split="train")]
    assert [each.episode_id for each in EpisodeDataset(URL, split="train")] == expected
    with opened(Path(URL)) as copy:
        assert check_files(copy, read_index(copy)) == []
        assert [each.episodes for each in collect_stats(copy).splits.values()] == [4]
        card = yaml.safe_load((copy / "README.md").read_text().split("---")[1])
        described = json.loads((copy / "croissant.json").read_text())
    assert card["configs"][0]["data_files"] == [{"split": "train", "path": f"{folder}/train-*.parquet"}]
    assert [each["includes"] for each in described["distribution"] if "includes" in each] == [
        f"{folder}/train-*.parquet"
    ]


def test_second_split_and_a_second_dataset(world: World) -> None:
    write_three(world)
    world.write("held/t.c", "// function held_out nodes=4", "// function two nodes=4")
    held = {"corpora": (str(world.folder / "held"),), "split": Split.TEST}
    local = world.folder / "in memory"
    world.run(data_dir=local)
    world.run(data_dir=local, **held)
    first = publish(world)
    second = publish(world, **held)

    assert sorted(shards(second).values()) == sorted(shards(world.index(local)).values())
    assert not shards(first).keys() & shards(second).keys()
    assert names_in_bucket() == {*second.files, "dataset.json"}
    with opened(Path(URL)) as copy:
        assert check_files(copy, read_index(copy)) == []


def test_old_dataset_is_whole_until_all_shards_of_the_new_one_are_there(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_three(world)
    world.write("held/t.c", "// function held_out nodes=4")
    first = publish(world)
    seen: list[set[str]] = []
    remove = Store.remove

    def watched(self: Store, name: str) -> None:
        if self.url == URL and name == "dataset.json":
            seen.append(names_in_bucket())
        remove(self, name)

    monkeypatch.setattr(Store, "remove", watched)
    second = publish(world, Split.TEST, corpora=(str(world.folder / "held"),))

    assert len(seen) == 1
    assert {SHARD_NAME.fullmatch(name)["split"] for name in shards(second)} == {"train", "test"}  # type: ignore[index]
    assert {*shards(first), *shards(second)} <= seen[0]


def embed(world: World, value: int) -> None:
    """With vectors of that value, by a vocabulary of the fork's form."""
    vocabulary = world.folder / "other.txt"
    entities = ("ADD", "SUB", "RET", "VIRT_REG_GR32")
    vocabulary.write_text("".join(f"{entity}:{[value] * 100}\n" for entity in entities))
    with opened(Path(URL), is_written=True) as folder:
        embed_dataset(folder, vocabulary)


def test_store_that_is_full_in_the_middle_of_a_publication_loses_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old dataset is whole, or the next command that writes ends with the new one, however far it came."""
    write_three(world)
    first = publish(world)
    write = Store.write
    broken_off = set()
    for room in range(20):
        left = [room]

        def full(self: Store, name: str, data: bytes, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise StoreError(f"{self}: cannot write {name}: no room")
            write(self, name, data)

        with monkeypatch.context() as patch:
            patch.setattr(Store, "write", full)
            with contextlib.suppress(StoreError):
                embed(world, room)
        is_whole = STORE.read_if_there("dataset.json") is not None
        broken_off.add(not is_whole)
        if not is_whole:
            with pytest.raises(DatasetError, match="was being written when that was broken off"), opened(Path(URL)):
                pass
            embed(world, room)
        with opened(Path(URL)) as copy:
            assert check_files(copy, read_index(copy)) == []
        assert names_in_bucket() == {*index().files, "dataset.json"}
        assert shards(index()) == shards(first)
        if left[0] >= 0:
            break

    assert broken_off == {True, False}
    assert room > 2


@pytest.mark.parametrize("removed", [0, 1, 2])
def test_what_a_killed_writer_left_is_removed_by_the_next_one(
    world: World, monkeypatch: pytest.MonkeyPatch, removed: int
) -> None:
    """By one that has nothing to change, too: the dataset was whole when the other one was killed."""
    write_three(world)
    publish(world)
    remove, left = Store.remove, [removed + 1]  # the old index goes first

    def killed(self: Store, name: str) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        remove(self, name)

    with monkeypatch.context() as patch:
        patch.setattr(Store, "remove", killed)
        with pytest.raises(KeyboardInterrupt):
            embed(world, 1)
    assert {name for name in names_in_bucket() if name.startswith("publishing/")}

    embed(world, 1)
    assert names_in_bucket() == {*index().files, "dataset.json"}


def test_what_is_the_same_is_not_written_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    write_three(world)
    publish(world)
    written: list[str] = []
    write = Store.write

    def watched(self: Store, name: str, data: bytes) -> None:
        written.append(name)
        write(self, name, data)

    monkeypatch.setattr(Store, "write", watched)
    embed(world, 1)

    assert "instructions.parquet" in written
    assert not {"modules.parquet", "registers.parquet", *shards(index())} & {*written}


def test_folder_of_another_dataset_goes_when_a_local_run_replaces_it(world: World) -> None:
    write_three(world)
    publish(world)
    with opened(Path(URL)) as copy:
        world.write("e.c", "// function late nodes=7")
        world.run(data_dir=copy)

        assert sorted(path.name for path in (copy / "data").iterdir()) == ["train-00000-of-00001.parquet"]
        assert check_files(copy, read_index(copy)) == []
