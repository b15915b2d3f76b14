"""The files of labels and of candidates in a local DATA_DIR, read."""

from __future__ import annotations

__all__ = ["read_labels", "read_origins", "read_trials"]

from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from rl4real_data.episodes.file_names import LABELS_NAME, TRIALS_NAME
from rl4real_data.episodes.index import DatasetIndex, read_index
from rl4real_data.episodes.label_values import LabelSource, Objective
from rl4real_data.episodes.schema import LABELS, TRIALS
from rl4real_data.episodes.shards import find_shards, iterate_batches, open_table, read_columns
from rl4real_data.labels.label import Label
from rl4real_data.labels.origin import Origin, origins_of, require_same_llvm
from rl4real_data.labels.tables import labels_of, trials_of
from rl4real_data.labels.trial import Trial

_KEYS: Final = ("episode_id", "source", "objective", "number")
SCHEMAS: Final = {LABELS_NAME: LABELS, TRIALS_NAME: TRIALS}


def read_labels(data_dir: Path) -> tuple[Label, ...]:
    """All labels, in the order of the file; none for a dataset without. DatasetError for a file that cannot be used."""
    index = read_index(data_dir)
    if LABELS_NAME not in index.files:
        return ()
    with open_table(data_dir, index, LABELS_NAME) as file:
        return labels_of(rows_of(file, LABELS_NAME, index)[1])


def read_trials(data_dir: Path) -> tuple[Trial, ...]:
    """All candidates that are kept, in the order of the file; none for a dataset without. Errors as `read_labels`."""
    index = read_index(data_dir)
    if TRIALS_NAME not in index.files:
        return ()
    with open_table(data_dir, index, TRIALS_NAME) as file:
        return trials_of(rows_of(file, TRIALS_NAME, index)[1])


def read_origins(data_dir: Path) -> tuple[Origin, ...]:
    """What the labels of each source were sought with; none for a dataset without labels. Errors as `read_labels`."""
    index = read_index(data_dir)
    if LABELS_NAME not in index.files:
        return ()
    with open_table(data_dir, index, LABELS_NAME) as file:
        return origins_of(file.metadata.metadata, name=LABELS_NAME)


def rows_of(file: pq.ParquetFile, name: str, index: DatasetIndex) -> tuple[tuple[Origin, ...], pa.Table]:
    """Origins and rows of one of the two files, which `check_footer` has looked at."""
    origins = origins_of(file.metadata.metadata, name=name)
    require_same_llvm(origins, index, name=name)
    table = read_columns(file, SCHEMAS[name].names).cast(SCHEMAS[name])
    require_keys(table)
    return origins, table


def require_keys(table: pa.Table) -> None:
    """ValueError for a row that does not say of which episode, source, objective or candidate it is."""
    kinds = {"source": LabelSource, "objective": Objective}
    for name in _KEYS:
        if name not in table.column_names:
            continue
        if table[name].null_count:
            raise ValueError(f"its {name} is null")
        for word in table[name].unique().to_pylist() if name in kinds else ():
            kinds[name](word)


def episode_places(folder: Path, index: DatasetIndex) -> dict[str, int]:
    """episode_id -> its place in the order of the shards, train first."""
    places: dict[str, int] = {}
    for shard in find_shards(index):
        with open_table(folder, index, shard.name) as file:
            for batch in iterate_batches(file, ("episode_id",)):
                for episode_id in batch["episode_id"].to_pylist():
                    places.setdefault(episode_id, len(places))
    return places
