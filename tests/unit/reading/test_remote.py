"""A DATA_DIR on object storage, behind a real S3-compatible server on this machine."""

from __future__ import annotations

import io
import pickle
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pyarrow.compute as pc
import pytest
from moto.server import ThreadedMotoServer
from reading_dataset import write_episodes

from rl4real_data import EpisodeDataset
from rl4real_data.core.errors import DatasetError
from rl4real_data.core.remote import open_file
from rl4real_data.reading.torch_episodes import TorchEpisodes

KEYS = {"key": "a", "secret": "b"}
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:botocore", "ignore::DeprecationWarning:moto")


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The options of the server's file system; its bucket `data` holds a dataset of 12 episodes below `set`."""
    folder = tmp_path_factory.mktemp("dataset")
    write_episodes(folder, [5, 7])
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    client = boto3.client(
        "s3", endpoint_url=url, aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1"
    )
    client.create_bucket(Bucket="data")
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            client.put_object(Bucket="data", Key=f"set/{path.relative_to(folder)}", Body=path.read_bytes())
    damaged = bytearray((folder / "data/train-00001-of-00002.parquet").read_bytes())
    damaged[100] ^= 1
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            name = str(path.relative_to(folder))
            body = bytes(damaged) if name.endswith("00001-of-00002.parquet") else path.read_bytes()
            client.put_object(Bucket="data", Key=f"damaged/{name}", Body=body)
    yield {**KEYS, "endpoint_url": url, "client_kwargs": {"region_name": "us-east-1"}}
    server.stop()


@pytest.fixture
def dataset(options: dict[str, Any]) -> EpisodeDataset:
    return EpisodeDataset("s3://data/set", storage_options=options)


def test_everything_that_a_local_dataset_can(dataset: EpisodeDataset) -> None:
    assert len(dataset) == 12
    assert [episode.function_id for episode in dataset] == list(range(1, 13))
    assert dataset[9].function_id == 10
    assert dataset[3].node_vectors().tolist() == [[0.25, 0.5, 0.25], [0, 1, 0], [0.5, 0, 0.5]]
    assert dataset[3].allowed_registers(1).tolist() == [2]
    assert [e.function_id for e in dataset.filter(pc.field("spills") > 0)] == [5, 10]
    assert sorted(e.function_id for e in dataset.shuffle(1).shard(0, 2)) != list(range(1, 7))
    assert pickle.loads(pickle.dumps(dataset[4])).function_id == 5


def number_of(episode: Any) -> int:
    return int(episode.function_id)


def test_workers_make_connections_of_their_own(dataset: EpisodeDataset) -> None:
    from torch.utils.data import DataLoader

    dataset[0]  # opens a connection in the parent
    loader = DataLoader(TorchEpisodes(dataset, number_of), batch_size=None, num_workers=2, timeout=60)

    assert sorted(loader) == list(range(1, 13))


def test_what_is_not_there(options: dict[str, Any]) -> None:
    with pytest.raises(DatasetError, match="s3://data/nowhere: does not exist"):
        EpisodeDataset("s3://data/nowhere", storage_options=options)
    with pytest.raises(DatasetError, match=r"s3://data/set/data: holds no finished dataset"):
        EpisodeDataset("s3://data/set/data", storage_options=options)


def test_damage_is_found_when_asked_for(options: dict[str, Any]) -> None:
    dataset = EpisodeDataset("s3://data/damaged", storage_options=options, verify=True)

    assert dataset[0].function_id == 1
    with pytest.raises(DatasetError, match=r"s3://data/damaged/data/train-00001-of-00002.parquet: .*sha256"):
        dataset[6]


def test_a_url_that_nobody_serves() -> None:
    with pytest.raises(DatasetError, match="gopher"):
        EpisodeDataset("gopher://data/set")


class CountingFile(io.BytesIO):
    """A file of a client, and what is asked of it."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.asked: list[tuple[int, int]] = []

    def read(self, count: int | None = -1) -> bytes:
        self.asked.append((self.tell(), count or 0))
        return super().read(count)


def test_what_a_file_asks_for() -> None:
    content = bytes(range(200))
    client = CountingFile(content)
    file = open_file(SimpleNamespace(open=lambda *_, **__: client), "file")
    assert (file.size(), file.read_at(10, 190)) == (200, content[190:])

    assert file.read_at(10, 60) == content[60:70]
    assert client.asked == [(190, 10), (60, 10)], "nothing is read ahead, and nothing kept"


def test_what_the_end_of_a_file_asks_for() -> None:
    content = bytes(range(250)) * 2000
    client = CountingFile(content)
    file = open_file(SimpleNamespace(open=lambda *_, **__: client), "file")
    size = file.size()
    assert file.read_at(1 << 16, size - (1 << 16)) == content[-(1 << 16) :]
    assert file.read_at(100_000, size - 100_000) == content[-100_000:]
    assert client.asked == [(size - (1 << 18), 1 << 18)], "more than was asked for, once"

    assert file.read_at(10, 60) == content[60:70]
    assert client.asked[1:] == [(60, 10)]


def test_another_file_system_of_fsspec(tmp_path: Path) -> None:
    """`memory://` stands for all others."""
    import fsspec

    write_episodes(tmp_path, [3])
    fsspec.filesystem("memory").put(str(tmp_path), "/set", recursive=True)

    assert [e.function_id for e in EpisodeDataset("memory://set")] == [1, 2, 3]
