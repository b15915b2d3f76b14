"""The episodes of a split, in order or by number, without reading more than is asked for."""

from __future__ import annotations

import bisect
import functools
import os
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, overload

import numpy as np

from rl4real_data.core import interruption
from rl4real_data.core.errors import DatasetError, UsageError
from rl4real_data.episodes.index import DatasetIndex
from rl4real_data.episodes.schema import EPISODES
from rl4real_data.reading.episode import Episode
from rl4real_data.reading.episode_order import EpisodeOrder
from rl4real_data.reading.frames import read_rows
from rl4real_data.reading.register_classes import RegisterClass, RegisterMask
from rl4real_data.reading.register_table import RegisterTable
from rl4real_data.reading.shard_files import RowGroup, no_such_column
from rl4real_data.reading.source import Source, open_split
from rl4real_data.reading.storage import Storage
from rl4real_data.reading.tables import InstructionVectors
from rl4real_data.reading.view import Share, Shuffle, View, check_condition

if TYPE_CHECKING:
    import pandas as pd

State = dict[str, Any]
Position = tuple[int, int]
"""Block, and how many rows of it are done."""
_START: Final = (0, 0)
_MIXED: Final = 4
"""Row groups whose rows a shuffled run mixes: 2,048 episodes, and at most 60 MB with all columns."""


