"""A dataset behind a URL, worked on in a local copy.

While files are replaced there is no index: a reader meets the old dataset, the new one, or none, and never a mixture.
The index is written last, when all that it names lies there. Shards whose folder is named by their dataset replace
nothing: the hosts of a run have written them there before, and those that the new index does not name go after it.
"""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rl4real_data.cluster.store import Store
from rl4real_data.core import interruption
from rl4real_data.core.errors import DatasetError
from rl4real_data.episodes.file_names import INDEX_NAME, SHARD_FOLDER, SHARD_NAME, is_listed_name
from rl4real_data.episodes.index import DatasetIndex, parse_index, read_index


@contextlib.contextmanager
def local_copy(url: str, *, may_be_new: bool = False, without: str | None = None) -> Iterator[Path]:
    """A folder with the dataset's files as long as the body runs; an empty one where there is none yet.

    `without`: a split whose shards are not looked at, and stay where they are.

    DatasetError for one that is not there, or not what its index says.
    """
    store = Store(url)
    with tempfile.TemporaryDirectory(prefix="rl4real-data-") as name:
        folder = Path(name) / store.url.rpartition("/")[2]
        folder.mkdir()
        index = store.read_if_there(INDEX_NAME)
        if index is not None:
            _fetch(store, folder, index, without)
        elif not may_be_new:
            raise DatasetError(f"{store}: there is no {INDEX_NAME}", hint="check the URL; `flow` makes a dataset there")
        yield folder


def publish_copy(folder: Path, url: str) -> int:
    """Makes the files of the local copy those behind the URL; how many had to be written."""
    store = Store(url)
    content = (folder / INDEX_NAME).read_bytes()
    before = store.read_if_there(INDEX_NAME)
    if before == content:
        return 0
    index = read_index(folder)
    here = [name for name in sorted(index.files) if (folder / name).exists()]
    apart = [name for name in here if is_apart(name)]
    for name in apart:
        interruption.check()
        store.write(name, (folder / name).read_bytes())
    store.remove(INDEX_NAME)
    for name in sorted({*here} - {*apart}):
        interruption.check()
        store.write(name, (folder / name).read_bytes())
    store.write(INDEX_NAME, content)
    _remove_old(store, before, index)
    return len(here) + 1


def is_apart(name: str) -> bool:
    """Whether a file's name is that of one dataset alone."""
    return bool(SHARD_FOLDER.fullmatch(name.rpartition("/")[0]))


def _remove_old(store: Store, before: bytes | None, index: DatasetIndex) -> None:
    """Deletes what only the index of before names."""
    try:
        old = parse_index(before.decode(), path=store.url).files if before is not None else {}
    except (DatasetError, UnicodeDecodeError):
        return
    for name in sorted(old.keys() - index.files.keys()):
        store.remove(name)


def _fetch(store: Store, folder: Path, index: bytes, without: str | None) -> None:
    (folder / INDEX_NAME).write_bytes(index)
    for name, entry in read_index(folder).files.items():
        interruption.check()
        assert is_listed_name(name), "an index with another name is refused"
        shard = SHARD_NAME.fullmatch(name)
        if shard is not None and shard["split"] == without:
            continue
        try:
            content = store.read(name)
        except FileNotFoundError as error:
            raise DatasetError(f"{store}/{name}: is missing", hint="let `flow` write it anew") from error
        if hashlib.sha256(content).hexdigest() != entry.sha256:
            raise DatasetError(
                f"{store}/{name}: damaged: its sha256 is not the one in {INDEX_NAME}", hint="let `flow` write it anew"
            )
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
