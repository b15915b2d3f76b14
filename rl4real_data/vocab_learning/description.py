"""The description of a vocabulary.

Content, origin, neighbours, and how much of a dataset it knows.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from rl4real_data.core.recipe import Weights
from rl4real_data.episodes.index import read_index
from rl4real_data.episodes.shape_counts import count_occurrences, read_instructions
from rl4real_data.mir2vec.coverage import measure_coverage
from rl4real_data.mir2vec.entities import Section
from rl4real_data.mir2vec.shape_vectors import embed_shapes
from rl4real_data.mir2vec.vocabulary import Vocabulary
from rl4real_data.mir2vec.vocabulary_file import read_vocabulary, vocabulary_path
from rl4real_data.vocab_learning.neighbours import nearest


def describe(word: str, *, data_dir: Path | None = None, near: str | None = None) -> dict[str, Any]:
    """Content and origin; with a dataset, how much of it the vocabulary knows; with an opcode, what is near it."""
    vocabulary = read_vocabulary(vocabulary_path(word))
    sections = Counter(entity.section.value for entity in vocabulary.entities)
    found: dict[str, Any] = {
        "file": word,
        "target": vocabulary.target,
        "dimension": vocabulary.dimension,
        "entities": {section.value: sections[section.value] for section in Section},
        "origin": dict(vocabulary.origin),
        "most_frequent": _most_frequent(vocabulary),
    }
    if data_dir is not None:
        found["coverage"] = _coverage(word, vocabulary, data_dir)
    if near is not None:
        found["near"] = {"opcode": near, "neighbours": nearest(vocabulary, near)}
    return found


def _most_frequent(vocabulary: Vocabulary, count: int = 8) -> list[tuple[str, int]]:
    order = np.argsort(-vocabulary.counts, kind="stable")[:count]
    return [(vocabulary.entities[i].name, int(vocabulary.counts[i])) for i in order if vocabulary.counts[i] > 0]


def _coverage(word: str, vocabulary: Vocabulary, data_dir: Path) -> dict[str, Any]:
    index = read_index(data_dir)
    vocabulary.require(target=index.target, dimension=vocabulary.dimension, name=word)
    table = read_instructions(data_dir, index)
    opcodes, operands = table["opcode"].combine_chunks(), table["operands"].combine_chunks()
    shapes = embed_shapes(opcodes, operands, vocabulary, Weights(opcode=1, operand=1))
    coverage = measure_coverage(shapes, count_occurrences(data_dir, index, table.num_rows))
    return {"data_dir": str(data_dir), "share": coverage.share, **coverage.to_json()}