class EpisodeDataset:
    """The episodes of one split of a DATA_DIR: length, indexing, iteration.

    `data_dir` is a folder or an fsspec URL, `storage_options` go to the URL's file system. Opening reads
    `dataset.json` and nothing else. `verify` compares the sha256 of each file with the index before it is used;
    by default local files are, remote ones are not, because that reads the whole of each.
    DatasetError for a DATA_DIR that cannot be used, UsageError for a split that it does not have.

    `select`, `filter`, `shuffle` and `shard` return new datasets that share what is open. Can be pickled.
    """

    def __init__(
        self,
        data_dir: str | os.PathLike[str],
        split: str = "train",
        *,
        storage_options: Mapping[str, Any] | None = None,
        verify: bool | None = None,
    ) -> None:
        storage = Storage(data_dir, storage_options)
        self._setup(open_split(storage, split, verify=storage.is_local if verify is None else verify), View())

    def _setup(self, source: Source, view: View) -> None:
        self._source = source
        self._view = view
        self._order = EpisodeOrder(source.files, source.split, view)
        self._groups: OrderedDict[tuple[int, int], RowGroup] = OrderedDict()
        self._start: Position | None = None
        self._iterator: EpisodeIterator | None = None

    def __repr__(self) -> str:
        rows = sum(entry.rows for entry in self._source.files.entries)
        whole = f"EpisodeDataset({str(self._source.storage)!r}, {self.split!r})"
        return f"<{whole} with {rows:,} episode{'s' * (rows != 1)}{', of which ' * bool(str(self._view))}{self._view}>"

    @classmethod
    def _of(cls, source: Source, view: View) -> EpisodeDataset:
        made = cls.__new__(cls)
        made._setup(source, view)
        return made

    def __getstate__(self) -> dict[str, Any]:
        return {"source": self._source, "view": self._view, "start": self._position()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._setup(state["source"], state["view"])
        self._start = state["start"]

    def reopened(self) -> EpisodeDataset:
        """The same dataset with files of its own, at its start: for a process forked from the one that opened it."""
        return self._of(self._source.reopened(), self._view)

    @property
    def index(self) -> DatasetIndex:
        """The content of `dataset.json`."""
        return self._source.index

    @property
    def split(self) -> str:
        return self._source.split

    @property
    def registers(self) -> RegisterTable:
        """The register file of the target, read at the first use."""
        return self._source.tables.registers

    @property
    def register_classes(self) -> Mapping[int, RegisterClass]:
        """class_id -> class of the target, read at the first use. DatasetError for a dataset of version 0."""
        return self._source.tables.classes

    @property
    def register_masks(self) -> Mapping[int, RegisterMask]:
        """mask_id -> registers that survive calls, read at the first use. DatasetError for a dataset of version 0."""
        return self._source.tables.masks

    @property
    def instruction_table(self) -> InstructionVectors:
        """(n_shapes, D) float32 vectors and opcodes of all instruction shapes, read at the first use."""
        return self._source.tables.instructions

    def select(self, columns: Iterable[str]) -> EpisodeDataset:
        """Only these columns can be had from the episodes, and they are read together."""
        names = tuple(dict.fromkeys(columns))
        for name in names:
            if name not in EPISODES.names:
                raise no_such_column(name)
        return self._of(self._source, replace(self._view, columns=names))

    def to_pandas(self, columns: Iterable[str] | None = None) -> pd.DataFrame:
        """All episodes as a frame, one a row, in the order of iteration; `columns`, else the selected ones, else all.

        Lists are numpy arrays, lists of lists arrays of them; null is NaN or None. All rows must fit into memory: name
        columns, and without need not `mir`, which is most of a dataset.
        """
        view = self._view if columns is None else self.select(columns)._view
        blocks = map(self._order.rows_of, range(self._order.plan.blocks))
        frame: pd.DataFrame = read_rows(self._source.files, blocks, view.columns or EPISODES.names).to_pandas()
        return frame

    def filter(self, condition: Any) -> EpisodeDataset:
        """The episodes for which a `pyarrow.compute` expression over the columns is true; null counts as false.

        Only the columns that it names are read for it, row group by row group, and statistics in the footers skip row
        groups. `len` and indexing must look at all of them; iterating does not. `shard` shares out the rows before
        the filter. UsageError for an expression that cannot be used.
        """
        check_condition(condition)
        whole = condition if self._view.condition is None else self._view.condition & condition
        return self._of(self._source, replace(self._view, condition=whole))

    def shuffle(self, seed: int, *, row_groups: int = _MIXED) -> EpisodeDataset:
        """The same episodes in an order that depends on `seed`: row groups permuted, `row_groups` at a time mixed.

        Use another seed for each epoch. A shuffled dataset holds `row_groups` row groups in memory, not one.
        """
        if seed < 0 or row_groups < 1:
            raise UsageError("shuffle needs a seed of at least 0 and at least one row group")
        return self._of(self._source, self._then(Shuffle(seed=seed, mixed=row_groups)))

    def shard(self, rank: int, world_size: int) -> EpisodeDataset:
        """The part of process `rank` of `world_size`: no episode in two parts, none lost, sizes differ by one.

        Shuffle before sharing out, with the same seed everywhere, to mix over the whole dataset.
        """
        if not 0 <= rank < world_size:
            raise UsageError(f"rank {rank} is not below world_size {world_size}", hint="ranks count from 0")
        return self._of(self._source, self._then(Share(rank=rank, world_size=world_size)))

    def _then(self, step: Shuffle | Share) -> View:
        return replace(self._view, steps=(*self._view.steps, step))

    def __len__(self) -> int:
        return int(self._order.starts[-1])

    @overload
    def __getitem__(self, number: int) -> Episode: ...
    @overload
    def __getitem__(self, number: slice) -> list[Episode]: ...
    def __getitem__(self, number: int | slice) -> Episode | list[Episode]:
        """Episode `number` in the order of iteration, negative numbers from the end; a list of them for a slice.

        IndexError for a number outside.
        """
        length = len(self)
        if isinstance(number, slice):
            return list(self._at(range(*number.indices(length))))
        place = number + length if number < 0 else number
        if not 0 <= place < length:
            raise IndexError(f"episode {number} of {length}")
        return next(self._at((place,)))

    def _at(self, places: Iterable[int]) -> Iterator[Episode]:
        """The episodes at these places of the order of iteration."""
        rows_of = functools.lru_cache(maxsize=1)(self._order.rows_of)  # neighbours lie in one block
        for place in places:
            block = bisect.bisect_right(self._order.starts, place) - 1
            shards, rows = rows_of(block)
            inside = place - int(self._order.starts[block])
            yield self._episode(int(shards[inside]), int(rows[inside]))

    def _episode(self, shard: int, row: int) -> Episode:
        starts = self._source.files.row_group_starts(shard)
        number = int(np.searchsorted(starts, row, side="right")) - 1
        return Episode(self._group(shard, number), row - int(starts[number]), self._source.tables)

    def _group(self, shard: int, number: int) -> RowGroup:
        """The row group, from the few that are kept."""
        key = (shard, number)
        group = self._groups.get(key)
        if group is None:
            while len(self._groups) >= self._order.plan.mixed:
                self._groups.popitem(last=False)
            group = self._groups[key] = RowGroup(self._source.files, shard, number, self._view.columns)
        else:
            self._groups.move_to_end(key)
        return group

    def __iter__(self) -> EpisodeIterator:
        """From the position of `load_state_dict`, else from the start."""
        self._iterator = EpisodeIterator(self, self._start or _START)
        self._start = None
        return self._iterator

    def _position(self) -> Position | None:
        """None if nobody has iterated over it, nor loaded a position."""
        return self._start if self._iterator is None else self._iterator.position

    def state_dict(self) -> State:
        """Where the newest iteration over this very object stands: `load_state_dict` on an equal dataset goes on with
        the next episode.

        UsageError for one that nobody iterates over: `shuffle`, `shard`, `filter` and `select` make new objects, and a
        loop over one of them moves no other.
        """
        position = self._position()
        if position is None:
            raise UsageError(
                f"{self!r} has no position: nobody has iterated over it",
                hint="ask what the loop runs over: `view = dataset.shuffle(1)`, `for episode in view`, "
                "`view.state_dict()`",
            )
        return self._state_at(position)

    def _state_at(self, position: Position) -> State:
        block, row = position
        return {"order": self._order.key(), "block": block, "row": row}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """The next iteration starts where `state` was taken. DatasetError if it is of another dataset or order."""
        if state.get("order") != self._order.key():
            raise DatasetError(
                f"{self._source.storage}: the saved position belongs to another dataset, split, filter or order",
                hint="build the dataset as it was when `state_dict` was called: same files, steps and seeds",
            )
        self._start = (int(state["block"]), int(state["row"]))
        self._iterator = None


class EpisodeIterator(Iterator[Episode]):
    """One pass over a dataset; `position` says how far it is."""

    def __init__(self, dataset: EpisodeDataset, start: Position) -> None:
        self.position = start
        self._dataset = dataset
        self._episodes = self._walk()

    def __next__(self) -> Episode:
        return next(self._episodes)

    def state_dict(self) -> State:
        """Where this pass stands, for `load_state_dict` of an equal dataset."""
        return self._dataset._state_at(self.position)

    def _walk(self) -> Iterator[Episode]:
        dataset = self._dataset
        first_block, first_row = self.position
        for block in range(first_block, dataset._order.plan.blocks):
            interruption.check()
            shards, rows = dataset._order.rows_of(block)
            first = first_row if block == first_block else 0
            for done in range(first, len(rows)):
                episode = dataset._episode(int(shards[done]), int(rows[done]))
                self.position = (block, done + 1)
                yield episode
        self.position = _START
