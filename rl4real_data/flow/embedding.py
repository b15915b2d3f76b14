"""Other vectors for a finished dataset, without compiling anything."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from rl4real_data.core.counted import counted, noun
from rl4real_data.core.errors import DatasetError, VocabularyError
from rl4real_data.core.recipe import Weights
from rl4real_data.episodes.card import with_card
from rl4real_data.episodes.comparison import require_listed
from rl4real_data.episodes.croissant import with_croissant
from rl4real_data.episodes.file_names import INSTRUCTIONS_NAME, VOCABULARY_NAME
from rl4real_data.episodes.footer import belonging
from rl4real_data.episodes.index import DatasetIndex, FileEntry, file_entry, read_index
from rl4real_data.episodes.instructions import has_opcodes, with_vectors
from rl4real_data.episodes.later_columns import in_version
from rl4real_data.episodes.schema import instructions_schema
from rl4real_data.episodes.shape_counts import count_occurrences, read_instructions
from rl4real_data.episodes.shards import malformed_tables
from rl4real_data.episodes.writer import write_table
from rl4real_data.flow.packing import vocabulary_entry
from rl4real_data.flow.working_folder import WorkDir, open_workdir
from rl4real_data.mir2vec.coverage import Coverage, measure_coverage
from rl4real_data.mir2vec.shape_vectors import embed_shapes
from rl4real_data.mir2vec.vocabulary import Vocabulary
from rl4real_data.mir2vec.vocabulary_file import read_vocabulary
from rl4real_data.mir2vec.vocabulary_parquet import write_parquet


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """What was done: `shapes` instruction shapes have new vectors, `coverage` says how well they are known.

    `max_missing`: the share of incomplete instructions that the dataset's recipe allows.
    """

    shapes: int
    coverage: Coverage
    max_missing: float


def embed_dataset(data_dir: Path, vocabulary_path: Path) -> Embedded:
    """Replaces the vectors, the vocabulary and what the card and the index say of them, all at once.

    A vocabulary that knows too little of it is taken all the same where the one before it knew less. VocabularyError,
    with the dataset untouched, for one that does not fit, or that knows too little and no more than the one before.
    """
    read_index(data_dir)  # where there is no dataset, nothing is to be opened
    with open_workdir(data_dir) as work:
        index = read_index(data_dir)  # as it is now: opening may have carried a publication through
        recipe = _embedding_recipe(index)
        vocabulary = read_vocabulary(vocabulary_path)
        vocabulary.require(target=index.target, dimension=recipe.dimension, name=str(vocabulary_path))
        require_listed(data_dir, index)
        table = read_instructions(data_dir, index)
        if not has_opcodes(table):
            raise DatasetError(
                f"{data_dir}: has no opcodes to embed (the fork's graphs hold vectors alone, which the dataset has)"
            )
        with malformed_tables(data_dir):
            shapes = embed_shapes(
                table["opcode"].combine_chunks(), table["operands"].combine_chunks(), vocabulary, recipe.weights
            )
        coverage = measure_coverage(shapes, count_occurrences(data_dir, index, table.num_rows))
        _require_gain(coverage, index, recipe.max_missing, str(vocabulary_path))
        footer = belonging(index.fingerprint, vocabulary=vocabulary.digest)
        files = _write(work, with_vectors(table, shapes.vectors), vocabulary, recipe, footer)
        new = dataclasses.replace(
            index, files={**index.files, **files}, vocabulary=vocabulary_entry(vocabulary, coverage)
        )
        work.publish(with_croissant(with_card(new, work.next), work.next), states={})
    return Embedded(shapes=table.num_rows, coverage=coverage, max_missing=recipe.max_missing)


def _require_gain(coverage: Coverage, index: DatasetIndex, max_missing: float, name: str) -> None:
    if not coverage.is_short(max_missing) or index.vocabulary is None:
        return
    before = Coverage.from_json(index.vocabulary["coverage"])
    if coverage.incomplete >= before.incomplete:
        raise VocabularyError(
            f"{name}: {coverage.explained(max_missing)}\nThe vocabulary that the dataset has knows more: "
            f"{counted(before.incomplete, 'instruction')} {noun(before.incomplete, 'lacks', 'lack')} an entity of it",
            hint="learn one from the dataset with `rl4real-data vocab train`",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _EmbeddingRecipe:
    """What the dataset's own recipe says of vectors, and the version of the format that it stays in."""

    dimension: int
    weights: Weights
    max_missing: float
    compression_level: int
    schema_version: int


def _embedding_recipe(index: DatasetIndex) -> _EmbeddingRecipe:
    recipe: Any = index.recipe
    try:
        return _EmbeddingRecipe(
            dimension=recipe["dimension"],
            weights=Weights(opcode=recipe["opcode_weight"], operand=recipe["operand_weight"]),
            max_missing=recipe["max_missing"],
            compression_level=recipe["compression_level"],
            schema_version=index.schema_version,
        )
    except KeyError as error:
        raise DatasetError(
            f"the dataset's recipe does not say {error}: it was made by a version without vectors",
            hint="make it again with `rl4real-data flow` and another --data-dir",
        ) from None


def _write(
    work: WorkDir, table: pa.Table, vocabulary: Vocabulary, recipe: _EmbeddingRecipe, footer: Mapping[str, str]
) -> dict[str, FileEntry]:
    schema = in_version(instructions_schema(recipe.dimension), recipe.schema_version)
    path = work.next / VOCABULARY_NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    write_parquet(path, vocabulary)
    return {
        INSTRUCTIONS_NAME: write_table(
            work.next / INSTRUCTIONS_NAME, table, schema, compression_level=recipe.compression_level, footer=footer
        ),
        VOCABULARY_NAME: file_entry(path, rows=len(vocabulary.entities)),
    }
