"""The dataset stages.

Selected functions become the files of a DATA_DIR, in a draft folder that is published whole.

Everything streams: the largest thing in memory is one module's part or one row group.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from rl4real_data.core import interruption
from rl4real_data.core.errors import DatasetError
from rl4real_data.core.recipe import Recipe
from rl4real_data.core.split import Split
from rl4real_data.episodes.file_names import INDEX_NAME
from rl4real_data.episodes.footer import belonging
from rl4real_data.episodes.index import FileEntry
from rl4real_data.episodes.inst_ids import INST_COLUMNS, inst_ids_of, with_inst_ids
from rl4real_data.episodes.instructions import InstructionTable, Shape, shapes_of_table
from rl4real_data.episodes.later_columns import complete
from rl4real_data.episodes.register_tables import write_register_tables
from rl4real_data.episodes.schema import EPISODES, MODULES, instructions_schema
from rl4real_data.episodes.writer import shard_names, write_shards, write_table
from rl4real_data.mir2vec.coverage import Coverage
from rl4real_data.mir2vec.shape_vectors import ShapeVectors
from rl4real_data.mir2vec.vocabulary import Vocabulary
from rl4real_data.stages.part import Part
from rl4real_data.stages.part_functions import read_functions
from rl4real_data.stages.selection import Selected, Selection
from rl4real_data.stages.shape_numbers import ShapeNumbers

INSTRUCTIONS_NAME: Final = "instructions.parquet"
MODULES_NAME: Final = "modules.parquet"


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherSplit:
    """The split of the dataset that this run does not make: its shards, and the functions that it has to give up."""

    split: Split
    data_dir: Path
    names: tuple[str, ...]
    dropped_hashes: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The state that the dataset stages hand on; each returns it with what it added."""

    folder: Path
    parts: Path
    split: Split
    recipe: Recipe
    selection: Selection
    identity: Mapping[str, str]  # constant columns of all episodes
    footer: Mapping[str, str]
    register_tables: Mapping[str, pa.Table]  # by file name
    shapes: ShapeNumbers  # of the parts
    vocabulary: Vocabulary | None  # None: no vectors are wanted
    other: OtherSplit | None = None
    table: InstructionTable | None = None
    numbering: npt.NDArray[np.int32] | None = None  # from a shape's number in `shapes` to its inst_id
    instructions: pa.Table | None = None  # the table as it will be written
    shape_vectors: ShapeVectors | None = None
    occurrences: npt.NDArray[np.int64] | None = None  # of each shape, in all episodes
    coverage: Coverage | None = None
    files: Mapping[str, FileEntry]

    def with_files(self, files: Mapping[str, FileEntry]) -> Draft:
        return replace(self, files={**self.files, **files})


def merge_instructions(draft: Draft) -> Draft:
    """Collects the shapes that the dataset's episodes use into one table."""
    numbers: set[int] = set()
    for selected in draft.selection.modules:
        interruption.check()
        if selected.rows:
            numbers.update(_used_shapes(draft, selected))
    known = draft.shapes.shapes
    shapes: set[Shape] = {known[number] for number in numbers}
    if draft.other is not None:
        others = _known_shapes(draft.other)
        for episodes in _kept_episodes(draft.other):
            shapes.update(others[number] for number in np.unique(inst_ids_of(episodes)))
    table = InstructionTable.of(shapes)
    instructions = table.to_arrow(draft.recipe.dimension)
    return replace(draft, table=table, numbering=table.remap(known), instructions=instructions)


def pack_episodes(draft: Draft) -> Draft:
    """Writes the shards: those of this run's split from the parts, those of the other split from what they are."""
    table = draft.table
    assert table is not None
    occurrences = np.zeros(len(table.ids), np.int64)
    episodes = _counted(_new_episodes(draft), occurrences)
    files = _write(draft, draft.split, draft.selection.episodes, episodes)
    if draft.other is not None:
        known = _known_shapes(draft.other)
        renumbered = (with_inst_ids(kept, table.remap(known)) for kept in _kept_episodes(draft.other))
        count = sum(kept.num_rows for kept in _kept_episodes(draft.other))
        files |= _write(draft, draft.other.split, count, _counted(renumbered, occurrences))
    return replace(draft.with_files(files), occurrences=occurrences)


