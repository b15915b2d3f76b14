"""A folder behind a URL: all that is asked of fsspec's client libraries, and one kind of error for what they raise.

Each client has errors of its own (httpx for `hf://`, aiohttp and botocore for `s3://`), most of them no OSErrors, and
they have no base in common.
"""

from __future__ import annotations

import contextlib
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pyarrow as pa
import pyarrow.fs as arrow_fs

from rl4real_data.errors import DatasetError

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
        raise OSError(textwrap.shorten(str(error), _LONGEST, placeholder=" …") or type(error).__name__) from error


class RemoteFolder:
    """The folder at `url`; `options` go to its fsspec file system. DatasetError if there is no package for it."""

    def __init__(self, url: str, options: Mapping[str, Any]) -> None:
        try:
            import fsspec  # type: ignore[import-untyped]
        except ImportError as error:
            raise DatasetError(
                f"{url}: reading a URL needs fsspec", hint="pip install 'rl4real-data[remote]'"
            ) from error
        try:
            self._file_system, self.path = fsspec.core.url_to_fs(url, **options)
        except (ImportError, ValueError) as error:
            raise DatasetError(
                f"{url}: {error}",
                hint="each kind of URL needs its own package: s3fs for s3://, gcsfs for gs://, huggingface_hub for hf://",
            ) from error

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


class _Handler(arrow_fs.FSSpecHandler):  # type: ignore[misc]
    """Opens a file without asking `isfile` first, which takes every failure for a no."""

    def open_input_file(self, path: str) -> pa.NativeFile:
        with client_errors():
            return pa.PythonFile(_File(self.fs.open(path, mode="rb")), mode="r")


class _File:
    """A file of a client, as Arrow's PythonFile reads it."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def read(self, count: int = -1) -> bytes:
        with client_errors():
            return bytes(self._file.read(count))

    def seek(self, offset: int, whence: int = 0) -> int:
        with client_errors():
            return int(self._file.seek(offset, whence))

    def tell(self) -> int:
        return int(self._file.tell())

    def close(self) -> None:
        self._file.close()

    @property
    def closed(self) -> bool:
        return bool(self._file.closed)
