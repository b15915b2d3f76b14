"""The tables of labels and candidates in a dataset, in order, with their origins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rl4real_data.core.errors import DatasetError
from rl4real_data.core.open_folder import OpenFolder
from rl4real_data.episodes.file_names import LABELS_NAME, TRIALS_NAME
from rl4real_data.episodes.footer import belonging
from rl4real_data.episodes.index import DatasetIndex, FileEntry
from rl4real_data.episodes.label_values import LabelSource
from rl4real_data.episodes.shards import MALFORMED, arrow_file, open_table, reason_of
from rl4real_data.episodes.writer import write_table
from rl4real_data.labels.checked_rows import require_sound
from rl4real_data.labels.files import SCHEMAS, rows_of
from rl4real_data.labels.origin import Key, Origin, footer_words, order_of, origins_of


@dataclass(frozen=True, slots=True)
class LabelRows:
    """Both tables by file name, and what their rows were sought with."""

    origins: tuple[Origin, ...]
    tables: Mapping[str, pa.Table]

    def without(self, key: Key) -> LabelRows:
        """The rows of all other sources and objectives."""
        labels, trials = self.tables[LABELS_NAME], self.tables[TRIALS_NAME]
        is_own = pc.and_(pc.equal(labels["source"], key[0].value), pc.equal(labels["objective"], key[1].value))
        if key[0] is LabelSource.IMPROVE:
            trials = trials.filter(pc.not_equal(trials["objective"], key[1].value))
        origins = tuple(origin for origin in self.origins if origin.key != key)
        return LabelRows(origins, {LABELS_NAME: labels.filter(pc.invert(is_own)), TRIALS_NAME: trials})

    def joined(self, origin: Origin, tables: Mapping[str, pa.Table]) -> LabelRows:
        """These, and new ones."""
        return LabelRows(
            (*self.origins, origin),
            {name: pa.concat_tables([table, tables[name]]) for name, table in self.tables.items()},
        )


def read_label_rows(data_dir: Path, index: DatasetIndex) -> LabelRows:
    """What the dataset has. DatasetError for files that cannot be used."""
    origins: tuple[Origin, ...] = ()
    tables = {name: schema.empty_table() for name, schema in SCHEMAS.items()}
    for name in SCHEMAS:
        if name in index.files:
            with open_table(data_dir, index, name) as file:
                found, tables[name] = rows_of(file, name, index)
            origins = found if name == LABELS_NAME else origins
    return LabelRows(origins, tables)


def read_unlisted_rows(data_dir: Path) -> LabelRows | None:
    """Both tables of a folder whose index is gone; None if there is none.

    DatasetError for what cannot be used: nobody knows their checksums, so that each row is looked at.
    """
    origins: tuple[Origin, ...] = ()
    tables = {name: schema.empty_table() for name, schema in SCHEMAS.items()}
    with OpenFolder(data_dir) as folder:
        present = [name for name, is_file in folder.names() if is_file and name in SCHEMAS]
        for name in present:
            try:
                with folder.opened(name) as descriptor, arrow_file(descriptor) as stream:
                    file = pq.ParquetFile(stream, pre_buffer=False, memory_map=False)
                    found = origins_of(file.metadata.metadata, name=name)
                    tables[name] = file.read(use_threads=False).cast(SCHEMAS[name])
                origins = found if name == LABELS_NAME else origins
            except MALFORMED as error:
                raise DatasetError(f"{name}: cannot be read ({reason_of(error)})") from error
    if LABELS_NAME not in present:
        return None
    try:
        require_sound(origins, tables)
    except MALFORMED as error:
        raise DatasetError(f"{LABELS_NAME}: its rows do not hold what they should ({reason_of(error)})") from error
    return LabelRows(origins, tables)


def write_label_rows(
    folder: Path, rows: LabelRows, places: Mapping[str, int], index: DatasetIndex
) -> dict[str, FileEntry]:
    """Both files, in order; no file of candidates if there are none, and none at all if nobody sought labels."""
    level: Any = index.recipe["compression_level"]
    searches = tuple(origin for origin in rows.origins if origin.source is LabelSource.IMPROVE)
    written = {}
    for name, origins in ((LABELS_NAME, rows.origins), (TRIALS_NAME, searches)):
        table = rows.tables[name]
        if origins and (table.num_rows or name == LABELS_NAME):
            footer = {**belonging(index.fingerprint), **footer_words(origins)}
            ordered = table.take(_order(table, places))
            written[name] = write_table(folder / name, ordered, SCHEMAS[name], compression_level=level, footer=footer)
    return written


def _order(table: pa.Table, places: Mapping[str, int]) -> pa.Array:
    """By source, objective, the order of the episodes, and the number of a candidate."""
    columns = {name: table[name].to_pylist() for name in ("episode_id", "objective")}
    rows = range(table.num_rows)
    sources = table["source"].to_pylist() if "source" in table.column_names else [LabelSource.IMPROVE for _ in rows]
    numbers = table["number"].to_pylist() if "number" in table.column_names else [0 for _ in rows]
    keys = [
        (*order_of((source, objective)), places[episode_id], number)
        for source, objective, episode_id, number in zip(
            sources, columns["objective"], columns["episode_id"], numbers, strict=True
        )
    ]
    return pa.array(sorted(rows, key=keys.__getitem__), pa.int64())
