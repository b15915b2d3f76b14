"""A split of a DATA_DIR, opened.

Its index is read, its shards and tables are not.
"""

from __future__ import annotations

import functools
import hashlib
import pickle
from dataclasses import dataclass
from typing import Final

from rl4real_data.core.errors import DatasetError, UsageError
from rl4real_data.episodes.file_names import INDEX_NAME, SHARD_NAME
from rl4real_data.episodes.index import DatasetIndex, parse_index
from rl4real_data.reading.shard_files import Address, ShardFiles
from rl4real_data.reading.storage import Storage
from rl4real_data.reading.tables import Tables

_MAKE_ONE: Final = "make one with `rl4real-data flow x86 train mlra --data-dir …`"
_LOOK_AGAIN: Final = (
    "check the URL; what is private looks missing without credentials: `storage_options`, for hf:// {'token': …}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What all views of a split share."""

    storage: Storage
    index: DatasetIndex
    split: str
    files: ShardFiles
    tables: Tables

    def reopened(self) -> Source:
        """The same with nothing open, for another process: no connection of fsspec's survives a fork."""
        return _source_of(
            Storage(self.storage.root, self.storage.options), self.index, self.split, verify=self.files.verify
        )


def open_split(storage: Storage, split: str, *, verify: bool) -> Source:
    """Reads the index, as it is now. DatasetError without one, UsageError for a split that it does not have."""
    return _source_of(storage, read_index_of(storage), split, verify=verify)


@functools.lru_cache(maxsize=8)
def source_at(address: Address) -> Source:
    """The split that an episode came from, opened once in this process. DatasetError if it was made anew meanwhile."""
    source = open_split(Storage(address.root, pickle.loads(address.options)), address.split, verify=address.verify)
    if source.files.address.version != address.version:
        raise DatasetError(
            f"{source.storage}: is another version of the dataset than the one that the episode is from",
            hint="open the dataset again, and take the episodes from there",
        )
    return source


def _source_of(storage: Storage, index: DatasetIndex, split: str, *, verify: bool) -> Source:
    names = sorted(name for name in index.files if (found := SHARD_NAME.fullmatch(name)) and found["split"] == split)
    if split not in index.splits or not names:
        raise UsageError(f"{storage}: there is no split {split!r}", hint=f"it has: {', '.join(sorted(index.splits))}")
    address = Address(
        root=storage.root,
        options=pickle.dumps(storage.options),
        split=split,
        version=_version_of(index),
        verify=verify,
    )
    files = ShardFiles(storage, names, index, address)
    return Source(storage=storage, index=index, split=split, files=files, tables=Tables(storage, index, verify=verify))


def _version_of(index: DatasetIndex) -> str:
    digests = "".join(f"{name} {entry.sha256}\n" for name, entry in sorted(index.files.items()))
    return hashlib.sha256(digests.encode()).hexdigest()


def read_index_of(storage: Storage) -> DatasetIndex:
    """`dataset.json`; DatasetError if it is missing or damaged."""
    storage.refresh()
    try:
        text = storage.read(INDEX_NAME).decode()
    except FileNotFoundError:
        what = "holds no finished dataset" if storage.is_folder() else "does not exist"
        raise DatasetError(
            f"{storage}: {what} ({INDEX_NAME} is missing)", hint=_MAKE_ONE if storage.is_local else _LOOK_AGAIN
        ) from None
    except UnicodeDecodeError as error:
        raise storage.unreadable(INDEX_NAME, error) from error
    return parse_index(text, path=storage.path_of(INDEX_NAME))
