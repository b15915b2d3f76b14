"""The two splits of one DATA_DIR.

A function that is in train is never in test, whichever came first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from rl4real_data.core.split import Split
from rl4real_data.episodes.index import DatasetIndex, SplitBooks
from rl4real_data.episodes.schema import MODULES
from rl4real_data.stages.pack import MODULES_NAME, OtherSplit, read_published
from rl4real_data.stages.selection import IN_TRAIN


def other_of(split: Split) -> Split:
    return Split.TEST if split is Split.TRAIN else Split.TRAIN


def shards_of(index: DatasetIndex, split: Split) -> tuple[str, ...]:
    """Names of the split's shards, in order."""
    return tuple(sorted(name for name in index.files if name.startswith(f"data/{split.value}-")))


def content_hashes(data_dir: Path, names: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    """(content_hash, corpus, module) of every episode in the shards."""
    for name in names:
        table = read_published(data_dir, name, "content_hash", "corpus", "module")
        yield from zip(*(table[column].to_pylist() for column in table.schema.names), strict=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remainder:
    """The other split as it will stand beside this run's: its shards, books and module rows."""

    shards: OtherSplit
    books: SplitBooks
    module_rows: pa.Table


def remainder(data_dir: Path, index: DatasetIndex, split: Split, *, train_hashes: frozenset[str]) -> Remainder:
    """The split that this run does not make, without the functions in `train_hashes` (empty if it is train itself)."""
    names = shards_of(index, split)
    dropped: Counter[tuple[str, str]] = Counter()
    hashes = set()
    if train_hashes:
        for content_hash, corpus, module in content_hashes(data_dir, names):
            if content_hash in train_hashes:
                hashes.add(content_hash)
                dropped[corpus, module] += 1
    return Remainder(
        shards=OtherSplit(split=split, data_dir=data_dir, names=names, dropped_hashes=frozenset(hashes)),
        books=_without(index.splits[split.value], sum(dropped.values())),
        module_rows=_module_rows(data_dir, split, dropped),
    )


def recorded_modules(data_dir: Path, split: Split) -> set[tuple[str, str]]:
    """(corpus, module) of the split's modules as `modules.parquet` has them, but for those that were left out."""
    table = read_published(data_dir, MODULES_NAME, "split", "status", "corpus", "module")
    rows = zip(*(table[column].to_pylist() for column in table.schema.names), strict=True)
    return {(corpus, module) for name, status, corpus, module in rows if name == split.value and status != "filtered"}


def _without(books: SplitBooks, count: int) -> SplitBooks:
    if not count:
        return books
    filtered = {**books.filtered, IN_TRAIN: books.filtered.get(IN_TRAIN, 0) + count}
    return replace(books, episodes=books.episodes - count, filtered=dict(sorted(filtered.items())))


def _module_rows(data_dir: Path, split: Split, dropped: Counter[tuple[str, str]]) -> pa.Table:
    table = read_published(data_dir, MODULES_NAME).cast(MODULES)
    table = table.filter(pc.equal(table["split"], split.value))
    episodes = [
        count - dropped[corpus, module]
        for corpus, module, count in zip(
            *(table[column].to_pylist() for column in ("corpus", "module", "episodes")), strict=True
        )
    ]
    position = table.schema.get_field_index("episodes")
    return table.set_column(position, MODULES.field("episodes"), pa.array(episodes, pa.int32()))
