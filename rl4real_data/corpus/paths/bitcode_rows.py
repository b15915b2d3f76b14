"""The rows of a Parquet file of bitcode, wherever the file lies.

Of a file behind a URL only the row groups are fetched that hold wanted rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from rl4real_data.core import interruption
from rl4real_data.corpus.license import license_problem, read_license
from rl4real_data.corpus.paths.contained_modules import read_bytes
from rl4real_data.corpus.paths.path_corpus import UNKNOWN_LICENSE
from rl4real_data.corpus.paths.row_range import RowRange
from rl4real_data.corpus.sources.extraction import Extracted

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetFile

_CONTENT, _LICENSE, _LANGUAGE = COLUMNS = "content", "license_expression", "language"
_ROWS_AT_ONCE: Final = 16
"""The largest modules of ComPile have tens of megabytes."""

_MOST_RATIO: Final = 200
_JUDGED_FROM_BYTES: Final = 64 << 20
"""Of bitcode, compression leaves a third."""

_LONGEST_LANGUAGE: Final = 32
_COLUMNS_TOLD: Final = 6
_UNSAFE: Final = re.compile(r"[^a-z0-9+]+")


class RowError(ValueError):
    """A row that cannot be read, or too much that comes out of one; the message says which and why."""


def problem_with(file: ParquetFile) -> tuple[str, str]:
    """Why it is no file of modules, and what would be one; nothing if it is."""
    import pyarrow as pa

    schema = file.schema_arrow
    missing = [column for column in COLUMNS if column not in schema.names]
    if missing:
        more = ", …" if len(schema.names) > _COLUMNS_TOLD else ""
        there = f"{', '.join(schema.names[:_COLUMNS_TOLD])}{more}"
        problem = f"is no file of modules: it has no column {', '.join(missing)} (it has {there})"
        return problem, f"ComPile's files have {_CONTENT}, {_LICENSE} and {_LANGUAGE}"
    kind = schema.field(_CONTENT).type
    if not (pa.types.is_binary(kind) or pa.types.is_large_binary(kind)):
        return f"is no file of modules: the column {_CONTENT} must hold bytes, not {kind}", ""
    return ("", "") if file.metadata.num_rows else ("holds no module: it has no row", "")


def read_rows(file: ParquetFile, rows: RowRange, *, file_bytes: int) -> Iterator[Extracted]:
    """The modules of the rows; the number of a row in the file is in their names. RowError."""
    import pyarrow as pa

    number, total_bytes, most_bytes = -1, 0, max(_JUDGED_FROM_BYTES, _MOST_RATIO * file_bytes)
    try:
        for number, row in _numbered(file, rows.within(file.metadata.num_rows)):
            for module in _modules(number, row):
                total_bytes += len(module.content)
                if total_bytes > most_bytes:
                    raise RowError(f"its modules have more than {_MOST_RATIO} times the file's bytes")
                yield module
    except (InterruptedError, RowError):
        raise
    except (pa.ArrowException, OSError, ValueError) as error:  # ValueError: a text that is no UTF-8
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise RowError(f"row {number + 1} cannot be read: {reason}") from error


def _numbered(file: ParquetFile, wanted: range) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The wanted rows by number, in order."""
    groups: list[int] = []
    first = begin = 0
    for group in range(file.num_row_groups):
        end = begin + file.metadata.row_group(group).num_rows
        if begin < wanted.stop and end > wanted.start:
            first = first if groups else begin
            groups.append(group)
        begin = end
    batches: Iterable[Any] = file.iter_batches(_ROWS_AT_ONCE, row_groups=groups, columns=list(COLUMNS))
    number = first
    for batch in batches:
        interruption.check()
        skipped = min(max(wanted.start - number, 0), batch.num_rows)
        kept = batch.slice(skipped, max(min(wanted.stop - number, batch.num_rows) - skipped, 0))
        yield from enumerate(kept.to_pylist(), number + skipped)
        number += batch.num_rows


def _modules(number: int, row: Mapping[str, Any]) -> Iterator[Extracted]:
    language = _UNSAFE.sub("-", str(row[_LANGUAGE] or "unknown").lower())[:_LONGEST_LANGUAGE]
    expression = str(row[_LICENSE] or "").strip()
    known = expression and not license_problem(expression)
    license_expression = read_license(expression) if known else UNKNOWN_LICENSE
    for module in read_bytes(row[_CONTENT] or b"", PurePosixPath(language, f"{number:07d}.bc")):
        yield replace(module, license=license_expression)
