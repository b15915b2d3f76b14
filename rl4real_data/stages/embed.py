"""The embed stage.

A MIR2Vec vector for each instruction shape, and the vocabulary that they are from.

It comes before the episodes are written, but how often a shape occurs is known only after: `count_missing` is a
stage of its own.
"""

from __future__ import annotations

from dataclasses import replace

from rl4real_data.episodes.file_names import VOCABULARY_NAME
from rl4real_data.episodes.index import file_entry
from rl4real_data.episodes.instructions import has_opcodes, with_vectors
from rl4real_data.mir2vec.coverage import measure_coverage
from rl4real_data.mir2vec.shape_vectors import embed_shapes
from rl4real_data.mir2vec.vocabulary_parquet import write_parquet
from rl4real_data.stages.draft import Draft


def embed_instructions(draft: Draft) -> Draft:
    """Fills in the vectors, and puts the vocabulary beside them; without opcodes (the fork's graphs) nothing."""
    table = draft.instructions
    assert table is not None
    if draft.vocabulary is None or not has_opcodes(table):
        return draft
    shapes = embed_shapes(
        table["opcode"].combine_chunks(), table["operands"].combine_chunks(), draft.vocabulary, draft.recipe.weights
    )
    path = draft.folder / VOCABULARY_NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    write_parquet(path, draft.vocabulary)
    entry = file_entry(path, rows=len(draft.vocabulary.entities))
    draft = draft.with_files({VOCABULARY_NAME: entry})
    return replace(draft, instructions=with_vectors(table, shapes.vectors), shape_vectors=shapes)


def count_missing(draft: Draft) -> Draft:
    """Counts the instructions that occur and lack an entity of the vocabulary: what lacks one counts as zero there."""
    if draft.shape_vectors is None:
        return draft
    assert draft.occurrences is not None
    return replace(draft, coverage=measure_coverage(draft.shape_vectors, draft.occurrences))
