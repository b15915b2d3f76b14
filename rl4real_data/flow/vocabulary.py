"""Which vocabulary a dataset gets: the one that the user names, else the one that it has, else the shipped one."""

from __future__ import annotations

from pathlib import Path

from rl4real_data.core.recipe import Recipe
from rl4real_data.episodes.shards import VOCABULARY_NAME
from rl4real_data.mir2vec.vocabulary import Vocabulary
from rl4real_data.mir2vec.vocabulary_file import read_vocabulary, shipped_vocabulary


def choose_vocabulary(named: Path | None, *, target: str, recipe: Recipe, data_dir: Path) -> Vocabulary:
    """VocabularyError if it cannot be read, or is one for another target or of another dimension."""
    path = named or shipped_vocabulary(target)
    if named is None and (data_dir / VOCABULARY_NAME).is_file():
        path = data_dir / VOCABULARY_NAME
    vocabulary = read_vocabulary(path)
    vocabulary.require(target=target, dimension=recipe.dimension, name=str(path))
    return vocabulary
