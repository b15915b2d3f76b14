"""The packing of a run whose parts lie in a store.

The same dataset as `rl4real_data.flow.packing` makes in memory, byte for byte. The driver chooses among the functions
out of core and plans the shards; what reads parts and writes shards are tasks of the run's engine.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rl4real_data.cluster.packing.choosing import KEYS, Choosing, Question
from rl4real_data.cluster.packing.fact_tables import FactTables, TableFile
from rl4real_data.cluster.packing.made_shards import ShardMaker
from rl4real_data.cluster.packing.other_split import rest_beside, write_others
from rl4real_data.cluster.packing.own_batches import store_own_parts
from rl4real_data.cluster.packing.packing_record import PackingRecord, write_packing
from rl4real_data.cluster.packing.shard_plan import plan_shards
from rl4real_data.cluster.store import Store
from rl4real_data.core import interruption
from rl4real_data.core.split import Split
from rl4real_data.engines.engines import EngineName
from rl4real_data.episodes.file_names import LABELS_NAME
from rl4real_data.episodes.index import DatasetIndex, FileEntry
from rl4real_data.episodes.writer import shard_names
from rl4real_data.flow.choice import Choice, Prepared
from rl4real_data.flow.packing import other_index, pack_dataset
from rl4real_data.flow.packing_order import PackingOrder
from rl4real_data.flow.pipeline import MERGE, PACK, Flow
from rl4real_data.flow.splits import other_of
from rl4real_data.flow.working_folder import WorkDir
from rl4real_data.stages.draft import Draft
from rl4real_data.stages.merge import with_shapes
from rl4real_data.stages.module_rows import module_rows
from rl4real_data.stages.pack import with_other_split
from rl4real_data.stages.part import DistantPart, Part
from rl4real_data.stages.selection import Entry

_KEYS_AT_ONCE: Final = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class StorePacker:
    """A packer of parts in `store`.

    `tables`: the facts of the batches that were taken. `destination`: the URL of the dataset, or nothing for a folder
    of this machine.
    """

    store: Store
    tables: FactTables
    engine: EngineName = EngineName.LOCAL
    address: str | None = None
    workers: int = 1
    destination: str = ""

    def __call__(self, work: WorkDir, order: PackingOrder, flow: Flow, *, say: Callable[[str], None]) -> DatasetIndex:
        with contextlib.ExitStack() as open_until_it_is_packed:

            def prepare(work: WorkDir, order: PackingOrder, flow: Flow) -> Prepared:
                choosing = open_until_it_is_packed.enter_context(contextlib.closing(self._choose(work, order)))
                return self._prepared(choosing, work, order, flow, say)

            return pack_dataset(work, order, flow, say=say, prepare=prepare)

    def _choose(self, work: WorkDir, order: PackingOrder) -> Choosing:
        folder = self.tables.folder
        own = _write_keys(folder / "keys.parquet", order.entries)
        filters = order.compilation.recipe.filters
        store_own_parts(self.store, own.values(), work.parts, filters, self.tables)
        self.tables.close()
        others, old = None, other_index(work, order.split)
        if old is not None:
            others = folder / "others.parquet"
            write_others(others, work.data_dir, old, other_of(order.split))
        is_train = order.split is Split.TRAIN
        return Choosing(
            Question(
                facts=self.tables,
                keys=folder / "keys.parquet",
                filters=is_train,
                others=others,
                threads=self.workers,
            )
        )

    def _prepared(
        self, choosing: Choosing, work: WorkDir, order: PackingOrder, flow: Flow, say: Callable[[str], None]
    ) -> Prepared:
        episodes = _episodes_by_module(choosing, len(order.entries))
        old = other_index(work, order.split)
        books = choosing.books
        choice = Choice(
            split=order.split,
            functions=books.functions,
            episodes=books.episodes,
            filtered=books.filtered,
            duplicates=books.duplicates,
            module_rows=lambda: module_rows(order.split, zip(order.entries, map(int, episodes), strict=True)),
            content_hashes=choosing.content_hashes,
        )
        run = _Stages(packer=self, choosing=choosing, order=order, work=work, say=say)
        stages = {MERGE.name: run.merge, PACK.name: run.pack}
        return Prepared(
            choice=choice,
            rest=rest_beside(choosing, work.data_dir, old, other_of(order.split)) if old is not None else None,
            flow=replace(
                flow,
                dataset=tuple(replace(stage, run=stages.get(stage.name, stage.run)) for stage in flow.dataset),
            ),
            is_apart=bool(self.destination),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stages:
    """The dataset stages that touch every function."""

    packer: StorePacker
    choosing: Choosing
    order: PackingOrder
    work: WorkDir
    say: Callable[[str], None]

    def merge(self, draft: Draft) -> Draft:
        known = tuple(self.packer.tables.shapes)
        return with_shapes(draft, {known[number] for number in self.choosing.shapes()})

    def pack(self, draft: Draft) -> Draft:
        assert draft.table is not None
        packer, recipe = self.packer, draft.recipe
        footer = {**draft.footer, "split": draft.split.value}
        record = PackingRecord.of(recipe, draft.identity, footer, packer.destination)
        maker = ShardMaker(
            store=packer.store,
            packing=write_packing(packer.store, record, draft.table),
            engine=packer.engine,
            address=packer.address,
            workers=packer.workers,
            say=self.say,
            destination=Store(packer.destination) if packer.destination else None,
        )
        names = shard_names(
            draft.split.value,
            episodes=self.choosing.books.episodes,
            per_shard=recipe.per_shard,
            folder=draft.shard_folder,
        )
        plans = plan_shards(
            names,
            self.choosing.places(),
            self.choosing.part_places(),
            (entry.module for entry in self.order.entries),
            per_shard=recipe.per_shard,
        )
        is_fetched = not packer.destination or (self.work.data_dir / LABELS_NAME).exists()
        occurrences = np.zeros(len(draft.table.ids), np.int64)
        files: dict[str, FileEntry] = {}
        for name, marker in maker.make(plans):
            interruption.check()
            if is_fetched:
                maker.fetch(name, marker, draft.folder)
            files[marker.shard] = marker.entry
            for number, count in marker.shapes.items():
                occurrences[number] += count
        in_order = {name: files[name] for name in names}
        return with_other_split(replace(draft.with_files(in_order), occurrences=occurrences))


def _write_keys(path: Path, entries: Sequence[Entry]) -> dict[str, Part]:
    """The key of every module that has a part, by its position; the parts that lie here, by key."""
    own: dict[str, Part] = {}

    def rows() -> Iterator[tuple[int, str]]:
        for position, entry in enumerate(entries):
            part = entry.part
            if part.size:
                if not isinstance(part, DistantPart):
                    own[part.key] = part
                yield position, part.key

    with TableFile(path, KEYS) as table:
        for some in _some(rows()):
            interruption.check()
            positions, keys = zip(*some, strict=True)
            table.add(pa.table([pa.array(positions, pa.int32()), pa.array(keys)], schema=KEYS))
    return own


def _some(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while some := list(itertools.islice(rows, _KEYS_AT_ONCE)):
        yield some


def _episodes_by_module(choosing: Choosing, modules: int) -> npt.NDArray[np.int32]:
    """(modules,)"""
    counts = np.zeros(modules, np.int32)
    for positions, _ in choosing.places():
        found, episodes = np.unique(positions, return_counts=True)
        counts[found] += episodes.astype(np.int32)
    return counts
