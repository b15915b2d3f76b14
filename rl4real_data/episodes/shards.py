"""The Parquet files of a DATA_DIR, read a little at a time and never without a name in the error."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from rl4real_data.core import interruption
from rl4real_data.core.errors import DatasetError
from rl4real_data.episodes.index import DatasetIndex
from rl4real_data.episodes.later_columns import complete, there

SPLITS: Final = ("train", "test")
SHARD_NAME: Final = re.compile(r"data/(?P<split>train|test)-\d+-of-\d+\.parquet")
MODULES_NAME: Final = "modules.parquet"
INSTRUCTIONS_NAME: Final = "instructions.parquet"
REGISTERS_NAME: Final = "registers.parquet"
VOCABULARY_NAME: Final = "vocab/vocabulary.parquet"
BATCH_ROWS: Final = 512
"""Rows that are held at once: the size of a row group; one of Lua's takes 5 MB without its text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """One file of episodes; `name` is its path inside the DATA_DIR, as in the index."""

    name: str
    split: str
    path: Path


def find_shards(data_dir: Path, index: DatasetIndex) -> tuple[Shard, ...]:
    """The shards that the index lists, train before test, each in order."""
    found = []
    for name in index.files:
        match = SHARD_NAME.fullmatch(name)
        if match:
            found.append(Shard(name=name, split=match["split"], path=data_dir / name))
    return tuple(sorted(found, key=lambda shard: (SPLITS.index(shard.split), shard.name)))


@contextmanager
def open_parquet(path: Path, *, name: str) -> Iterator[pq.ParquetFile]:
    """Opens a Parquet file; DatasetError if it is missing, damaged or lacks a column that is asked for."""
    try:
        # No pre-buffering and no memory map: both keep more of a file in memory than what is looked at.
        with pq.ParquetFile(path, pre_buffer=False, memory_map=False) as file:
            yield file
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        reason = str(error).strip().splitlines()
        raise DatasetError(
            f"{name}: cannot be read ({reason[0] if reason else type(error).__name__})",
            hint="`rl4real-data validate` lists all that is damaged; delete the file and run the same "
            "`rl4real-data flow` again to write it anew",
        ) from error


def iterate_batches(
    file: pq.ParquetFile, columns: Sequence[str], *, rows: int = BATCH_ROWS
) -> Iterator[pa.RecordBatch]:
    """The columns in pieces of at most `rows` rows. DatasetError if a column is not in the file."""
    asked = there(columns, file.schema_arrow)
    missing = sorted(set(asked) - set(file.schema_arrow.names))
    if missing:
        raise pa.ArrowInvalid(f"it has no column {missing[0]!r}")
    for batch in file.iter_batches(batch_size=rows, columns=asked, use_threads=False):
        interruption.check()
        yield complete(batch, columns)
