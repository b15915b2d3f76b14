"""Vectors of instruction shapes.

W_opcode · V[opcode] + w_operand · Σ V[operand], for all distinct shapes at once.

The formula is MIR2Vec's (RL4ReAl, CC 2023); the fork's weights are 1 and 0.2, those of LLVM's own tool 1 and 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rl4real_data.core import interruption
from rl4real_data.core.recipe import Weights
from rl4real_data.mir2vec.entities import base_opcode
from rl4real_data.mir2vec.vocabulary import Vectors, Vocabulary

Ids = npt.NDArray[np.int64]

_SHAPES_AT_ONCE: Final = 16_384
"""So that the gathered rows of the vocabulary take tens of megabytes and not gigabytes."""


@dataclass(frozen=True, kw_only=True)
class ShapeVectors:
    """Vectors of shapes, and the lookups that found nothing.

    `vectors` (shapes, dimension) float32. Lookup k found nothing for `missing_names[missing_entity[k]]` in shape
    `missing_shape[k]`; its contribution is zero. `empty_operands` (shapes,) counts the operands that have no entity:
    absent registers and those without a class, which are zero on purpose.
    """

    vectors: Vectors
    missing_names: tuple[str, ...]
    missing_shape: Ids
    missing_entity: Ids
    empty_operands: Ids


def embed_shapes(opcodes: pa.Array, operands: pa.Array, vocabulary: Vocabulary, weights: Weights) -> ShapeVectors:
    """`opcodes`: strings (shapes,), LLVM's full names; `operands`: lists of entity names, "" for none."""
    opcode_rows, opcode_names = _lookup(opcodes, lambda name: vocabulary.opcode_row(base_opcode(name)))
    flat = operands.flatten()
    operand_rows, operand_names = _lookup(flat, vocabulary.operand_row)
    lengths = np.asarray(pc.list_value_length(operands).to_numpy(zero_copy_only=False), np.int64)
    owner = np.repeat(np.arange(len(opcodes), dtype=np.int64), lengths)
    is_empty = np.asarray(pc.equal(flat, "").to_numpy(zero_copy_only=False), bool)

    lost_opcodes, lost_operands = np.flatnonzero(opcode_rows < 0), np.flatnonzero((operand_rows < 0) & ~is_empty)
    names = [base_opcode(opcode_names[i]) for i in lost_opcodes.tolist()] + [
        operand_names[i] for i in lost_operands.tolist()
    ]
    known = {name: number for number, name in enumerate(sorted(set(names)))}
    return ShapeVectors(
        vectors=_sum_rows(vocabulary, weights, opcode_rows, operand_rows, lengths),
        missing_names=tuple(known),
        missing_shape=np.concatenate((lost_opcodes, owner[lost_operands])),
        missing_entity=np.array([known[name] for name in names], np.int64),
        empty_operands=np.bincount(owner[is_empty], minlength=len(opcodes)).astype(np.int64),
    )


class _Names:
    """The string at each place of a dictionary-encoded array."""

    def __init__(self, encoded: pa.DictionaryArray) -> None:
        self._names: list[str] = encoded.dictionary.to_pylist()
        self._codes: list[int] = encoded.indices.to_pylist()

    def __getitem__(self, place: int) -> str:
        return self._names[self._codes[place]]


def _lookup(strings: pa.Array, row_of: Callable[[str], int]) -> tuple[Ids, _Names]:
    """The row of each string: every distinct one is looked up once."""
    encoded = strings.dictionary_encode()
    rows = np.array([row_of(name) for name in encoded.dictionary.to_pylist()], np.int64)
    codes = np.asarray(encoded.indices.to_numpy(zero_copy_only=False), np.int64)
    return rows[codes] if len(rows) else np.zeros(0, np.int64), _Names(encoded)


def _sum_rows(vocabulary: Vocabulary, weights: Weights, opcode_rows: Ids, operand_rows: Ids, lengths: Ids) -> Vectors:
    """One sparse product: row s has `weights.opcode` at the opcode's column, `weights.operand` at each operand's.

    Added up in float64, rounded once.
    """
    count, dimension = len(opcode_rows), vocabulary.dimension
    table = np.zeros((len(vocabulary.entities) + 1, dimension))  # row -1: nothing found
    table[:-1] = vocabulary.vectors
    ends = np.cumsum(lengths)
    vectors = np.empty((count, dimension), np.float32)
    for first in range(0, count, _SHAPES_AT_ONCE):
        interruption.check()
        part = slice(first, min(first + _SHAPES_AT_ONCE, count))
        begin = ends[part.start] - lengths[part.start]
        rows = table[operand_rows[begin : ends[part.stop - 1]]]
        filled = np.flatnonzero(lengths[part])
        sums = np.zeros((part.stop - part.start, dimension))
        if len(filled):
            starts = (ends[part] - lengths[part])[filled] - begin
            sums[filled] = np.add.reduceat(rows, starts, axis=0)
        vectors[part] = weights.opcode * table[opcode_rows[part]] + weights.operand * sums
    return vectors