def pack_tables(draft: Draft) -> Draft:
    """Writes the instruction table and those of the registers."""
    assert draft.instructions is not None
    level = draft.recipe.compression_level
    schema = instructions_schema(draft.recipe.dimension)
    dataset = draft.footer.get("dataset")
    vocabulary = draft.vocabulary.digest if draft.vocabulary and draft.coverage else None
    return draft.with_files(
        {
            INSTRUCTIONS_NAME: write_table(
                draft.folder / INSTRUCTIONS_NAME,
                draft.instructions,
                schema,
                compression_level=level,
                footer=belonging(dataset, vocabulary=vocabulary),
            ),
            **write_register_tables(
                draft.folder, draft.register_tables, compression_level=level, footer=belonging(dataset)
            ),
        }
    )


def read_published(data_dir: Path, name: str, *columns: str) -> pa.Table:
    """Columns (all, if none is named) of a file that an earlier run published. DatasetError as `open_published`."""
    with open_published(data_dir, name) as file:
        return file.read(columns=list(columns) or None)


@contextlib.contextmanager
def open_published(data_dir: Path, name: str) -> Iterator[pq.ParquetFile]:
    """DatasetError if the file is lost or damaged: what the other split holds cannot be carried over."""
    try:
        with pq.ParquetFile(data_dir / name) as file:
            yield file
    except (pa.ArrowException, OSError, KeyError) as error:
        raise DatasetError(
            f"{data_dir / name}: lost or damaged ({str(error).splitlines()[0]})",
            hint=f"delete {data_dir / INDEX_NAME} and run the flow of each split again: "
            "what this version compiled is kept",
        ) from error


def module_rows(split: Split, selection: Selection) -> pa.Table:
    """The rows of `modules.parquet` for one split, in the order of the run."""
    rows = []
    for selected in selection.modules:
        module, part = selected.entry.module, selected.entry.part
        failure = part.failure
        rows.append(
            {
                "split": split.value,
                "corpus": module.corpus,
                "module": module.name,
                "language": module.language.value,
                "license": module.license,
                "redistributable": module.redistributable,
                "sha256": part.source_sha256,
                "status": "failed" if failure else "filtered" if selected.entry.left_out else "done",
                "kind": failure.kind.value if failure else None,
                "reason": failure.reason if failure else selected.entry.left_out,
                "stderr": failure.stderr if failure else None,
                "command": None if module.left_out else selected.entry.command,
                "flags_left_out": list(module.flags_left_out),
                "functions": len(part.functions),
                "episodes": len(selected.rows),
            }
        )
    return pa.Table.from_pylist(rows, schema=MODULES)


def _write(draft: Draft, split: Split, episodes: int, tables: Iterator[pa.Table]) -> dict[str, FileEntry]:
    recipe = draft.recipe
    return write_shards(
        draft.folder,
        shard_names(split.value, episodes=episodes, per_shard=recipe.per_shard),
        tables,
        per_shard=recipe.per_shard,
        per_row_group=recipe.per_row_group,
        compression_level=recipe.compression_level,
        footer={**draft.footer, "split": split.value},
    )


def _used_shapes(draft: Draft, selected: Selected) -> list[int]:
    """Numbers in `draft.shapes`, some more than once."""
    part = selected.entry.part
    numbers = draft.shapes.of_part(draft.parts, part)
    if len(selected.rows) < len(part.functions):
        functions = read_functions(draft.parts, part, *INST_COLUMNS)
        numbers = numbers[np.unique(inst_ids_of(functions.take(list(selected.rows))))]
    return list(map(int, numbers))


_READERS: Final = 2
"""Threads that read parts while a row group is compressed: Arrow does both outside the interpreter's lock."""


