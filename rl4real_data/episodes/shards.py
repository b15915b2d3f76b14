"""The Parquet files of a DATA_DIR, read a little at a time and never without a name in the error."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from rl4real_data.core import interruption
from rl4real_data.core.errors import DatasetError
from rl4real_data.core.open_folder import OpenFolder
from rl4real_data.episodes.file_names import LABELS_NAME, SHARD_NAME, SPLITS, TRIALS_NAME
from rl4real_data.episodes.footer import check_footer
from rl4real_data.episodes.index import DatasetIndex
from rl4real_data.episodes.later_columns import complete, there

BATCH_ROWS: Final = 512
"""Rows that are held at once: the size of a row group; one of Lua's takes 5 MB without its text."""
MALFORMED: Final = (
    *(pa.ArrowException, OSError, ValueError, TypeError, LookupError, ArithmeticError, AttributeError, MemoryError),
    RecursionError,
)
"""What goes wrong where a table that anybody may have written does not hold what it should."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """One file of episodes; `name` is its path inside the DATA_DIR, as in the index."""

    name: str
    split: str


def find_shards(index: DatasetIndex) -> tuple[Shard, ...]:
    """The shards that the index lists, train before test, each in order."""
    found = []
    for name in index.files:
        match = SHARD_NAME.fullmatch(name)
        if match:
            found.append(Shard(name=name, split=match["split"]))
    return tuple(sorted(found, key=lambda shard: (SPLITS.index(shard.split), shard.name)))


def arrow_file(descriptor: int) -> pa.OSFile:
    """The open file for Arrow, which takes none but by a name: this one means the descriptor's, whatever happens."""
    return pa.OSFile(f"/proc/self/fd/{descriptor}", "rb")


@contextmanager
def open_table(data_dir: Path, index: DatasetIndex, name: str) -> Iterator[pq.ParquetFile]:
    """Opens a Parquet file that the index lists. DatasetError if it is missing, damaged or of another dataset, and for
    whatever goes wrong inside: what is done there is done with its rows.
    """
    try:
        with OpenFolder(data_dir) as folder, folder.opened(name) as descriptor, arrow_file(descriptor) as stream:
            # No pre-buffering and no memory map: both keep more of a file in memory than what is looked at.
            file = pq.ParquetFile(stream, pre_buffer=False, memory_map=False)
            check_footer(file.metadata.metadata, file.schema_arrow, file.metadata.num_rows, name, index)
            yield file
    except MALFORMED as error:
        raise DatasetError(
            f"{name}: cannot be read ({reason_of(error)})",
            hint=f"`rl4real-data validate` lists all that is damaged; delete the file and {_made_again(name)}",
        ) from error


def _made_again(name: str) -> str:
    flow = "run the same `rl4real-data flow` again"
    return f"{flow}, then `improve` or `label`" if name in (LABELS_NAME, TRIALS_NAME) else f"{flow} to write it anew"


@contextmanager
def malformed_tables(data_dir: Path | str) -> Iterator[None]:
    """Around work on rows that have been read: where they do not fit together, that is an error of the dataset."""
    try:
        yield
    except MALFORMED as error:
        raise DatasetError(
            f"{data_dir}: its tables do not fit together ({reason_of(error)})",
            hint="`rl4real-data validate` lists all that is wrong",
        ) from error


def reason_of(error: BaseException) -> str:
    """One line. What Python says of a missing key, or of nothing at all, needs its kind beside it."""
    lines = str(error).strip().splitlines()
    is_clear = bool(lines) and not isinstance(error, LookupError | TypeError | AttributeError)
    return lines[0] if is_clear else ": ".join([type(error).__name__, *lines[:1]])


def read_columns(file: pq.ParquetFile, columns: Sequence[str]) -> pa.Table:
    """These columns of all rows; what a file of an older version lacks is null."""
    return complete(file.read(columns=there(columns, file.schema_arrow), use_threads=False), columns)


def iterate_batches(
    file: pq.ParquetFile, columns: Sequence[str], *, rows: int = BATCH_ROWS
) -> Iterator[pa.RecordBatch]:
    """The columns in pieces of at most `rows` rows. ArrowInvalid if a column is not in the file."""
    asked = there(columns, file.schema_arrow)
    missing = sorted(set(asked) - set(file.schema_arrow.names))
    if missing:
        raise pa.ArrowInvalid(f"it has no column {missing[0]!r}")
    for batch in file.iter_batches(batch_size=rows, columns=asked, use_threads=False):
        interruption.check()
        yield complete(batch, columns)
