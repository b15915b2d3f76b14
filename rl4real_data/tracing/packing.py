"""The packing of traced modules into a DATA_DIR.

Shards, the table of modules, the books, the index.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from rl4real_data import __version__
from rl4real_data.core import interruption
from rl4real_data.core.split import Split
from rl4real_data.corpus.module import Corpus
from rl4real_data.episodes.comparison import differences
from rl4real_data.episodes.file_names import CARD_NAME, INDEX_NAME, MODULES_NAME
from rl4real_data.episodes.footer import belonging, with_words
from rl4real_data.episodes.index import FileEntry, SplitBooks, file_entry
from rl4real_data.episodes.schema import MODULES
from rl4real_data.episodes.writer import shard_names, write_tables
from rl4real_data.flow.books import books_of
from rl4real_data.flow.working_folder import WorkDir
from rl4real_data.stages.job import Compilation
from rl4real_data.stages.module_rows import module_rows
from rl4real_data.stages.selection import Entry, Selected, Selection
from rl4real_data.traces.card import trace_card
from rl4real_data.traces.features import Task
from rl4real_data.traces.index import TraceIndex, read_trace_index
from rl4real_data.traces.schema import trajectory_schema
from rl4real_data.traces.trajectory import mlgo_reward
from rl4real_data.tracing.part_file import read_part_table
from rl4real_data.tracing.trajectory_rows import FAILURE, part_schema

NO_DECISION: Final = "no decision"
LEFT: Final = "the policy was left: "
PACKING_VERSION: Final = 1
_SPLIT: Final = Split.TRAIN
_LONGEST_REASON: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceOrder:
    """What is packed. `policy`: name and sha256."""

    task: Task
    policy: tuple[str, str]
    compilation: Compilation
    corpora: tuple[Corpus, ...]
    skipped: tuple[str, ...]
    entries: tuple[Entry, ...]

    @property
    def recipe(self) -> dict[str, Any]:
        """The settings that decide the bytes of a trace."""
        recipe = self.compilation.recipe
        shared = ("opt_level", "cpu", "per_shard", "per_row_group", "compression_level")
        return {name: getattr(recipe, name) for name in shared}

    @property
    def toolchain(self) -> dict[str, str]:
        """Without the expert, which is the policy."""
        found = self.compilation.toolchain
        return {name: found[name] for name in found if not name.startswith("expert")}

    @property
    def fingerprint(self) -> str:
        """Hash of all that the files depend on."""
        rows = [
            (
                *(entry.module.corpus, entry.module.name, entry.module.license, entry.part.key, entry.part.sha256),
                entry.part.failure.reason if entry.part.failure else "",
            )
            for entry in self.entries
        ]
        target = self.compilation.target.name.value
        parts = (__version__, PACKING_VERSION, self.task.value, target, *self.policy, self.recipe, self.toolchain, rows)
        return hashlib.sha256(json.dumps((*parts, self.skipped), sort_keys=True).encode()).hexdigest()


def packed_index(work: WorkDir, order: TraceOrder) -> TraceIndex | None:
    """The index of the dataset if it is there already, byte for byte."""
    if not (work.data_dir / INDEX_NAME).exists() or work.state(_SPLIT.value) != order.fingerprint:
        return None
    index = read_trace_index(work.data_dir)
    return None if differences(work.data_dir, index) else index


def pack_traces(work: WorkDir, order: TraceOrder) -> TraceIndex:
    """Writes all files and publishes them. DamagedPart for a part that is not what was written."""
    selection, filtered = _select(work, order)
    fingerprint = order.fingerprint
    files = _write_shards(work, order, selection)
    files[MODULES_NAME] = write_tables(
        work.next / MODULES_NAME,
        module_rows(_SPLIT, ((each.entry, len(each.rows)) for each in selection.modules)),
        MODULES,
        compression_level=order.compilation.recipe.compression_level,
        footer=belonging(fingerprint),
    )
    index = TraceIndex(
        task=order.task,
        target=order.compilation.target.name.value,
        policy=order.policy[0],
        policy_sha256=order.policy[1],
        recipe=order.recipe,
        toolchain=order.toolchain,
        books=_books(order, selection, filtered),
        files=files,
        generator=f"rl4real-data {__version__}",
        fingerprint=fingerprint,
    )
    (work.next / CARD_NAME).write_text(trace_card(index), encoding="utf-8")
    files[CARD_NAME] = file_entry(work.next / CARD_NAME, rows=0)
    interruption.check()
    work.publish(index, states={_SPLIT.value: fingerprint})
    return index


def _select(work: WorkDir, order: TraceOrder) -> tuple[Selection, Counter[str]]:
    """The functions that become trajectories, and why the others do not."""
    filtered: Counter[str] = Counter()
    modules, functions = [], 0
    for entry in order.entries:
        interruption.check()
        table = read_part_table(work.parts, entry.part, part_schema(order.task)).select(["steps", FAILURE])
        rows = []
        for number, row in enumerate(table.to_pylist()):
            reason = _why_none(row["steps"], row[FAILURE])
            if reason:
                filtered[reason] += 1
            else:
                rows.append(number)
        functions += table.num_rows
        modules.append(Selected(entry=entry, rows=tuple(rows)))
    selection = Selection(
        modules=tuple(modules), functions=functions, filtered=filtered, duplicates=0, content_hashes=frozenset()
    )
    return selection, filtered


def _why_none(steps: int, failure: str | None) -> str:
    if not steps:
        return NO_DECISION
    return f"{LEFT}{failure}"[:_LONGEST_REASON] if failure else ""


def _books(order: TraceOrder, selection: Selection, filtered: Mapping[str, int]) -> SplitBooks:
    return books_of(
        order.entries,
        order.corpora,
        skipped=order.skipped,
        functions=selection.functions,
        episodes=selection.episodes,
        filtered=dict(sorted(filtered.items())),
    )


def _write_shards(work: WorkDir, order: TraceOrder, selection: Selection) -> dict[str, FileEntry]:
    """Row groups and shards are cut by the number of trajectories alone."""
    recipe = order.compilation.recipe
    names = shard_names(_SPLIT.value, episodes=selection.episodes, per_shard=recipe.per_shard)
    schema = with_words(trajectory_schema(order.task), belonging(order.fingerprint))
    groups = _groups(_rows(work, order, selection), selection.episodes, recipe.per_shard, recipe.per_row_group)
    files: dict[str, FileEntry] = {}
    for name in names:
        path = work.next / name
        path.parent.mkdir(parents=True, exist_ok=True)
        written = 0
        with pq.ParquetWriter(
            path, schema, version="2.6", compression="zstd", compression_level=recipe.compression_level
        ) as writer:
            while written < recipe.per_shard and (group := next(groups, None)) is not None:
                writer.write_table(group.cast(schema), row_group_size=group.num_rows)
                written += group.num_rows
        files[name] = file_entry(path, rows=written)
    return files


def _groups(tables: Iterator[pa.Table], total: int, per_shard: int, per_group: int) -> Iterator[pa.Table]:
    waiting: list[pa.Table] = []
    done = 0
    while done < total:
        size = min(per_group, per_shard - done % per_shard, total - done)
        while sum(table.num_rows for table in waiting) < size:
            waiting.append(next(tables))
        whole = pa.concat_tables(waiting)
        yield whole.slice(0, size).combine_chunks()
        waiting = [whole.slice(size)]
        done += size


def _rows(work: WorkDir, order: TraceOrder, selection: Selection) -> Iterator[pa.Table]:
    """The trajectories of each module, with what they have in common."""
    schema = trajectory_schema(order.task)
    for selected in selection.modules:
        interruption.check()
        if not selected.rows:
            continue
        table = read_part_table(work.parts, selected.entry.part, part_schema(order.task))
        table = table.take(pa.array(selected.rows, pa.int64()))
        constant = _constants(order, selected.entry)
        arrays = [
            _rewards(table)
            if field.name == "reward"
            else pa.repeat(pa.scalar(constant[field.name], field.type), table.num_rows)
            if field.name in constant
            else table[field.name]
            for field in schema
        ]
        yield pa.table(arrays, schema=schema)


def _rewards(table: pa.Table) -> pa.Array:
    pairs = zip(table["score"].to_pylist(), table["baseline"].to_pylist(), strict=True)
    return pa.array(np.array([mlgo_reward(score, baseline) for score, baseline in pairs], np.float64))


def _constants(order: TraceOrder, entry: Entry) -> dict[str, Any]:
    compilation, module = order.compilation, entry.module
    return {
        "module": module.name,
        "corpus": module.corpus,
        "license": module.license,
        "redistributable": module.redistributable,
        "target": compilation.target.name.value,
        "cpu": compilation.recipe.cpu,
        "opt_level": compilation.recipe.opt_level,
        "llvm_version": compilation.clang.version,
        "policy": order.policy[0],
    }
