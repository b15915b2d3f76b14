"""A dataset behind a URL, worked on in a local copy.

While files are replaced there is no index: a reader meets the old dataset, the new one, or none, and never a mixture.
The index is written last, when all that it names lies there. Shards whose folder is named by their dataset replace
nothing: the hosts of a run have written them there before, and those that the new index does not name go after it.

A store that is full or gone in the middle loses nothing. What replaces a file is first written beside it, to
`publishing/`, its index last. If that fails, the old dataset is whole; from then on, whoever writes next ends it.
"""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from rl4real_data.cluster.store import Store
from rl4real_data.core import interruption
from rl4real_data.core.errors import DatasetError, StoreError
from rl4real_data.episodes.file_names import INDEX_NAME, SHARD_FOLDER, SHARD_NAME, is_listed_name
from rl4real_data.episodes.index import FileEntry, parse_index, read_index

_PENDING: Final = "publishing"


@contextlib.contextmanager
def local_copy(
    url: str, *, is_written: bool = False, may_be_new: bool = False, without: str | None = None
) -> Iterator[Path]:
    """A folder with the dataset's files as long as the body runs; an empty one where there is none yet.

    `is_written`: a publication that was broken off is ended first. `without`: a split whose shards are not looked at,
    and stay where they are.

    DatasetError for one that is not there, or not what its index says.
    """
    store = Store(url)
    with tempfile.TemporaryDirectory(prefix="rl4real-data-") as name:
        folder = Path(name) / store.url.rpartition("/")[2]
        folder.mkdir()
        index = store.read_if_there(INDEX_NAME)
        pending = store.read_if_there(f"{_PENDING}/{INDEX_NAME}") if index is None or is_written else None
        if pending is not None and is_written:
            index = _end_publication(store, pending)
        elif index is not None and is_written:
            _remove_leftovers(store, index)
        if index is not None:
            _fetch(store, folder, index, without)
        elif pending is not None:
            raise DatasetError(
                f"{store}: it was being written when that was broken off",
                hint="the command that wrote it, called again, ends that; `embed` and `flow` do, too",
            )
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
    index, old = read_index(folder), _files_of(before, store)
    here = [name for name in sorted(index.files) if (folder / name).exists()]
    changed = [name for name in here if old.get(name) != index.files[name]]
    replacing = [name for name in changed if name in old and not is_apart(name)]
    try:
        for name in changed:
            interruption.check()
            store.write(f"{_PENDING}/{name}" if name in replacing else name, (folder / name).read_bytes())
        store.write(f"{_PENDING}/{INDEX_NAME}", content)
    except StoreError:
        with contextlib.suppress(StoreError):  # what stays there is replaced by the next one
            _remove_pending(store, replacing)
        raise
    store.remove(INDEX_NAME)
    for name in replacing:
        store.write(name, (folder / name).read_bytes())
    store.write(INDEX_NAME, content)
    _remove_pending(store, replacing)
    for name in sorted(old.keys() - index.files.keys()):
        store.remove(name)
    return len(changed) + 1


def _end_publication(store: Store, content: bytes) -> bytes:
    """Puts what lies in `publishing/` where it belongs; the index, which is `content`."""
    index = parse_index(content.decode(errors="replace"), path=store.url)
    store.remove(INDEX_NAME)
    replacing = []
    for name, entry in sorted(index.files.items()):
        interruption.check()
        data = store.read_if_there(f"{_PENDING}/{name}") if not is_apart(name) else None
        if data is None:
            continue
        replacing.append(name)
        if hashlib.sha256(data).hexdigest() == entry.sha256:  # else it is one of an earlier publication
            store.write(name, data)
    store.write(INDEX_NAME, content)
    _remove_pending(store, replacing)
    return content


def _remove_pending(store: Store, names: Iterable[str]) -> None:
    for name in (INDEX_NAME, *names):
        store.remove(f"{_PENDING}/{name}")


def _remove_leftovers(store: Store, index: bytes) -> None:
    """Of a publication that was broken off before its index was there, or when it was gone: nobody wants them."""
    folders = {name.rpartition("/")[0] for name in _files_of(index, store) if not is_apart(name)}
    for folder in sorted({_PENDING, *(f"{_PENDING}/{folder}" for folder in folders if folder)}):
        for name in sorted(store.names(folder)):
            if "." in name:  # else it is a folder
                store.remove(f"{folder}/{name}")


def is_apart(name: str) -> bool:
    """Whether a file's name is that of one dataset alone."""
    return bool(SHARD_FOLDER.fullmatch(name.rpartition("/")[0]))


def _files_of(index: bytes | None, store: Store) -> Mapping[str, FileEntry]:
    """Nothing of an index that cannot be read."""
    try:
        return parse_index(index.decode(), path=store.url).files if index is not None else {}
    except (DatasetError, UnicodeDecodeError):
        return {}


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
