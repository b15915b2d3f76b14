"""The evaluation of a vocabulary.

How much the vectors of opcodes tell of their properties, against random vectors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from rl4real_data.core.recipe import load_recipe
from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.episodes.index import read_index
from rl4real_data.episodes.shape_counts import count_occurrences, read_instructions
from rl4real_data.mir2vec.vocabulary import Vocabulary
from rl4real_data.mir2vec.vocabulary_file import read_vocabulary, vocabulary_path
from rl4real_data.toolchain.installation import Installation
from rl4real_data.toolchain.plugin import opcode_table
from rl4real_data.vocab_learning.probe import Flags, balanced_accuracy, random_vectors
from rl4real_data.vocab_learning.properties import base_properties

Progress = Callable[[int, int], object]
"""Called with (properties measured, properties in total)."""
RANDOM_SETS: Final = 10
"""Sets of random vectors; their mean is what the vocabulary is compared with."""


def evaluate_vectors(
    vocabulary: Vocabulary,
    bases: Sequence[str],
    labels: Mapping[str, Sequence[bool]],
    *,
    progress: Progress = lambda _done, _total: None,
) -> dict[str, Any]:
    """`bases` are opcodes, `labels` says for each property which of them have it; those without a vector are left out.

    For each property: the opcodes that have it, and the balanced accuracy on held-out opcodes (None with too few of
    them); the means are over the properties that could be measured.
    """
    known = [i for i, base in enumerate(bases) if vocabulary.opcode_row(base) >= 0]
    vectors = vocabulary.vectors[[vocabulary.opcode_row(bases[i]) for i in known]]
    properties = {}
    for done, (name, flags) in enumerate(labels.items()):
        progress(done, len(labels))
        chosen = np.array([flags[i] for i in known], bool)
        properties[name] = {
            "opcodes": int(chosen.sum()),
            "vocabulary": balanced_accuracy(vectors, chosen),
            "random": _on_random_vectors(chosen, vocabulary.dimension),
        }
    progress(len(labels), len(labels))
    measured = [found for found in properties.values() if found["vocabulary"] is not None]
    means = {key: float(np.mean([found[key] for found in measured])) for key in ("vocabulary", "random") if measured}
    return {"opcodes": len(known), "properties": properties, "mean": means}


def _on_random_vectors(labels: Flags, dimension: int) -> float | None:
    sets = (random_vectors(len(labels), dimension, seed=seed) for seed in range(RANDOM_SETS))
    values = [value for vectors in sets if (value := balanced_accuracy(vectors, labels)) is not None]
    return float(np.mean(values)) if values else None


def evaluate_on_dataset(
    word: str,
    data_dir: Path,
    installation: Installation,
    *,
    announce: Callable[[str], None],
    progress: Progress = lambda _done, _total: None,
) -> dict[str, Any]:
    """Balanced accuracy of a linear probe for each property, on the vocabulary's vectors and on random ones."""
    vocabulary = read_vocabulary(vocabulary_path(word))
    index = read_index(data_dir)
    vocabulary.require(target=index.target, dimension=vocabulary.dimension, name=word)
    target = TARGETS[TargetName(index.target)]
    clang = installation.clang()
    plugin = installation.plugin(clang, announce=announce)
    table = opcode_table(clang, plugin, target, load_recipe(target.name).cpu)

    instructions = read_instructions(data_dir, index)
    occurrences = count_occurrences(data_dir, index, instructions.num_rows)
    opcodes = zip(instructions["opcode"].to_pylist(), occurrences.tolist(), strict=True)
    found = evaluate_vectors(vocabulary, *base_properties(table, opcodes), progress=progress)
    return {"file": word, "data_dir": str(data_dir), **found}