def _new_episodes(draft: Draft) -> Iterator[pa.Table]:
    """The modules' episodes in order, read ahead by the rows of one row group."""
    waiting: deque[tuple[int, Future[pa.Table]]] = deque()
    ahead = 0
    with ThreadPoolExecutor(max_workers=_READERS) as pool:
        for selected in draft.selection.modules:
            interruption.check()
            if not selected.rows:
                continue
            waiting.append((len(selected.rows), pool.submit(_episodes_of, draft, selected)))
            ahead += len(selected.rows)
            while ahead > draft.recipe.per_row_group:
                rows, episodes = waiting.popleft()
                ahead -= rows
                yield episodes.result()
        while waiting:
            yield waiting.popleft()[1].result()


def _counted(tables: Iterator[pa.Table], occurrences: npt.NDArray[np.int64]) -> Iterator[pa.Table]:
    """Adds to `occurrences` (shapes,) how often each shape is in the tables that go by."""
    for table in tables:
        interruption.check()
        occurrences += np.bincount(inst_ids_of(table), minlength=len(occurrences))
        yield table


def _episodes_of(draft: Draft, selected: Selected) -> pa.Table:
    """One module's episodes, in the schema and with the instruction numbers of the dataset."""
    part = selected.entry.part
    functions = read_functions(draft.parts, part)
    if len(selected.rows) < functions.num_rows:
        functions = functions.take(list(selected.rows))
    assert draft.numbering is not None
    functions = with_inst_ids(functions, draft.numbering[draft.shapes.of_part(draft.parts, part)])
    return _with_identity(functions, selected, draft.identity)


def _with_identity(functions: pa.Table, selected: Selected, identity: Mapping[str, str]) -> pa.Table:
    module = selected.entry.module
    constants = {**identity, "corpus": module.corpus, "module": module.name, "license": module.license}
    columns: dict[str, Any] = {name: functions[name] for name in functions.schema.names}
    for name, value in (*constants.items(), ("redistributable", module.redistributable)):
        is_told = value != ""
        columns[name] = pa.repeat(value, functions.num_rows) if is_told else pa.nulls(functions.num_rows, pa.string())
    columns["episode_id"] = pa.array(_episode_ids(functions, constants), pa.string())
    columns["pair_id"] = pa.array(_pair_ids(functions, constants), pa.string())
    return pa.table([columns[name] for name in EPISODES.names], schema=EPISODES)


def _episode_ids(functions: pa.Table, constants: Mapping[str, str]) -> list[str]:
    common = "\0".join(f"{key}={value}" for key, value in sorted(constants.items()))
    rows = zip(*(functions[name].to_pylist() for name in ("content_hash", "function", "function_id")), strict=True)
    return [
        hashlib.blake2b(f"{common}\0{content}\0{name}\0{number}".encode(), digest_size=16).hexdigest()
        for content, name, number in rows
    ]


def _pair_ids(functions: pa.Table, constants: Mapping[str, str]) -> list[str]:
    common = f"{constants['corpus']}\0{constants['module']}"
    names = functions["function"].to_pylist()
    return [hashlib.blake2b(f"{common}\0{name}".encode(), digest_size=16).hexdigest() for name in names]


def _known_shapes(other: OtherSplit) -> list[Shape]:
    return shapes_of_table(read_published(other.data_dir, INSTRUCTIONS_NAME))


def _kept_episodes(other: OtherSplit) -> Iterator[pa.Table]:
    for name in other.names:
        with open_published(other.data_dir, name) as shard:
            for group in range(shard.num_row_groups):
                interruption.check()
                table = complete(shard.read_row_group(group), EPISODES.names).cast(EPISODES)
                if other.dropped_hashes:
                    hashes = table["content_hash"].to_pylist()
                    keep: npt.NDArray[np.bool_] = np.array([h not in other.dropped_hashes for h in hashes], dtype=bool)
                    table = table.filter(pa.array(keep))
                yield table


def parts_of(selection: Selection) -> Iterator[Part]:
    """The markers of all modules of a selection."""
    return (selected.entry.part for selected in selection.modules)
