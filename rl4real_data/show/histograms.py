"""The histograms of a dataset, its largest functions and its register classes, streamed over the shards.

Buckets of sizes are powers of two, since sizes of functions span four powers of ten: 0, 1, 2-3, 4-7, and so on. What
stays small (allowed registers, pressure) is counted value by value. Nothing is kept an episode; memory is that of one
batch, however large the dataset.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rl4real_data.episodes.index import read_index
from rl4real_data.episodes.ragged import Ints, list_lengths, nested_lengths
from rl4real_data.episodes.schema import Outcome
from rl4real_data.episodes.shards import find_shards, iterate_batches, open_table
from rl4real_data.show.node_quantities import COLUMNS as NODE_COLUMNS
from rl4real_data.show.node_quantities import AllowedRegisters, degrees, peaks
from rl4real_data.show.pressure import ClassFile

BUCKETS: Final = 33
LARGEST: Final = 30
VALUES: Final = 1024
"""Values of pressure and of allowed registers that are told apart; the last one stands for all above it, too."""
QUANTITIES: Final = ("nodes", "edges", "instructions", "use_points", "largest_use_points", "spilled")
_SIZE_COLUMNS: Final = ("node_vreg", "edge_u", "inst", "use_distance", "node_outcome", "node_class")
EXACT: Final = ("allowed", "pressure")
_NAME_COLUMNS: Final = ("episode_id", "function", "module", "corpus", "spill_cost")


def bucket_of(counts: Ints) -> Ints:
    """(n,) int64: 0 for 0, else one more than the whole part of the binary logarithm."""
    return np.frexp(np.asarray(counts, np.float64))[1].astype(np.int64)


def bucket_range(bucket: int) -> tuple[int, int]:
    """The least and the greatest count of a bucket."""
    return (0, 0) if bucket == 0 else (1 << (bucket - 1), (1 << bucket) - 1)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class LargeFunction:
    """An episode by its size; compared by nodes, then edges, then episode_id. `row`: its number in its split."""

    nodes: int
    edges: int
    episode_id: str
    instructions: int | None = field(compare=False)
    spilled: int | None = field(compare=False)
    spill_cost: float | None = field(compare=False)
    function: str = field(compare=False)
    module: str = field(compare=False)
    corpus: str = field(compare=False)
    split: str = field(compare=False)
    row: int = field(compare=False)


@dataclass(slots=True)
class Histograms:
    """What has been counted so far: `counts[split][quantity]` (BUCKETS,) int64, and (VALUES,) of `EXACT` ones, episodes
    that do not tell left out; `classes[class_id]` (outcomes,) int64, nodes by outcome; `largest`, most nodes first."""

    registers: AllowedRegisters
    counts: dict[str, dict[str, Ints]] = field(default_factory=dict)
    classes: dict[int, Ints] = field(default_factory=dict)
    largest: list[LargeFunction] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)

    def add(self, batch: pa.RecordBatch, split: str) -> None:
        """Counts the episodes of a batch with the columns of `COLUMNS`."""
        own = self.counts.setdefault(split, _no_counts())
        sizes, told = _sizes(batch)
        for name, counts in sizes.items():
            known = counts[told[name]]
            own[name] += np.bincount(bucket_of(known), minlength=BUCKETS)
        own["degree"] += np.bincount(bucket_of(degrees(batch)), minlength=BUCKETS)
        for name, values in (("allowed", self.registers.count(batch)), ("pressure", peaks(batch))):
            own[name] += np.bincount(np.minimum(values, VALUES - 1), minlength=VALUES)
        self._add_classes(batch)
        self._add_largest(batch, split, sizes, told)
        self.rows[split] = self.rows.get(split, 0) + len(batch)

    def _add_classes(self, batch: pa.RecordBatch) -> None:
        both = batch.filter(pc.and_(pc.is_valid(batch["node_class"]), pc.is_valid(batch["node_outcome"])))
        classes, outcomes = (_flat(both[name]) for name in ("node_class", "node_outcome"))
        if len(classes) != len(outcomes):  # a damaged shard, which `validate` names
            return
        known = (classes >= 0) & (outcomes >= 0) & (outcomes < len(Outcome))
        pairs = Counter(zip(classes[known].tolist(), outcomes[known].tolist(), strict=True))
        for (class_id, outcome), count in pairs.items():
            self.classes.setdefault(class_id, np.zeros(len(Outcome), np.int64))[outcome] += count

    def _add_largest(
        self, batch: pa.RecordBatch, split: str, sizes: Mapping[str, Ints], told: Mapping[str, npt.NDArray[np.bool_]]
    ) -> None:
        least = self.largest[-1].nodes if len(self.largest) == LARGEST else -1
        chosen = np.flatnonzero(sizes["nodes"] >= least)
        names = batch.select(list(_NAME_COLUMNS)).take(pa.array(chosen)).to_pylist()
        found = [
            LargeFunction(**row, split=split, row=self.rows.get(split, 0) + int(i), **_sizes_of(int(i), sizes, told))
            for row, i in zip(names, chosen, strict=True)
        ]
        self.largest = heapq.nlargest(LARGEST, self.largest + found)


COLUMNS: Final = tuple(dict.fromkeys((*_SIZE_COLUMNS, *_NAME_COLUMNS, *NODE_COLUMNS)))


def _no_counts() -> dict[str, Ints]:
    return {name: np.zeros(VALUES if name in EXACT else BUCKETS, np.int64) for name in (*QUANTITIES, "degree", *EXACT)}


def _sizes_of(i: int, sizes: Mapping[str, Ints], told: Mapping[str, npt.NDArray[np.bool_]]) -> dict[str, Any]:
    shown = ("nodes", "edges", "instructions", "spilled")
    return {name: int(sizes[name][i]) if told[name][i] else None for name in shown}


def _sizes(batch: pa.RecordBatch) -> tuple[dict[str, Ints], dict[str, npt.NDArray[np.bool_]]]:
    """The size of each episode in each quantity, and whether the episode tells it."""
    total, largest = nested_lengths(batch["use_distance"])
    sizes = {
        "nodes": list_lengths(batch["node_vreg"]),
        "edges": list_lengths(batch["edge_u"]),
        "instructions": list_lengths(batch["inst"]),
        "use_points": total,
        "largest_use_points": largest,
        "spilled": _count_spilled(batch["node_outcome"]),
    }
    columns = ("node_vreg", "edge_u", "inst", "use_distance", "use_distance", "node_outcome")
    told = {
        name: batch[column].is_valid().to_numpy(zero_copy_only=False)
        for name, column in zip(sizes, columns, strict=True)
    }
    return sizes, told


def _count_spilled(outcomes: pa.Array) -> Ints:
    owner = np.repeat(np.arange(len(outcomes)), list_lengths(outcomes))
    return np.bincount(owner[_flat(outcomes) == Outcome.SPILLED], minlength=len(outcomes)).astype(np.int64)


def _flat(column: pa.Array) -> Ints:
    return np.asarray(pc.fill_null(column.flatten(), -1).to_numpy(zero_copy_only=False), np.int64)


def collect_histograms(data_dir: Path, registers: ClassFile) -> Histograms:
    """One pass over all shards.

    DatasetError if there is no dataset, or a file of it cannot be read; ValueError if columns do not fit together.
    """
    found = Histograms(AllowedRegisters.of(registers))
    index = read_index(data_dir)
    for split in sorted(index.splits, reverse=True):
        found.counts[split] = _no_counts()
    for shard in find_shards(index):
        with open_table(data_dir, index, shard.name) as file:
            for batch in iterate_batches(file, COLUMNS):
                found.add(batch, shard.split)
    return found
