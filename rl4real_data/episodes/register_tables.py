"""The files of the target's registers, of their classes and of call-preserved masks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from rl4real_data.episodes.file_names import REGISTER_CLASSES_NAME, REGISTER_MASKS_NAME, REGISTERS_NAME
from rl4real_data.episodes.index import FileEntry
from rl4real_data.episodes.registers import register_class_table, register_mask_table, register_table
from rl4real_data.episodes.schema import REGISTER_CLASSES, REGISTER_MASKS, REGISTERS
from rl4real_data.episodes.writer import write_table

SCHEMAS: Final[Mapping[str, pa.Schema]] = {
    REGISTERS_NAME: REGISTERS,
    REGISTER_CLASSES_NAME: REGISTER_CLASSES,
    REGISTER_MASKS_NAME: REGISTER_MASKS,
}


def register_tables(target: str, register_file: Mapping[str, Any]) -> dict[str, pa.Table]:
    """By file name; without what the register file does not tell, as the fork's configuration does not."""
    tables = {
        REGISTERS_NAME: register_table(target, register_file),
        REGISTER_CLASSES_NAME: register_class_table(target, register_file),
        REGISTER_MASKS_NAME: register_mask_table(target, register_file),
    }
    return {name: table for name, table in tables.items() if table is not None}


def write_register_tables(
    folder: Path, tables: Mapping[str, pa.Table], *, compression_level: int, footer: Mapping[str, str]
) -> dict[str, FileEntry]:
    """Writes the tables of `register_tables` as files of a dataset."""
    return {
        name: write_table(folder / name, table, SCHEMAS[name], compression_level=compression_level, footer=footer)
        for name, table in tables.items()
    }
