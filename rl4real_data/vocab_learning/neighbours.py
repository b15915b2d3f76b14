"""The neighbours of an entity."""

from __future__ import annotations

import difflib

import numpy as np

from rl4real_data.core.errors import UsageError
from rl4real_data.mir2vec.entities import Section, base_opcode
from rl4real_data.mir2vec.vocabulary import Vocabulary


def nearest(vocabulary: Vocabulary, opcode: str, *, count: int = 10) -> list[tuple[str, float]]:
    """The opcodes nearest to one by cosine, the nearest first. UsageError for an opcode that is not there."""
    rows = [i for i, entity in enumerate(vocabulary.entities) if entity.section is Section.OPCODES]
    names = [vocabulary.entities[i].name for i in rows]
    base = base_opcode(opcode)
    if base not in names:
        close = difflib.get_close_matches(base, names, n=3)
        raise UsageError(
            f"the vocabulary has no opcode {opcode!r}" + (f" ({base})" if base != opcode else ""),
            hint=f"near names: {', '.join(close)}" if close else "",
        )
    vectors = vocabulary.vectors[rows].astype(np.float64)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-30)
    place = names.index(base)
    cosines = vectors @ vectors[place]
    order = [int(i) for i in np.argsort(-cosines, kind="stable") if i != place]
    return [(names[i], float(cosines[i])) for i in order[:count]]
