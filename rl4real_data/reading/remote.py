"""A folder behind a URL.

All that is asked of fsspec's client libraries, and one kind of error for what they raise.

Each client has errors of its own (httpx for `hf://`, aiohttp and botocore for `s3://`), most of them no OSErrors, and
they have no base in common.
"""

from __future__ import annotations

import contextlib
import os
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import pyarrow as pa
import pyarrow.fs as arrow_fs

from rl4real_data.core.errors import DatasetError, MissingExtra
from rl4real_data.core.extras import install_command, required_by

_INSTALL: Final = (
    f"{install_command('remote')} brings the packages for s3://, hf:// and http://; other kinds of URL need their own, "
    "such as gcsfs for gs://"
)
_LONGEST: Final = 300
"""Characters of a client's message: some quote the page that the server sent."""
_GAP: Final = 1 << 20
"""Bytes that are sooner read than skipped: at 10 to 100 MB/s they take 10 to 100 ms, a request of its own as long."""


@contextlib.contextmanager
def client_errors() -> Iterator[None]:
    """Whatever a client raises inside becomes an OSError of one line; FileNotFoundError stays what it is."""
    try:
        yield
    except FileNotFoundError:
        raise
    except Exception as error:  # the boundary: nothing but calls of a client library stands inside
        raise OSError(textwrap.shorten(str(error), _LONGEST, placeholder=" …") or type(error).__name__) from error


class RemoteFolder:
    """The folder at `url`; `options` go to its fsspec file system. DatasetError for a
    kind of URL that nobody knows, MissingExtra if its package is not installed.
    """

    def __init__(self, url: str, options: Mapping[str, Any]) -> None:
        with required_by("reading a URL", extra="remote"):
            import fsspec  # type: ignore[import-untyped]
        try:
            self._file_system, self.path = fsspec.core.url_to_fs(url, **options)
        except ImportError as error:
            raise MissingExtra(f"{url}: {error}", hint=_INSTALL) from error
        except ValueError as error:
            raise DatasetError(f"{url}: {error}", hint="check the URL and `storage_options`") from error

    def arrow(self) -> arrow_fs.FileSystem:
        """The file system in which `path` is the folder's, for Arrow."""
        return arrow_fs.PyFileSystem(_Handler(self._file_system))

    def refresh(self) -> None:
        """Forgets what was listed: fsspec keeps that for the life of the process, sizes and missing folders too."""
        with client_errors():
            self._file_system.invalidate_cache()

    def is_folder(self) -> bool:
        """Whether the folder is there; no if the client cannot tell, or cannot make sense of the URL."""
        with contextlib.suppress(OSError), client_errors():
            return bool(self._file_system.isdir(self.path))
        return False

    def read(self, name: str) -> bytes:
        """All of a file. FileNotFoundError if there is none, any other OSError if it cannot be read."""
        with client_errors():
            return bytes(self._file_system.cat_file(f"{self.path}/{name}"))

    def open(self, name: str) -> RemoteFile:
        """A file for random access; errors as `read`."""
        return open_file(self._file_system, f"{self.path}/{name}")


class _Handler(arrow_fs.FSSpecHandler):  # type: ignore[misc]
    """Opens a file without asking `isfile` first, which takes every failure for a no."""

    def open_input_file(self, path: str) -> RemoteFile:
        return open_file(self.fs, path)


def open_file(file_system: Any, path: str) -> RemoteFile:
    """FileNotFoundError if there is none, any other OSError if it cannot be had."""
    with client_errors():
        # fsspec would read 5 MB on (50 MB from S3) each time, and forget them when the next read is not behind them
        reader = _Reader(file_system.open(path, mode="rb", cache_type="none"))
    return RemoteFile(reader, mode="r")


class RemoteFile(pa.PythonFile):  # type: ignore[misc]
    """A file of a client. Each read is one request for just these bytes, but for what was fetched before."""

    def __init__(self, reader: _Reader, mode: str) -> None:  # noqa: ARG002 - PythonFile's __new__ takes both
        super().__init__()
        self._reader = reader

    @contextlib.contextmanager
    def fetched(self, ranges: Iterable[tuple[int, int]]) -> Iterator[None]:
        """Inside, these [first, last) bytes are in memory; those that lie near each other came together."""
        try:
            self._reader.fetch(near_together(ranges))
            yield
        finally:
            self._reader.fetched.clear()


class _Reader:
    """What Arrow's PythonFile needs of a Python file."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._position = 0
        self.fetched: list[tuple[int, bytes]] = []

    def fetch(self, ranges: Iterable[tuple[int, int]]) -> None:
        self.fetched += [(first, self._request(first, last - first)) for first, last in ranges]

    def read(self, count: int = -1) -> bytes:
        begin = self._position
        piece = self._fetched(begin, count) if count >= 0 else None
        if piece is None:
            piece = self._request(begin, count)
        self._position = begin + len(piece)
        return piece

    def _fetched(self, begin: int, count: int) -> bytes | None:
        for first, content in self.fetched:
            if first <= begin and begin + count <= first + len(content):
                return content[begin - first : begin - first + count]
        return None

    def _request(self, begin: int, count: int) -> bytes:
        with client_errors():
            self._file.seek(begin)
            return bytes(self._file.read(count))

    def seek(self, offset: int, whence: int = 0) -> int:
        assert whence in (os.SEEK_SET, os.SEEK_END), "Arrow knows where it is"
        if whence == os.SEEK_END:
            with client_errors():
                offset = int(self._file.seek(offset, whence))
        self._position = offset
        return offset

    def tell(self) -> int:
        return self._position

    def close(self) -> None:
        self._file.close()

    @property
    def closed(self) -> bool:
        return bool(self._file.closed)


def near_together(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The ranges in order, those joined that lie at most `_GAP` bytes apart."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if joined and first - joined[-1][1] <= _GAP:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined
