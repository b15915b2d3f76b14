"""The room that a DATA_DIR takes on disk, read off the file system and the Parquet footers."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rl4real_data.core import interruption
from rl4real_data.core.errors import DatasetError
from rl4real_data.core.open_folder import NotFollowed, OpenFolder
from rl4real_data.episodes.file_names import INDEX_NAME
from rl4real_data.episodes.index import DatasetIndex
from rl4real_data.episodes.shards import find_shards, open_table

WORK_NAME: Final = ".work"
TEXT_COLUMN: Final = "mir"


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskUse:
    """Bytes. `dataset` is `shards` and all other listed files with the index; `mir` is part of `shards`, as
    compressed. `working` files let a run resume. The bytes an episode count the whole dataset."""

    dataset: int
    shards: int
    mir: int
    working: int
    per_episode: float | None
    per_episode_without_mir: float | None


def measure_disk(data_dir: Path, index: DatasetIndex) -> DiskUse:
    """DatasetError if a listed file is missing or a shard cannot be read."""
    sizes = {name: _size(data_dir, name) for name in (*index.files, INDEX_NAME)}
    shards = find_shards(index)
    dataset, mir, rows = sum(sizes.values()), 0, 0
    for shard in shards:
        with open_table(data_dir, index, shard.name) as file:
            rows += file.metadata.num_rows
            for group in range(file.metadata.num_row_groups):
                interruption.check()
                chunks = file.metadata.row_group(group)
                columns = (chunks.column(i) for i in range(chunks.num_columns))
                mir += sum(chunk.total_compressed_size for chunk in columns if chunk.path_in_schema == TEXT_COLUMN)
    return DiskUse(
        dataset=dataset,
        shards=sum(sizes[shard.name] for shard in shards),
        mir=mir,
        working=_size_below(data_dir / WORK_NAME),
        per_episode=dataset / rows if rows else None,
        per_episode_without_mir=(dataset - mir) / rows if rows else None,
    )


def _size(data_dir: Path, name: str) -> int:
    try:
        with OpenFolder(data_dir) as folder, folder.opened(name) as descriptor:
            return os.fstat(descriptor).st_size
    except OSError as error:
        raise DatasetError(
            f"{name}: cannot be read ({error.strerror})",
            hint="`rl4real-data validate` lists all that is missing; run the same `rl4real-data flow` again",
        ) from error


def _size_below(folder: Path) -> int:
    """Sizes of the files in a folder, links not followed, itself neither; 0 without one. Files may go meanwhile."""
    total = 0
    with contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.suppress(FileNotFoundError, NotFollowed))
        parent = stack.enter_context(OpenFolder(folder.parent))
        opened = stack.enter_context(parent.folder(folder.name))
        total = sum(state.st_size for _, state in opened.walk())
    return total
