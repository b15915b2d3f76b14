"""A Parquet file of bitcode as the ComPile dataset has it.

A row is a module, or a file with several, and has a licence of its own. The file lies on a disk or behind a URL.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from rl4real_data.core.errors import SourceError, UsageError
from rl4real_data.core.remote import client_errors, file_system_of, open_file
from rl4real_data.corpus.cache import Cache
from rl4real_data.corpus.module import Corpus
from rl4real_data.corpus.paths.bitcode_rows import RowError, problem_with, read_rows
from rl4real_data.corpus.paths.path_corpus import check_names, make_corpus
from rl4real_data.corpus.paths.row_range import RowRange, split_rows
from rl4real_data.corpus.sources.extraction import Extracted, extract, extract_remote
from rl4real_data.corpus.web import without_login

_URL: Final = re.compile(r"[a-z][a-z0-9+.-]*://.+", re.IGNORECASE)
_STATE: Final = ("ETag", "etag", "LastModified", "last_modified", "mtime", "md5", "sha256", "blob_id", "generation")
"""What servers tell of a file's state, in fsspec's words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundParquet:
    """The modules in `rows` of the file `file`; `language` and the row's number make a module's name."""

    file: Path
    rows: RowRange

    @property
    def path(self) -> Path:
        """Other rows are another corpus."""
        return self.file if self.rows.is_all else self.file.with_name(f"{self.file.name}{self.rows}")

    @property
    def name(self) -> str:
        return self.file.stem

    def corpus(self, name: str, cache: Cache) -> Corpus:
        """See `Found`."""
        which = "" if self.rows.is_all else str(self.rows)
        root, modules = extract(self.file, "parquet", cache, self._read, which=which)
        return make_corpus(name, root, modules)

    def _read(self, path: Path) -> Iterator[Extracted]:
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            with pq.ParquetFile(path, memory_map=True) as file:
                yield from read_rows(file, self.rows, file_bytes=path.stat().st_size)
        except RowError as error:
            raise SourceError(f"{path}: {error}") from error
        except (pa.ArrowException, OSError) as error:
            raise SourceError(f"{path}: cannot be read: {_first_line(error)}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteParquet:
    """The same of the file at `url`, which fsspec reaches."""

    url: str
    rows: RowRange

    @property
    def word(self) -> str:
        """What stands for it after `--corpus`."""
        return self.url if self.rows.is_all else f"{self.url}{self.rows}"

    @property
    def told(self) -> str:
        """The same without what only its user should know: logins, and the signatures that stand behind a `?`."""
        url = without_login(self.url).partition("?")[0]
        return url if self.rows.is_all else f"{url}{self.rows}"

    @property
    def path(self) -> Path:
        """No path that there is: two words with the same one are the same corpus."""
        return Path(self.word)

    @property
    def name(self) -> str:
        return PurePosixPath(self.url.partition("?")[0]).stem

    def corpus(self, name: str, cache: Cache) -> Corpus:
        """See `Found`. SourceError if the file cannot be had, or is none of modules."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        shown = self.told
        try:
            file_system, place = file_system_of(self.url, {})
            with client_errors():
                told = file_system.info(place)
            with pq.ParquetFile(open_file(file_system, place), pre_buffer=True) as file:
                problem, hint = problem_with(file)
                if problem:
                    raise SourceError(f"{shown} {problem}", hint=hint)
                if not self.rows.within(file.metadata.num_rows):
                    raise SourceError(f"{shown} names no rows of the {file.metadata.num_rows:,} that there are")
                size = int(told.get("size") or 0)
                root, modules = extract_remote(
                    (self.word, str(size), *_state(told), _footer(file)),
                    "parquet",
                    cache,
                    lambda: read_rows(file, self.rows, file_bytes=size),
                )
        except ValueError as error:  # among them RowError, and pa.ArrowInvalid
            raise SourceError(f"{shown}: {_first_line(error)}") from error
        except InterruptedError:
            raise
        except FileNotFoundError as error:
            raise SourceError(f"{shown}: there is no such file", hint="check the URL, and who may read it") from error
        except (pa.ArrowException, OSError) as error:
            raise SourceError(f"{shown}: cannot be read: {_first_line(error)}") from error
        return make_corpus(name, root, modules)


def find_remote(word: str) -> RemoteParquet | None:
    """What a URL stands for, None for a word that is none. UsageError for rows that are none."""
    if not _URL.fullmatch(word):
        return None
    url, rows = split_rows(word)
    found = RemoteParquet(url=url, rows=rows)
    check_names(Path(word), (found.name,))
    return found


def find_parquet(path: Path, rows: RowRange) -> FoundParquet:
    """The file, if it has ComPile's columns; UsageError else."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    real = path.resolve()
    try:
        with pq.ParquetFile(real) as file:
            problem, hint = problem_with(file)
            count = file.metadata.num_rows
    except (pa.ArrowException, OSError) as error:
        raise UsageError(f"{path} is no Parquet file that can be read: {_first_line(error)}") from error
    if problem:
        raise UsageError(f"{path} {problem}", hint=hint)
    if not rows.within(count):
        raise UsageError(f"{path}{rows} names no rows of the {count:,} that there are")
    check_names(path, (real.stem,))
    return FoundParquet(file=real, rows=rows)


def _state(told: dict[str, Any]) -> Iterator[str]:
    """What the server says of the file's state."""
    return (f"{key}={told[key]}" for key in _STATE if told.get(key))


def _footer(file: Any) -> str:
    """The places, sizes and statistics of all that is in the file."""
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    file.metadata.write_metadata_file(sink)
    return hashlib.sha256(sink.getvalue()).hexdigest()


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
