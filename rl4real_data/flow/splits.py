"""The two splits of one DATA_DIR.

A function that is in train is never in test, whichever came first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from rl4real_data.core.errors import DatasetError
from rl4real_data.core.split import Split
from rl4real_data.episodes.comparison import require_listed
from rl4real_data.episodes.file_names import INDEX_NAME, INSTRUCTIONS_NAME, MODULES_NAME
from rl4real_data.episodes.index import DatasetIndex, SplitBooks
from rl4real_data.episodes.inst_ids import INST_COLUMNS, inst_ids_of
from rl4real_data.episodes.schema import MODULES
from rl4real_data.episodes.shape_counts import count_ids, read_instructions
from rl4real_data.episodes.shards import find_shards, iterate_batches, open_table, read_columns
from rl4real_data.stages.other_split import OtherSplit
from rl4real_data.stages.selection import IN_TRAIN

_IDENTITY: Final = ("content_hash", "corpus", "module")


def other_of(split: Split) -> Split:
    return Split.TEST if split is Split.TRAIN else Split.TRAIN


def shards_of(index: DatasetIndex, split: Split) -> tuple[str, ...]:
    """Names of the split's shards, in order."""
    return tuple(shard.name for shard in find_shards(index) if shard.split == split.value)


def files_of(index: DatasetIndex, split: Split) -> tuple[str, ...]:
    """Names of all files that hold something of the split, and are read to pack it again."""
    return (*shards_of(index, split), INSTRUCTIONS_NAME, MODULES_NAME)


def content_hashes(data_dir: Path, index: DatasetIndex, split: Split) -> Iterator[tuple[str, str, str]]:
    """(content_hash, corpus, module) of every episode of the split. DatasetError for one that does not tell."""
    for name in shards_of(index, split):
        with open_table(data_dir, index, name) as file:
            for batch in iterate_batches(file, _IDENTITY):
                if any(column.null_count for column in batch.columns):
                    raise ValueError("an episode does not say what it is")
                yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remainder:
    """The other split as it will stand beside this run's: its shards, books, module rows and what its
    episodes are, sorted.
    """

    shards: OtherSplit
    books: SplitBooks
    module_rows: pa.Table
    content_hashes: Callable[[], Iterable[str]]


def remainder(data_dir: Path, index: DatasetIndex, split: Split, *, train_hashes: frozenset[str]) -> Remainder:
    """The split that this run does not make, without the functions in `train_hashes` (empty if it is train itself)."""
    dropped: Counter[tuple[str, str]] = Counter()
    hashes, kept = set(), set()
    for content_hash, corpus, module in content_hashes(data_dir, index, split):
        if content_hash in train_hashes:
            hashes.add(content_hash)
            dropped[corpus, module] += 1
        else:
            kept.add(content_hash)
    return remainder_without(
        data_dir, index, split, dropped, hashes=frozenset(hashes), content_hashes=lambda: sorted(kept)
    )


def remainder_without(
    data_dir: Path,
    index: DatasetIndex,
    split: Split,
    dropped: Counter[tuple[str, str]],
    *,
    hashes: frozenset[str],
    content_hashes: Callable[[], Iterable[str]],
) -> Remainder:
    """The split without the episodes of these `hashes`, counted by (corpus, module) in `dropped`."""
    _require_known_shapes(data_dir, index, split)
    names = shards_of(index, split)
    return Remainder(
        shards=OtherSplit(split=split, data_dir=data_dir, names=names, dropped_hashes=hashes),
        books=_without(index.splits[split.value], sum(dropped.values())),
        module_rows=_module_rows(data_dir, index, split, dropped),
        content_hashes=content_hashes,
    )


def _require_known_shapes(data_dir: Path, index: DatasetIndex, split: Split) -> None:
    """DatasetError unless every instruction is one that `instructions.parquet` has, with vectors of our dimension."""
    table = read_instructions(data_dir, index)
    dimension = table.schema.field("embedding").type.list_size
    if dimension != index.recipe.get("dimension"):
        raise DatasetError(
            f"{data_dir / INSTRUCTIONS_NAME}: its vectors have {dimension} dimensions, not those of the recipe",
            hint=index.made_anew.format(index=data_dir / INDEX_NAME),
        )
    for name in shards_of(index, split):
        with open_table(data_dir, index, name) as file:
            for batch in iterate_batches(file, INST_COLUMNS):
                count_ids(inst_ids_of(batch), table.num_rows, name=name)


def recorded_modules(data_dir: Path, index: DatasetIndex, split: Split) -> set[tuple[str, str]]:
    """(corpus, module) of the split's modules as `modules.parquet` has them, but for those that were left out."""
    require_listed(data_dir, index, (MODULES_NAME,))
    with open_table(data_dir, index, MODULES_NAME) as file:
        table = file.read(columns=["split", "status", "corpus", "module"])
        rows = zip(*(table[column].to_pylist() for column in ("split", "status", "corpus", "module")), strict=True)
        return {
            (corpus, module) for name, status, corpus, module in rows if name == split.value and status != "filtered"
        }


def _without(books: SplitBooks, count: int) -> SplitBooks:
    if not count:
        return books
    filtered = {**books.filtered, IN_TRAIN: books.filtered.get(IN_TRAIN, 0) + count}
    return replace(books, episodes=books.episodes - count, filtered=dict(sorted(filtered.items())))


def _module_rows(data_dir: Path, index: DatasetIndex, split: Split, dropped: Counter[tuple[str, str]]) -> pa.Table:
    with open_table(data_dir, index, MODULES_NAME) as file:
        table = read_columns(file, MODULES.names).cast(MODULES)
        table = table.filter(pc.equal(table["split"], split.value))
        episodes = [
            count - dropped[corpus, module]
            for corpus, module, count in zip(
                *(table[column].to_pylist() for column in ("corpus", "module", "episodes")), strict=True
            )
        ]
        position = table.schema.get_field_index("episodes")
        return table.set_column(position, MODULES.field("episodes"), pa.array(episodes, pa.int32()))
