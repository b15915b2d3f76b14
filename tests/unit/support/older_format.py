"""A dataset of version 0 of the format, made of one of version 1 by leaving out what came later."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pyarrow.parquet as pq

from rl4real_data.episodes.column_kinds import VERSION_KEY
from rl4real_data.episodes.file_names import INDEX_NAME, REGISTER_CLASSES_NAME, REGISTER_MASKS_NAME
from rl4real_data.episodes.index import file_entry, read_index
from rl4real_data.episodes.later_columns import in_version

EARLIER_PLUGIN = "0" * 64


def copy_as_version_0(data_dir: Path, copy: Path) -> None:
    """As an earlier release would have recorded the same; without what a run keeps for later ones."""
    index = read_index(data_dir)
    files = {}
    for name, entry in index.files.items():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        if name in (REGISTER_CLASSES_NAME, REGISTER_MASKS_NAME):
            continue
        shutil.copy(data_dir / name, copy / name)
        if name.endswith(".parquet") and not name.startswith("vocab/"):
            table = pq.read_table(data_dir / name)
            schema = in_version(table.schema, 0)
            assert schema.metadata[VERSION_KEY] == b"0"
            pq.write_table(table.select(schema.names).cast(schema), copy / name)
        files[name] = file_entry(copy / name, rows=entry.rows)
    index = dataclasses.replace(
        index,
        files=files,
        schema_version=0,
        toolchain={**index.toolchain, "plugin": EARLIER_PLUGIN},
        generator="rl4real-data 0.2.0",
    )
    (copy / INDEX_NAME).write_text(index.to_json(), encoding="utf-8")
