"""A DATA_DIR on the Hugging Face Hub, read through huggingface_hub from a server on this machine."""

from __future__ import annotations

import pickle
import shutil
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow.compute as pc
import pytest
from fsspec import get_filesystem_class
from hub_server import COMMIT, Hub, running_hub
from reading_dataset import write_episodes

from rl4real_data import EpisodeDataset
from rl4real_data.core.errors import DatasetError, UsageError
from rl4real_data.episodes.schema import EPISODES

URL = "hf://datasets/owner/name"
SHARD = "train-00001-of-00002.parquet"
Open = Callable[..., EpisodeDataset]


@pytest.fixture(autouse=True)
def _quickly_and_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client's waits, 23 s a file, take no time."""
    stay_on_this_machine(monkeypatch)
    monkeypatch.setattr("huggingface_hub.utils._http.time", SimpleNamespace(sleep=lambda _: None))


def stay_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """No other name is looked up and no other machine connected to."""
    look_up, connect = socket.getaddrinfo, socket.socket.connect

    def guarded_look_up(host: Any, *rest: Any, **options: Any) -> Any:
        assert host == "127.0.0.1", f"a test asks for {host}"
        return look_up(host, *rest, **options)

    def guarded_connect(self: socket.socket, address: Any) -> None:
        assert not isinstance(address, tuple) or address[0] == "127.0.0.1", f"a test connects to {address}"
        connect(self, address)

    monkeypatch.setattr(socket, "getaddrinfo", guarded_look_up)
    monkeypatch.setattr(socket.socket, "connect", guarded_connect)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_episodes(tmp_path / "set", [5, 7])
    return tmp_path / "set"


@pytest.fixture
def hub(folder: Path) -> Iterator[Hub]:
    """A Hub with the repository `owner/name`."""
    with running_hub() as hub:
        hub.repositories["owner/name"] = folder
        yield hub
    get_filesystem_class("hf").clear_instance_cache()


@pytest.fixture
def opened(hub: Hub) -> Open:
    def opened(url: str = URL, split: str = "train", *, token: Any = False, **more: Any) -> EpisodeDataset:
        return EpisodeDataset(url, split, storage_options={"endpoint": hub.url, "token": token}, **more)

    return opened


def content(dataset: EpisodeDataset) -> list[Any]:
    """All columns of all episodes, in order, and the vectors of the nodes."""

    def plain(value: Any) -> Any:
        return [plain(each) for each in value] if isinstance(value, list) else getattr(value, "tolist", lambda: value)()

    return [
        [*(plain(getattr(episode, name)) for name in EPISODES.names), plain(episode.node_vectors())]
        for episode in dataset
    ]


def numbers(dataset: EpisodeDataset) -> list[int]:
    return [episode.function_id for episode in dataset]


@pytest.mark.parametrize("page", [1, 2, 1000])
def test_the_same_episodes_as_from_the_folder(hub: Hub, opened: Open, folder: Path, page: int) -> None:
    hub.page = page  # a listing comes in pages
    remote, local = opened(), EpisodeDataset(folder)

    assert len(remote) == 12
    assert content(remote) == content(local)
    assert content(remote.shuffle(3)) == content(local.shuffle(3)) != content(local)
    assert numbers(remote.filter(pc.field("spills") > 0)) == [5, 10]
    assert numbers(remote.shuffle(1).shard(1, 2)) == numbers(local.shuffle(1).shard(1, 2))
    assert remote[-1].allowed_registers(1).tolist() == local[-1].allowed_registers(1).tolist()


def test_verification_reads_the_same(opened: Open, folder: Path) -> None:
    assert content(opened(verify=True)) == content(EpisodeDataset(folder))


def test_opening_reads_the_index_and_nothing_else(hub: Hub, opened: Open, folder: Path) -> None:
    dataset = opened()

    assert len(dataset.shard(0, 2).select(["spills"])) == 6
    assert hub.routes() == ["info", "tree", "resolve"]
    assert hub.asked[-1].path == "/datasets/owner/name/resolve/main/dataset.json"
    assert hub.sent("resolve") == (folder / "dataset.json").stat().st_size
    assert hub.sent("info") + hub.sent("tree") < 2000


MIR = 1_200_000


