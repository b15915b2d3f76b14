"""The place of a DATA_DIR.

A local folder, or a folder of object storage that fsspec reaches.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from rl4real_data.core import interruption
from rl4real_data.core.errors import DatasetError
from rl4real_data.core.open_folder import OpenFolder
from rl4real_data.core.remote import RemoteFolder
from rl4real_data.episodes.index import MAX_BYTES, FileEntry
from rl4real_data.episodes.shards import arrow_file, reason_of

_SCHEME: Final = "://"
_HINT: Final = "`rl4real-data validate` lists all that is damaged; copy the file again, or let `flow` write it anew"
_REMOTE_HINT: Final = (
    "check the connection and the credentials (`storage_options`); "
    "of a copy in a local folder, `rl4real-data validate` lists all that is damaged"
)


class Storage:
    """The files below one folder. Can be pickled; the connection is made anew in the other process.

    `data_dir` is a path, or an fsspec URL such as `s3://bucket/folder` or `hf://datasets/owner/name`; `options` go to
    the URL's fsspec file system.
    """

    def __init__(self, data_dir: str | os.PathLike[str], options: Mapping[str, Any] | None = None) -> None:
        text = os.fspath(data_dir)
        if text.startswith("file://"):
            text = text.removeprefix("file://")
        self.is_local: Final = _SCHEME not in text
        self.root: Final = str(Path(text).expanduser()) if self.is_local else text.rstrip("/")
        self.options: Final = dict(options or {})

    def __reduce__(self) -> tuple[Any, ...]:
        return Storage, (self.root, self.options)

    def __str__(self) -> str:
        return self.root

    @property
    def _hint(self) -> str:
        return _HINT if self.is_local else _REMOTE_HINT

    def path_of(self, name: str) -> str:
        """Full path or URL of a file of the dataset, as a person reads it."""
        return f"{self.root}/{name}"

    @cached_property
    def _remote(self) -> RemoteFolder:
        return RemoteFolder(self.root, self.options)

    def refresh(self) -> None:
        """Forgets what is known of the folder, which may have changed since this process last read it."""
        if not self.is_local:
            self._remote.refresh()

    def is_folder(self) -> bool:
        """Whether the folder is there."""
        if self.is_local:
            return Path(self.root).is_dir()
        return self._remote.is_folder()

    def open(self, name: str) -> pa.NativeFile:
        """A file for random access. DatasetError, with its name, if there is none."""
        try:
            if self.is_local:
                with OpenFolder(Path(self.root)) as folder, folder.opened(name) as descriptor:
                    return arrow_file(descriptor)
            return self._remote.open(name)
        except FileNotFoundError as error:
            raise DatasetError(f"{self.path_of(name)}: is missing", hint=self._hint) from error
        except OSError as error:
            raise self.unreadable(name, error) from error

    def read(self, name: str) -> bytes:
        """All of a small file. FileNotFoundError if there is none; DatasetError if it cannot be read."""
        try:
            if self.is_local:
                with OpenFolder(Path(self.root)) as folder:
                    return folder.read(name, at_most=MAX_BYTES)
            return self._remote.read(name)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise self.unreadable(name, error) from error

    def compare(self, stream: pa.NativeFile, entry: FileEntry) -> None:
        """ValueError unless the open file, of which all is read, is the one of the index; OSError if it cannot be."""
        digest = hashlib.sha256()
        size = 1 << 20 if self.is_local else 1 << 24  # a request each
        while piece := stream.read(size):
            interruption.check()
            digest.update(piece)
        if digest.hexdigest() != entry.sha256:
            raise ValueError("damaged: its sha256 is not the one in dataset.json")
        stream.seek(0)

    def unreadable(self, name: str, error: BaseException) -> DatasetError:
        """The error that names a file and says in one line what is wrong with it."""
        return DatasetError(f"{self.path_of(name)}: cannot be read ({reason_of(error)})", hint=self._hint)
