"""The check of the vectors, one instruction at a time.

They are those of the dataset's vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rl4real_data.core.counted import counted
from rl4real_data.core.errors import VocabularyError
from rl4real_data.episodes.file_names import INDEX_NAME, INSTRUCTIONS_NAME, VOCABULARY_NAME
from rl4real_data.episodes.index import DatasetIndex
from rl4real_data.episodes.shards import iterate_batches, open_table
from rl4real_data.mir2vec.entities import base_opcode
from rl4real_data.mir2vec.vocabulary import Vocabulary
from rl4real_data.mir2vec.vocabulary_file import read_vocabulary
from rl4real_data.validation.finding import Finding

_TOLERANCE: Final = 1e-5
"""Of the largest component: the sum is rounded to float32 once there, and here."""


def check_vectors(data_dir: Path, index: DatasetIndex) -> Iterator[Finding]:
    """A dataset with a vocabulary has the right vector for every shape; one without it has none of its own.

    Those that a source brings along, without opcodes, cannot be made again: they must be there, and finite.
    """
    vocabulary = None
    if index.vocabulary is not None:
        try:
            vocabulary = read_vocabulary(data_dir / VOCABULARY_NAME)
        except VocabularyError as error:
            yield Finding(VOCABULARY_NAME, None, str(error).removeprefix(f"{data_dir / VOCABULARY_NAME}: "))
            return
        if vocabulary.digest != index.vocabulary.get("sha256"):
            yield Finding(VOCABULARY_NAME, None, f"is not the vocabulary that {INDEX_NAME} names")
            return
    yield from _check_rows(data_dir, index, vocabulary)


def _check_rows(data_dir: Path, index: DatasetIndex, vocabulary: Vocabulary | None) -> Iterator[Finding]:
    row = 0
    with open_table(data_dir, index, INSTRUCTIONS_NAME) as file:
        for batch in iterate_batches(file, ("opcode", "operands", "embedding")):
            for shape in batch.to_pylist():
                if wrong := _wrong_vector(shape, vocabulary, index.recipe):
                    yield Finding(INSTRUCTIONS_NAME, row, wrong)
                row += 1


def _wrong_vector(shape: dict[str, Any], vocabulary: Vocabulary | None, recipe: Any) -> str:
    if shape["opcode"] is None:
        is_whole = shape["embedding"] is not None and bool(np.isfinite(np.array(shape["embedding"], np.float64)).all())
        return "" if is_whole else "neither an opcode nor a vector"
    if vocabulary is None:
        return "" if shape["embedding"] is None else "a vector, though the dataset names no vocabulary"
    if shape["embedding"] is None:
        return "no vector"
    expected = recipe["opcode_weight"] * _row(vocabulary, vocabulary.opcode_row(base_opcode(shape["opcode"])))
    for operand in shape["operands"]:
        expected = expected + recipe["operand_weight"] * _row(vocabulary, vocabulary.operand_row(operand))
    found = np.array(shape["embedding"], np.float64)
    if found.shape != expected.shape:
        return f"a vector of {counted(len(found), 'dimension')}, not {len(expected)}"
    largest = max(np.abs(expected).max(), 1e-30)
    return "" if np.abs(found - expected).max() <= _TOLERANCE * largest else "its vector is not that of the vocabulary"


def _row(vocabulary: Vocabulary, row: int) -> npt.NDArray[np.float64]:
    return vocabulary.vectors[row].astype(np.float64) if row >= 0 else np.zeros(vocabulary.dimension)
