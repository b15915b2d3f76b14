"""The pack stage.

Selected functions become the shards of a DATA_DIR, and their instructions and registers its tables.

Everything streams: the largest things in memory are a few row groups, and the parts that they are made of.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rl4real_data.core import interruption
from rl4real_data.core.split import Split
from rl4real_data.episodes.file_names import INSTRUCTIONS_NAME
from rl4real_data.episodes.footer import belonging
from rl4real_data.episodes.index import FileEntry
from rl4real_data.episodes.inst_ids import inst_ids_of, with_inst_ids
from rl4real_data.episodes.register_tables import write_register_tables
from rl4real_data.episodes.schema import instructions_schema
from rl4real_data.episodes.writer import row_group_sizes, shard_names, write_shards, write_table
from rl4real_data.stages.draft import Draft
from rl4real_data.stages.other_split import kept_episodes, known_shapes
from rl4real_data.stages.own_episodes import ChosenRows, PartFolder, own_episodes


def pack_episodes(draft: Draft) -> Draft:
    """Writes the shards: those of this run's split from the parts, those of the other split from what they are."""
    table, selection = draft.table, draft.selection
    assert table is not None
    assert selection is not None
    assert draft.numbering is not None
    occurrences = np.zeros(len(table.ids), np.int64)
    recipe, own = draft.recipe, selection.episodes
    sizes = row_group_sizes(own, per_shard=recipe.per_shard, per_row_group=recipe.per_row_group)
    source = PartFolder(folder=draft.parts, shapes=draft.shapes, numbering=draft.numbering)
    chosen = [
        ChosenRows(origin=each.entry.module, part=each.entry.part, rows=each.rows)
        for each in selection.modules
        if each.rows
    ]
    episodes = own_episodes(source, chosen, sizes, draft.identity)
    files = _write(draft, draft.split, own, counted_shapes(episodes, occurrences))
    return with_other_split(replace(draft.with_files(files), occurrences=occurrences))


def with_other_split(draft: Draft) -> Draft:
    """Writes the shards of the other split, if there is one, with the numbers that instructions have now."""
    if draft.other is None:
        return draft
    assert draft.table is not None
    assert draft.occurrences is not None
    occurrences, numbering = draft.occurrences.copy(), draft.table.remap(known_shapes(draft.other))
    renumbered = (with_inst_ids(kept, numbering) for kept in kept_episodes(draft.other))
    count = sum(kept.num_rows for kept in kept_episodes(draft.other))
    files = _write(draft, draft.other.split, count, counted_shapes(renumbered, occurrences))
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


def _write(draft: Draft, split: Split, episodes: int, tables: Iterator[pa.Table]) -> dict[str, FileEntry]:
    recipe = draft.recipe
    return write_shards(
        draft.folder,
        shard_names(split.value, episodes=episodes, per_shard=recipe.per_shard, folder=draft.shard_folder),
        tables,
        per_shard=recipe.per_shard,
        per_row_group=recipe.per_row_group,
        compression_level=recipe.compression_level,
        footer={**draft.footer, "split": split.value},
    )


def counted_shapes(tables: Iterator[pa.Table], occurrences: npt.NDArray[np.int64]) -> Iterator[pa.Table]:
    """Adds to `occurrences` (shapes,) how often each shape is in the tables that go by."""
    for table in tables:
        interruption.check()
        occurrences += np.bincount(inst_ids_of(table), minlength=len(occurrences))
        yield table
