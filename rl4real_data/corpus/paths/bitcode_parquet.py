"""A Parquet file of bitcode as the ComPile dataset has it.

A row is a module, or a file with several, and has a licence of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, Final

from rl4real_data.core import interruption
from rl4real_data.core.errors import SourceError, UsageError
from rl4real_data.corpus.cache import Cache
from rl4real_data.corpus.license import license_problem, read_license
from rl4real_data.corpus.module import Corpus
from rl4real_data.corpus.paths.contained_modules import read_bytes
from rl4real_data.corpus.paths.path_corpus import UNKNOWN_LICENSE, check_names, make_corpus
from rl4real_data.corpus.sources.extraction import Extracted, extract

_CONTENT, _LICENSE, _LANGUAGE = "content", "license_expression", "language"
_ROWS_AT_ONCE: Final = 16
"""The largest modules of ComPile have tens of megabytes."""

_MOST_RATIO: Final = 200
_JUDGED_FROM_BYTES: Final = 64 << 20
"""Of bitcode, compression leaves a third."""

_LONGEST_LANGUAGE: Final = 32
_UNSAFE: Final = re.compile(r"[^a-z0-9+]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundParquet:
    """The modules in the file `path`; `language` and the row's number make a module's name."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.stem

    def corpus(self, name: str, cache: Cache) -> Corpus:
        root, modules = extract(self.path, "parquet", cache, _read_rows)
        return make_corpus(name, root, modules)


def find_parquet(path: Path) -> FoundParquet:
    """The file, if it has ComPile's columns; UsageError else."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    real = path.resolve()
    try:
        with pq.ParquetFile(real) as file:
            schema, rows = file.schema_arrow, file.metadata.num_rows
    except (pa.ArrowException, OSError) as error:
        raise UsageError(f"{path} is no Parquet file that can be read: {str(error).splitlines()[0]}") from error
    missing = [column for column in (_CONTENT, _LICENSE, _LANGUAGE) if column not in schema.names]
    if missing:
        raise UsageError(
            f"{path} is no file of modules: it has no column {', '.join(missing)} (it has {', '.join(schema.names)})",
            hint=f"ComPile's files have {_CONTENT}, {_LICENSE} and {_LANGUAGE}",
        )
    kind = schema.field(_CONTENT).type
    if not (pa.types.is_binary(kind) or pa.types.is_large_binary(kind)):
        raise UsageError(f"{path}: the column {_CONTENT} must hold bytes, not {kind}")
    if not rows:
        raise UsageError(f"{path} holds no module: it has no row")
    check_names(path, (real.stem,))
    return FoundParquet(path=real)


def _read_rows(path: Path) -> Iterator[Extracted]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = total_bytes = 0
    most_bytes = max(_JUDGED_FROM_BYTES, _MOST_RATIO * path.stat().st_size)
    try:
        with pq.ParquetFile(path, memory_map=True) as file:
            batches: Iterable[Any] = file.iter_batches(_ROWS_AT_ONCE, columns=[_CONTENT, _LICENSE, _LANGUAGE])
            for batch in batches:
                interruption.check()
                for row in batch.to_pylist():
                    for module in _modules(number, row):
                        total_bytes += len(module.content)
                        if total_bytes > most_bytes:
                            what = f"more than {_MOST_RATIO} times the file's bytes"
                            raise SourceError(f"{path}: its modules have {what}")
                        yield module
                    number += 1
    except InterruptedError:
        raise
    except (pa.ArrowException, OSError, ValueError) as error:  # ValueError: a text that is no UTF-8
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise SourceError(f"{path}: row {number} cannot be read: {reason}") from error


def _modules(number: int, row: Mapping[str, Any]) -> Iterator[Extracted]:
    language = _UNSAFE.sub("-", str(row[_LANGUAGE] or "unknown").lower())[:_LONGEST_LANGUAGE]
    expression = str(row[_LICENSE] or "").strip()
    known = expression and not license_problem(expression)
    license_expression = read_license(expression) if known else UNKNOWN_LICENSE
    for module in read_bytes(row[_CONTENT] or b"", PurePosixPath(language, f"{number:07d}.bc")):
        yield replace(module, license=license_expression)
