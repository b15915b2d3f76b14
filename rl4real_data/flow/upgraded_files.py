"""The files of an upgraded dataset.

They are those that `flow` would write, with the rows that there are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

import pyarrow as pa

from rl4real_data import __version__
from rl4real_data.core.allocators import ALLOCATORS, AllocatorName
from rl4real_data.core.errors import DatasetError, ToolchainError
from rl4real_data.core.split import Split
from rl4real_data.episodes.card import with_card
from rl4real_data.episodes.croissant import with_croissant
from rl4real_data.episodes.file_names import INSTRUCTIONS_NAME, MODULES_NAME, REGISTERS_NAME
from rl4real_data.episodes.footer import belonging
from rl4real_data.episodes.index import DatasetIndex, FileEntry
from rl4real_data.episodes.later_columns import in_version
from rl4real_data.episodes.register_tables import register_tables, write_register_tables
from rl4real_data.episodes.schema import MODULES, REGISTERS, instructions_schema
from rl4real_data.episodes.schema_version import SCHEMA_VERSION
from rl4real_data.episodes.shape_counts import read_instructions
from rl4real_data.episodes.shards import find_shards, open_table, read_columns
from rl4real_data.episodes.writer import write_shards, write_table
from rl4real_data.flow.packing import dataset_fingerprint
from rl4real_data.flow.splits import content_hashes
from rl4real_data.flow.upgrade_tools import UpgradeTools
from rl4real_data.flow.working_folder import WorkDir

Rows = Callable[[str], Iterator[pa.Table]]
PLUGIN_BEFORE: Final = "plugin_before"
"""What the toolchain of an index calls the plugin that recorded those episodes which have old columns alone."""


def upgraded_index(index: DatasetIndex, tools: UpgradeTools | None, *, is_whole: bool) -> DatasetIndex:
    """The index of the upgraded dataset, as yet with the old files and the old fingerprint.

    What is equal in all old columns, and new in all others, is what the new plugin records: it is the dataset's.
    """
    toolchain = dict(index.toolchain)
    if tools is not None:
        before = toolchain.get("plugin", "")
        toolchain["plugin"] = tools.replayer.plugin.source_hash
        toolchain |= {} if is_whole else {PLUGIN_BEFORE: before}
    return replace(index, toolchain=toolchain, schema_version=SCHEMA_VERSION, generator=f"rl4real-data {__version__}")


def publish_upgraded(
    work: WorkDir, old: DatasetIndex, index: DatasetIndex, registers: Mapping[str, pa.Table], rows: Rows
) -> None:
    """Writes all files of the dataset anew, but for its vocabulary, and makes them the dataset at once."""
    modules = _read_table(work, old, MODULES_NAME, MODULES)
    index = replace(index, fingerprint=_fingerprint(work, old, index, modules))
    files = _write_shards(work, old, index, rows)
    files |= _write_tables(work, old, index, modules)
    files |= write_register_tables(
        work.next,
        registers,
        compression_level=_setting(index, "compression_level"),
        footer=belonging(index.fingerprint),
    )
    index = replace(index, files={**old.files, **files})
    work.publish(with_croissant(with_card(index, work.next), work.next), states={})


def _identity(index: DatasetIndex) -> dict[str, str]:
    """Constant columns of the episodes, as `PackingOrder` has them."""
    model = AllocatorName(index.model)
    return {
        "target": index.target,
        "cpu": str(index.recipe["cpu"]),
        "opt_level": str(index.recipe["opt_level"]),
        "allocator": ALLOCATORS[model].llvm_name,
        "llvm_version": index.toolchain.get("llvm_version", ""),
    }


def _fingerprint(work: WorkDir, old: DatasetIndex, index: DatasetIndex, modules: pa.Table) -> str:
    hashes = {split: sorted(row[0] for row in content_hashes(work.data_dir, old, Split(split))) for split in old.splits}
    return dataset_fingerprint(
        recipe=index.recipe,
        identity=_identity(index),
        toolchain=index.toolchain,
        modules=[modules],
        hashes=hashes,
    )


def _write_shards(work: WorkDir, old: DatasetIndex, index: DatasetIndex, rows: Rows) -> dict[str, FileEntry]:
    footer = {**_identity(index), **index.toolchain, **belonging(index.fingerprint)}
    footer["recipe"] = json.dumps(index.recipe, sort_keys=True)
    files: dict[str, FileEntry] = {}
    for shard in find_shards(old):
        files |= write_shards(
            work.next,
            (shard.name,),
            rows(shard.name),
            per_shard=max(1, old.files[shard.name].rows),
            per_row_group=_setting(index, "per_row_group"),
            compression_level=_setting(index, "compression_level"),
            footer={**footer, "split": shard.split},
        )
    return files


def _write_tables(work: WorkDir, old: DatasetIndex, index: DatasetIndex, modules: pa.Table) -> dict[str, FileEntry]:
    level = _setting(index, "compression_level")
    table = read_instructions(work.data_dir, old).combine_chunks()
    vocabulary = index.vocabulary["sha256"] if index.vocabulary else None
    return {
        INSTRUCTIONS_NAME: write_table(
            work.next / INSTRUCTIONS_NAME,
            table,
            instructions_schema(table.schema.field("embedding").type.list_size),
            compression_level=level,
            footer=belonging(index.fingerprint, vocabulary=vocabulary),
        ),
        MODULES_NAME: write_table(
            work.next / MODULES_NAME,
            modules,
            MODULES,
            compression_level=level,
            footer=belonging(index.fingerprint),
        ),
    }


def upgraded_registers(work: WorkDir, old: DatasetIndex, tools: UpgradeTools | None) -> Mapping[str, pa.Table]:
    """The tables of registers as the plugin tells them; as the dataset has them where nothing is replayed.

    ToolchainError if the plugin tells other ones than the dataset has.
    """
    known = _read_table(work, old, REGISTERS_NAME, REGISTERS)
    tables: Mapping[str, pa.Table] = {REGISTERS_NAME: known}
    if tools is not None:
        tables = register_tables(old.target, tools.registers)
        columns = in_version(REGISTERS, 0).names
        if tables[REGISTERS_NAME].select(columns).to_pylist() != known.select(columns).to_pylist():
            raise ToolchainError(
                f"{work.data_dir / REGISTERS_NAME}: its registers are not those of {tools.replayer.clang.path}",
                hint="set BUILD_DIR to the very LLVM that made the dataset",
            )
    return tables


def _read_table(work: WorkDir, old: DatasetIndex, name: str, schema: pa.Schema) -> pa.Table:
    with open_table(work.data_dir, old, name) as file:
        return read_columns(file, schema.names).cast(schema).combine_chunks()


def _setting(index: DatasetIndex, name: str) -> int:
    value: Any = index.recipe.get(name)
    if value is None:
        raise DatasetError(
            f"the dataset's recipe does not say {name!r}",
            hint="make it again with `rl4real-data flow` and another --data-dir",
        )
    return int(value)
