"""A DATA_DIR behind a URL: a copy is worked on, and goes back only where a command changes it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from world import World, write_three

from rl4real_data.cluster import remote_dataset
from rl4real_data.cluster.store import Store
from rl4real_data.commands.console import say
from rl4real_data.commands.data_dir import opened, url_of
from rl4real_data.core.errors import DatasetError, LessThanAsked


class Bucket(Store):
    """A folder of this machine in the place of a bucket; what is done to it is written down in order."""

    root: Path
    done: list[str]

    def __init__(self, url: str) -> None:
        super().__init__(str(self.root / url.partition("://")[2]))

    def write(self, name: str, data: bytes) -> None:
        self.done.append(name)
        super().write(name, data)

    def remove(self, name: str) -> None:
        self.done.append(f"-{name}")
        super().remove(name)


@pytest.fixture
def bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> type[Bucket]:
    monkeypatch.setattr(Bucket, "root", tmp_path / "buckets", raising=False)
    monkeypatch.setattr(Bucket, "done", [], raising=False)
    monkeypatch.setattr(remote_dataset, "Store", Bucket)
    return Bucket


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.parametrize(
    ("word", "url"),
    [
        ("s3://bucket/set", "s3://bucket/set"),
        ("gs://bucket/a/b", "gs://bucket/a/b"),
        ("data/x86", None),
        ("/data/x86", None),
        ("c:/data", None),
    ],
)
def test_url_is_told_from_a_folder(word: str, url: str | None) -> None:
    assert url_of(Path(word)) == url


def test_new_dataset_is_published_with_its_index_last(world: World, bucket: type[Bucket]) -> None:
    write_three(world)
    with opened(Path("s3://b/set"), is_written=True, may_be_new=True) as folder:
        world.run(data_dir=folder)
        expected = world.digests(folder)

    assert digests(bucket.root / "b" / "set") == expected
    written = [name for name in bucket.done if not name.startswith(("-", "publishing/"))]
    assert (set(written), written[-1]) == (set(expected), "dataset.json")
    assert bucket.done[bucket.done.index("dataset.json") + 1 :] == ["-publishing/dataset.json"]


def test_dataset_is_read_and_left_alone(world: World, bucket: type[Bucket]) -> None:
    write_three(world)
    with opened(Path("s3://b/set"), is_written=True, may_be_new=True) as folder:
        world.run(data_dir=folder)
    bucket.done.clear()
    with opened(Path("s3://b/set")) as copy:
        assert world.index(copy).splits["train"].episodes == 4
        (copy / "dataset.json").write_text("{}")

    assert bucket.done == []


def fall_short(world: World) -> None:
    with opened(Path("s3://b/set"), is_written=True, may_be_new=True) as folder:
        world.run(data_dir=folder)
        raise LessThanAsked(f"{folder}: too little")


def look() -> None:
    with opened(Path("s3://b/set")):
        pass


def test_run_that_falls_short_is_published_too(world: World, bucket: type[Bucket]) -> None:
    write_three(world)
    with pytest.raises(LessThanAsked, match=r"^s3://b/set: too little$"):
        fall_short(world)

    assert (bucket.root / "b" / "set" / "dataset.json").is_file()


def test_dataset_that_is_not_there_or_damaged(world: World, bucket: type[Bucket]) -> None:
    with pytest.raises(DatasetError, match=r"set: there is no dataset\.json"):
        look()
    write_three(world)
    with opened(Path("s3://b/set"), is_written=True, may_be_new=True) as folder:
        world.run(data_dir=folder)
    modules = bucket.root / "b" / "set" / "modules.parquet"
    modules.write_bytes(modules.read_bytes()[:-1])
    with pytest.raises(DatasetError, match=r"modules\.parquet: damaged"):
        look()


@pytest.mark.usefixtures("bucket")
def test_words_for_whoever_watches_name_the_url(capsys: pytest.CaptureFixture[str]) -> None:
    with opened(Path("s3://b/set"), may_be_new=True) as folder:
        say(f"looking at {folder}")

    assert capsys.readouterr().err == "rl4real-data: looking at s3://b/set\n"
