"""The split that a run does not make.

It was published by an earlier run and stays beside the new one: its episodes are read, and given up where the new split
has the same functions.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from rl4real_data.core import interruption
from rl4real_data.core.errors import DatasetError
from rl4real_data.core.split import Split
from rl4real_data.episodes.file_names import INDEX_NAME, INSTRUCTIONS_NAME
from rl4real_data.episodes.instructions import Shape, shapes_of_table
from rl4real_data.episodes.later_columns import complete
from rl4real_data.episodes.schema import EPISODES


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherSplit:
    """Its shards, and the functions that it has to give up."""

    split: Split
    data_dir: Path
    names: tuple[str, ...]
    dropped_hashes: frozenset[str]


def known_shapes(other: OtherSplit) -> list[Shape]:
    """By inst_id. DatasetError as `_open`."""
    with _open(other, INSTRUCTIONS_NAME) as file:
        return shapes_of_table(file.read())


def kept_episodes(other: OtherSplit) -> Iterator[pa.Table]:
    """In the schema of today, with the instruction numbers of the published table. DatasetError as `_open`."""
    for name in other.names:
        with _open(other, name) as shard:
            for group in range(shard.num_row_groups):
                interruption.check()
                table = complete(shard.read_row_group(group), EPISODES.names).cast(EPISODES)
                if other.dropped_hashes:
                    hashes = table["content_hash"].to_pylist()
                    keep: npt.NDArray[np.bool_] = np.array([h not in other.dropped_hashes for h in hashes], dtype=bool)
                    table = table.filter(pa.array(keep))
                yield table


@contextlib.contextmanager
def _open(other: OtherSplit, name: str) -> Iterator[pq.ParquetFile]:
    """DatasetError if the file is lost or damaged: what the other split holds cannot be carried over."""
    data_dir = other.data_dir
    try:
        with pq.ParquetFile(data_dir / name) as file:
            yield file
    except (pa.ArrowException, OSError, KeyError) as error:
        raise DatasetError(
            f"{data_dir / name}: lost or damaged ({str(error).splitlines()[0]})",
            hint=f"delete {data_dir / INDEX_NAME} and run the flow of each split again: "
            "what this version compiled is kept",
        ) from error
