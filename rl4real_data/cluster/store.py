"""The store of a run.

A folder that all hosts reach, on a shared disk or in a bucket.

A file appears whole or not at all. What a client library raises becomes a `StoreError` that names the store.
"""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from rl4real_data.core.atomic_files import publish
from rl4real_data.core.errors import StoreError
from rl4real_data.core.remote import client_errors, file_system_of

_S3: Final[dict[str, Any]] = {
    "config_kwargs": {"connect_timeout": 10, "read_timeout": 13, "retries": {"max_attempts": 6, "mode": "standard"}}
}
"""A link that is cut for a minute, or a store that is away for some seconds, costs time and nothing else."""
_TRIES: Final = 1
"""s3fs's own (5), each of which is botocore's seven. A host whose link is cut for good must say so before its batch
counts as one that hangs, or nobody reads why."""
_SILENT_S: Final = 120.0
"""After which a store that says nothing is given up: the tries, and the pauses between them."""
_SLOWEST: Final = 100e3
"""Bytes a second that a link must carry."""
_SCHEME: Final = "://"
_ASKS_ANEW: Final = {"skip_instance_cache": True, "use_listings_cache": False}
"""Others write there meanwhile."""


class Store:
    """The folder at `url`, a path or an fsspec URL; MissingExtra for one whose package is not installed."""

    def __init__(self, url: str) -> None:
        text = url.removeprefix("file://")
        if not text.partition(_SCHEME)[2 if _SCHEME in text else 0].strip("/"):
            raise StoreError(f"{url!r}: names no folder and no bucket", hint="such as s3://bucket/run, or /shared/run")
        self.url: Final = text.rstrip("/") if _SCHEME in text else str(Path(text).expanduser().absolute())
        self._remote: Any = None
        if _SCHEME in text:
            self._remote, self._root = _open(self.url)

    def __str__(self) -> str:
        return self.url

    def read(self, name: str) -> bytes:
        """All of a file. FileNotFoundError if there is none."""
        with self._errors(f"cannot read {name}"):
            if self._remote is None:
                return Path(self.url, name).read_bytes()
            with client_errors():
                return bytes(self._remote.cat_file(f"{self._root}/{name}"))

    def read_range(self, name: str, begin: int, size: int) -> bytes:
        """That much of a file, or less if it ends before. FileNotFoundError if there is none."""
        with self._errors(f"cannot read {name}"):
            if self._remote is None:
                with Path(self.url, name).open("rb") as stream:
                    stream.seek(begin)
                    return stream.read(size)
            with client_errors():
                return bytes(self._remote.cat_file(f"{self._root}/{name}", start=begin, end=begin + size))

    def read_if_there(self, name: str) -> bytes | None:
        try:
            return self.read(name)
        except FileNotFoundError:
            return None

    def write(self, name: str, data: bytes) -> None:
        """Replaces what was there."""
        with self._errors(f"cannot write {name}"):
            if self._remote is not None:
                # aiohttp waits without an end for the server to want what is written
                limit = {"timeout": _SILENT_S + len(data) / _SLOWEST} if self._remote.async_impl else {}
                with client_errors():
                    self._remote.pipe_file(f"{self._root}/{name}", data, **limit)
                return
            path = Path(self.url, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            with publish(path) as draft:
                draft.write_bytes(data)

    def remove(self, name: str) -> None:
        """Does nothing where there is none."""
        with self._errors(f"cannot delete {name}"), contextlib.suppress(FileNotFoundError):
            if self._remote is None:
                Path(self.url, name).unlink()
                return
            with client_errors():
                self._remote.rm_file(f"{self._root}/{name}")

    def names(self, folder: str) -> frozenset[str]:
        """Of the files in one folder; none if it is not there."""
        with self._errors(f"cannot list {folder}"):
            try:
                if self._remote is None:
                    return frozenset(path.name for path in Path(self.url, folder).iterdir() if path.name[0] != ".")
                with client_errors():
                    found = self._remote.ls(f"{self._root}/{folder}", detail=False)
            except FileNotFoundError:
                return frozenset()
            return frozenset(str(path).rpartition("/")[2] for path in found) - {""}

    @contextlib.contextmanager
    def _errors(self, what: str) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            if error.errno == errno.ENOENT or what.startswith("cannot read"):
                raise
            raise self._error(what, error) from error
        except OSError as error:
            raise self._error(what, error) from error

    def _error(self, what: str, error: OSError) -> StoreError:
        return StoreError(f"{self.url}: {what}: {error.strerror or error}")


def _open(url: str) -> tuple[Any, str]:
    options = {**_ASKS_ANEW, **(_S3 if url.startswith(("s3://", "s3a://")) else {})}
    try:
        file_system, root = file_system_of(url, options, what="a store behind a URL")
    except ValueError as error:
        raise StoreError(f"{url}: {error}") from error
    if hasattr(file_system, "retries"):
        file_system.retries = _TRIES
    return file_system, root