@pytest.fixture
def long_shard(hub: Hub, tmp_path: Path) -> Path:
    """Of `owner/long`: four row groups of about 1.8 MB, almost all of it the column `mir` in their middle."""
    write_episodes(tmp_path / "long", [12], mir_bytes=MIR)
    hub.repositories["owner/long"] = tmp_path / "long"
    return tmp_path / "long" / "data" / "train-00000-of-00001.parquet"


FOOTER = 1 << 18
"""Bytes that are read first, from the end of a file."""


def test_one_value_costs_the_footer_and_a_column(hub: Hub, opened: Open, long_shard: Path) -> None:
    dataset = opened("hf://datasets/owner/long")
    hub.asked.clear()

    assert dataset[4].spills == 1
    assert hub.routes().count("storage") == 2
    assert FOOTER < hub.sent("storage") < FOOTER + 500 < long_shard.stat().st_size / 10


@pytest.mark.parametrize("shuffled", [False, True])
def test_a_row_group_is_one_request(hub: Hub, opened: Open, long_shard: Path, shuffled: bool) -> None:
    dataset = opened("hf://datasets/owner/long").select(["function", "mir", "node_live"])
    hub.asked.clear()
    for episode in dataset.shuffle(1) if shuffled else dataset:
        assert (len(episode.mir), len(episode.node_live), episode.function[0]) == (MIR, 3, "f")

    assert hub.routes().count("storage") == 1 + 4
    assert hub.sent("storage") < FOOTER + long_shard.stat().st_size


def test_a_revision(hub: Hub, opened: Open) -> None:
    hub.revisions = ("main", "v1", COMMIT)

    assert numbers(opened(f"{URL}@v1")) == numbers(opened(f"{URL}@{COMMIT}")) == numbers(opened())
    assert any("/resolve/v1/data/" in asked.path for asked in hub.asked)


def test_a_folder_of_a_repository(hub: Hub, opened: Open, folder: Path) -> None:
    hub.repositories["owner/name"] = folder.parent

    assert numbers(opened(f"{URL}/set")) == list(range(1, 13))


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("hf://datasets/owner/nowhere", "does not exist"),
        (f"{URL}@nowhere", "does not exist"),
        (f"{URL}/nowhere", "does not exist"),
        ("hf://datasets/owner", "does not exist"),
        (f"{URL}/data", "holds no finished dataset"),
    ],
)
@pytest.mark.parametrize("token", [False, "hf_mine"])  # the Hub says 401 to strangers, 404 to the others
def test_what_is_not_there(opened: Open, url: str, what: str, token: Any) -> None:
    with pytest.raises(DatasetError, match=rf"(?m)^{url}: {what} \(dataset.json is missing\)$") as caught:
        opened(url, token=token)

    assert "credentials" in caught.value.hint
    assert caught.value.__suppress_context__  # the client's own errors are not shown


def test_a_split_that_is_not_there(opened: Open) -> None:
    with pytest.raises(UsageError, match=rf"(?m)^{URL}: there is no split 'validation'$") as caught:
        opened(split="validation")

    assert caught.value.hint == "it has: train"


def test_a_name_that_the_hub_does_not_allow(opened: Open) -> None:
    with pytest.raises(DatasetError, match=r"^hf://datasets/owner/-name/dataset.json: .*cannot start or end with"):
        opened("hf://datasets/owner/-name")


def test_a_private_repository(hub: Hub, opened: Open) -> None:
    hub.private_token = "hf_secret"
    with pytest.raises(DatasetError, match="does not exist"):
        opened()

    dataset = opened(token="hf_secret")
    assert numbers(pickle.loads(pickle.dumps(dataset))) == list(range(1, 13))


def test_what_the_process_remembers_is_no_obstacle(hub: Hub, opened: Open, folder: Path, tmp_path: Path) -> None:
    """huggingface_hub keeps for the life of the process which repositories are missing, and how long files are."""
    with pytest.raises(DatasetError, match="does not exist"):
        opened("hf://datasets/owner/new")
    hub.repositories["owner/new"] = folder
    assert numbers(opened("hf://datasets/owner/new")) == list(range(1, 13))

    write_episodes(tmp_path / "larger", [5, 90])
    hub.repositories["owner/new"] = tmp_path / "larger"
    assert numbers(opened("hf://datasets/owner/new")) == list(range(1, 96))


