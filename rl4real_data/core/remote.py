"""Files behind a URL.

All that is asked of fsspec's client libraries, and one kind of error for what they raise.

Each client has errors of its own (httpx for `hf://`, aiohttp and botocore for `s3://`), most of them no OSErrors, and
they have no base in common.
"""

from __future__ import annotations

import contextlib
import os
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pyarrow as pa

from rl4real_data.core.errors import DatasetError, MissingExtra
from rl4real_data.core.extras import install_command, required_by

_INSTALL: Final = (
    f"{install_command('remote')} brings the packages for s3://, hf:// and http://; other kinds of URL need their own, "
    "such as gcsfs for gs://"
)
_FOOTER: Final = 1 << 16
"""Bytes that Arrow asks for first, at the end of a file, where it expects the footer."""
_TAIL: Final = 1 << 18
"""Bytes that are read then: the footer of a shard has 0.1 MB, and a second request takes longer than they."""
_LONGEST: Final = 300
"""Characters of a client's message: some quote the page that the server sent."""


@contextlib.contextmanager
def client_errors() -> Iterator[None]:
    """Whatever a client raises inside becomes an OSError of one line; FileNotFoundError stays what it is."""
    try:
        yield
    except FileNotFoundError:
        raise
    except Exception as error:  # the boundary: nothing but calls of a client library stands inside
        said = getattr(error, "strerror", None) or str(error)  # an OSError's text would begin with "[Errno 5]"
        unsaid = "no answer" if isinstance(error, TimeoutError) else type(error).__name__
        raise OSError(textwrap.shorten(said, _LONGEST, placeholder=" …") or unsaid) from error


def file_system_of(url: str, options: Mapping[str, Any], *, what: str = "reading a URL") -> tuple[Any, str]:
    """fsspec's file system, and its path of the URL. ValueError for a kind of URL that nobody knows, MissingExtra if
    its package is not installed, which `what` needs.
    """
    with required_by(what, extra="remote"):
        import fsspec  # type: ignore[import-untyped]
    try:
        file_system, path = fsspec.core.url_to_fs(url, **options)
    except ImportError as error:
        raise MissingExtra(f"{url}: {error}", hint=_INSTALL) from error
    return file_system, str(path)


class RemoteFolder:
    """The folder at `url`; `options` go to its fsspec file system. DatasetError for a
    kind of URL that nobody knows, MissingExtra if its package is not installed.
    """

    def __init__(self, url: str, options: Mapping[str, Any]) -> None:
        try:
            self._file_system, self.path = file_system_of(url, options)
        except ValueError as error:
            raise DatasetError(f"{url}: {error}", hint="check the URL and `storage_options`") from error

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

    def open(self, name: str) -> pa.PythonFile:
        """A file for random access; errors as `read`."""
        return open_file(self._file_system, f"{self.path}/{name}")


def open_file(file_system: Any, path: str) -> pa.PythonFile:
    """FileNotFoundError if there is none, any other OSError if it cannot be had. Each read is one request."""
    with client_errors():
        # fsspec would read 5 MB on (50 MB from S3) each time, and forget them when the next read is not behind them
        return pa.PythonFile(_Reader(file_system.open(path, mode="rb", cache_type="none")), mode="r")


class _Reader:
    """What Arrow's PythonFile needs of a Python file."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._position = 0
        self._size = -1  # until somebody asks where the end is
        self._tail = b""

    def read(self, count: int = -1) -> bytes:
        if count == _FOOTER and self._position + count == self._size:
            self._tail = self._read(max(0, self._size - _TAIL), _TAIL)
        place = self._position - (self._size - len(self._tail))
        if self._tail and place >= 0:
            piece = self._tail[place : place + count if count >= 0 else None]
        else:
            piece = self._read(self._position, count)
        self._position += len(piece)
        return piece

    def _read(self, position: int, count: int) -> bytes:
        with client_errors():
            self._file.seek(position)
            return bytes(self._file.read(count))

    def seek(self, offset: int, whence: int = 0) -> int:
        assert whence in (os.SEEK_SET, os.SEEK_END), "Arrow knows where it is"
        if whence == os.SEEK_END:
            with client_errors():
                offset = self._size = int(self._file.seek(offset, whence))
        self._position = offset
        return offset

    def tell(self) -> int:
        return self._position

    def close(self) -> None:
        self._file.close()

    @property
    def closed(self) -> bool:
        return bool(self._file.closed)
