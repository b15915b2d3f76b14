"""The vocabulary of a dataset.

The one that the user names, else the one that it has, else the shipped one.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rl4real_data.core.recipe import Recipe
from rl4real_data.core.targets import Target

if TYPE_CHECKING:
    from rl4real_data.mir2vec.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class VocabularyChoice:
    """`named` is the user's file; `embed` False leaves the vectors out."""

    named: Path | None = None
    embed: bool = True

    def read(self, *, target: Target, recipe: Recipe, data_dir: Path) -> Vocabulary | None:
        """None without vectors. VocabularyError if it cannot be read, or is for another target or dimension."""
        if not self.embed:
            return None
        from rl4real_data.mir2vec.vocabulary_file import read_vocabulary, shipped_vocabulary

        path = self.named or _own_vocabulary(data_dir) or shipped_vocabulary(target.name)
        vocabulary = read_vocabulary(path)
        vocabulary.require(target=target.name, dimension=recipe.dimension, name=str(path))
        return vocabulary


def _own_vocabulary(data_dir: Path) -> Path | None:
    """The file of the dataset; None if it lists none. DatasetError for one that is damaged."""
    from rl4real_data.episodes.comparison import require_listed
    from rl4real_data.episodes.file_names import INDEX_NAME, VOCABULARY_NAME
    from rl4real_data.episodes.index import read_index

    if not os.path.lexists(data_dir / INDEX_NAME):
        return None
    index = read_index(data_dir)
    if VOCABULARY_NAME not in index.files:
        return None
    require_listed(data_dir, index, (VOCABULARY_NAME,))
    return data_dir / VOCABULARY_NAME