@pytest.mark.parametrize("at", [0, 4, 3000])
@pytest.mark.parametrize("verify", [False, True])
def test_a_line_that_breaks_in_the_middle_of_a_shard(hub: Hub, opened: Open, at: int, verify: bool) -> None:
    hub.breaks[SHARD] = at
    dataset = opened(verify=verify)

    assert dataset[4].function_id == 5  # the other shard
    with pytest.raises(DatasetError, match=rf"^{URL}/data/{SHARD}: cannot be read \(.*peer closed connection"):
        numbers(dataset)
    with pytest.raises(DatasetError, match=rf"^{URL}/data/{SHARD}: cannot be read \(.*peer closed connection"):
        list(dataset.filter(pc.field("spills") > 0))

    hub.breaks.clear()
    assert numbers(dataset) == list(range(1, 13))  # and nothing of the half is kept


def test_a_line_that_breaks_elsewhere(hub: Hub, opened: Open) -> None:
    dataset = opened()
    hub.breaks = {"registers.parquet": 300, "dataset.json": 100}

    with pytest.raises(DatasetError, match=rf"^{URL}/registers.parquet: cannot be read \(.*peer closed"):
        _ = dataset.registers
    with pytest.raises(DatasetError, match=rf"^{URL}/dataset.json: cannot be read \(.*peer closed"):
        opened()


def test_a_shard_that_is_not_there(opened: Open, folder: Path) -> None:
    (folder / "data" / SHARD).unlink()

    with pytest.raises(DatasetError, match=rf"(?m)^{URL}/data/{SHARD}: is missing$"):
        opened()[6]


def test_a_shard_of_another_dataset(opened: Open, folder: Path, tmp_path: Path) -> None:
    """Somebody pushes to the branch that is being read."""
    dataset = opened()
    write_episodes(tmp_path / "newer", [5, 8])
    shutil.copy(tmp_path / "newer" / "data" / SHARD, folder / "data" / SHARD)

    with pytest.raises(DatasetError, match=rf"^{URL}/data/{SHARD}: cannot be read"):
        dataset[6]


@pytest.mark.parametrize(("status", "said"), [(401, "401 Unauthorized"), (403, "403 Forbidden"), (503, "503 Service")])
@pytest.mark.parametrize("route", ["info", "tree", "resolve"])
def test_a_hub_that_does_not_serve_us(hub: Hub, opened: Open, route: str, status: int, said: str) -> None:
    hub.says[route] = status

    with pytest.raises(DatasetError, match=rf"^{URL}/dataset.json: cannot be read \(.*{said}") as caught:
        opened()
    assert "storage_options" in caught.value.hint


def test_a_listing_that_is_refused_is_no_missing_shard(hub: Hub, opened: Open) -> None:
    dataset = opened()
    hub.says["tree"] = 403

    with pytest.raises(
        DatasetError, match=rf"^{URL}/data/train-00000-of-00002.parquet: cannot be read \(403 Forbidden"
    ):
        dataset[0]


def test_no_hub_at_all() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    with pytest.raises(DatasetError, match=rf"^{URL}/dataset.json: cannot be read \(.*refused"):
        EpisodeDataset(URL, storage_options={"endpoint": f"http://127.0.0.1:{port}", "token": False})


@pytest.mark.large
def test_workers_of_torch(opened: Open) -> None:
    from torch.utils.data import DataLoader

    from rl4real_data.reading.torch_episodes import TorchEpisodes

    dataset = opened().shuffle(1)
    dataset[0]  # opens a connection in the parent
    loader = DataLoader(TorchEpisodes(dataset, number_of), batch_size=None, num_workers=2, timeout=60)

    assert sorted(loader) == list(range(1, 13))


def number_of(episode: Any) -> int:
    return int(episode.function_id)


def test_another_interpreter(hub: Hub, opened: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The dataset is pickled, and `HF_ENDPOINT` is all that a user of another Hub must set."""
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))  # nobody's token
    dataset = opened()
    with ProcessPoolExecutor(1, get_context("spawn")) as interpreter:
        pickled, by_environment = interpreter.submit(read_there, dataset).result(timeout=60)

    assert pickled == by_environment == list(range(1, 13))


def read_there(dataset: EpisodeDataset) -> tuple[list[int], list[int]]:
    stay_on_this_machine(pytest.MonkeyPatch())
    return numbers(dataset), numbers(EpisodeDataset(URL))


def test_an_episode_travels(opened: Open) -> None:
    assert pickle.loads(pickle.dumps(opened()[6])).node_vectors().tolist() == opened()[6].node_vectors().tolist()
