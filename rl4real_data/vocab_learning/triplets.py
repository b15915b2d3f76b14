"""Triplets of a knowledge graph, counted over episodes.

What a vocabulary is learned from.

As `llvm-ir2vec triplets --mode=mir` has them: (opcode, Next, opcode of the instruction behind it), over a whole
function in layout order, and (opcode, Arg_i, operand i). Operands without an entity give no triplet: they are zero by
definition, and LLVM's tool counts them as virtual registers of its first class.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from rl4real_data.core import interruption
from rl4real_data.core.errors import DatasetError
from rl4real_data.episodes.comparison import require_listed
from rl4real_data.episodes.file_names import INSTRUCTIONS_NAME
from rl4real_data.episodes.index import DatasetIndex, read_index
from rl4real_data.episodes.instructions import Shape, has_opcodes, shapes_of_table
from rl4real_data.episodes.shape_counts import count_ids, read_instructions
from rl4real_data.episodes.shards import find_shards, iterate_batches, open_table
from rl4real_data.mir2vec.entities import Section, base_opcode, operand_section
from rl4real_data.mir2vec.vocabulary import Entity

Ids = npt.NDArray[np.int64]

NEXT: Final = 0
FIRST_ARGUMENT: Final = 1
TRAIN: Final = "train"


@dataclass(frozen=True, kw_only=True)
class Triplets:
    """Distinct triplets, sorted, with how often they occur.

    `rows` (triplets, 3) int64: head, relation, tail; heads and tails are indices into `entities`, sorted as LLVM does,
    relation 0 is Next and 1 + i is Arg_i. `counts` (triplets,). `occurrences` (entities,) of each entity.
    """

    entities: tuple[Entity, ...]
    rows: Ids
    counts: Ids
    occurrences: Ids
    functions: int

    @property
    def relations(self) -> tuple[str, ...]:
        """Names by number."""
        last = int(self.rows[:, 1].max()) if len(self.rows) else NEXT
        return ("Next", *(f"Arg{i}" for i in range(last)))


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedShapes:
    """One dataset's shapes, how often each occurs in one split, and which opcodes follow each other."""

    index: DatasetIndex
    split: str
    shapes: Sequence[Shape]
    occurrences: Ids
    following: Counter[tuple[str, str]]
    functions: int


def count_shapes(data_dir: Path, split: str = TRAIN, *, watch: Callable[[int], object]) -> CountedShapes:
    """Streams one split; `watch(episodes)` is called after each batch.

    DatasetError if it is not there, or has no instructions.
    """
    index = read_index(data_dir)
    table = read_instructions(data_dir, index)
    shards = [shard for shard in find_shards(index) if shard.split == split]
    if not shards or not has_opcodes(table):
        raise _has_no(data_dir, f"{split} split" if not shards else "opcodes (the fork's graphs have none)")
    require_listed(data_dir, index, (INSTRUCTIONS_NAME, *(shard.name for shard in shards)))
    shapes = shapes_of_table(table)
    bases = sorted({base_opcode(opcode) for opcode, _ in shapes})
    number = {base: i for i, base in enumerate(bases)}
    base_of = np.array([number[base_opcode(opcode)] for opcode, _ in shapes], np.int64)
    occurrences, pairs = np.zeros(len(shapes), np.int64), np.zeros(len(bases) ** 2, np.int64)
    functions = 0
    for shard in shards:
        with open_table(data_dir, index, shard.name) as file:
            for batch in iterate_batches(file, ("inst",)):
                inst, lengths = batch["inst"].flatten().to_numpy(), batch["inst"].value_lengths().to_numpy()
                occurrences += count_ids(inst, len(shapes), name=shard.name)
                pairs += _count_pairs(base_of[inst], lengths, len(bases))
                functions += batch.num_rows
                watch(batch.num_rows)
    if not occurrences.any():
        raise _has_no(data_dir, f"instructions in its {split} split")
    found = np.flatnonzero(pairs)
    following = Counter({(bases[i // len(bases)], bases[i % len(bases)]): int(pairs[i]) for i in found})
    return CountedShapes(
        index=index,
        split=split,
        shapes=shapes,
        occurrences=occurrences,
        following=following,
        functions=functions,
    )


def _has_no(data_dir: Path, what: str) -> DatasetError:
    return DatasetError(f"{data_dir}: has no {what} to learn from", hint="make one with `rl4real-data flow … train …`")


def _count_pairs(opcodes: Ids, lengths: Ids, kinds: int) -> Ids:
    """How often opcode b is right behind opcode a in one function, at a · kinds + b."""
    ends = np.cumsum(lengths)
    is_last = np.zeros(len(opcodes), bool)
    is_last[ends[lengths > 0] - 1] = True
    first = np.flatnonzero(~is_last)
    return np.bincount(opcodes[first] * kinds + opcodes[first + 1], minlength=kinds**2)


def make_triplets(datasets: Sequence[CountedShapes]) -> Triplets:
    """Adds up what was counted in all datasets."""
    counts: Counter[tuple[Entity, int, Entity]] = Counter()
    occurrences: Counter[Entity] = Counter()
    for dataset in datasets:
        for (head, tail), count in dataset.following.items():
            interruption.check()
            counts[Entity(Section.OPCODES, head), NEXT, Entity(Section.OPCODES, tail)] += count
        for (opcode, operands), count in zip(dataset.shapes, dataset.occurrences.tolist(), strict=True):
            if count:
                _count_shape(opcode, operands, count, counts, occurrences)
    entities = tuple(sorted(occurrences, key=lambda entity: entity.sort_key))
    number = {entity: i for i, entity in enumerate(entities)}
    rows = sorted((number[head], relation, number[tail], count) for (head, relation, tail), count in counts.items())
    table = np.array(rows, np.int64).reshape(-1, 4)
    return Triplets(
        entities=entities,
        rows=table[:, :3],
        counts=table[:, 3],
        occurrences=np.array([occurrences[entity] for entity in entities], np.int64),
        functions=sum(dataset.functions for dataset in datasets),
    )


def _count_shape(
    opcode: str,
    operands: Sequence[str],
    count: int,
    counts: Counter[tuple[Entity, int, Entity]],
    occurrences: Counter[Entity],
) -> None:
    head = Entity(Section.OPCODES, base_opcode(opcode))
    occurrences[head] += count
    for place, operand in enumerate(operands):
        if operand:
            tail = Entity(operand_section(operand), operand)
            occurrences[tail] += count
            counts[head, FIRST_ARGUMENT + place, tail] += count
