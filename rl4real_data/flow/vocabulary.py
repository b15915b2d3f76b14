"""The vocabulary of a dataset.

The one that the user names, else the one that it has, else the shipped one.
"""

from __future__ import annotations

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
        from rl4real_data.episodes.shards import VOCABULARY_NAME
        from rl4real_data.mir2vec.vocabulary_file import read_vocabulary, shipped_vocabulary

        path = self.named or shipped_vocabulary(target.name)
        if self.named is None and (data_dir / VOCABULARY_NAME).is_file():
            path = data_dir / VOCABULARY_NAME
        vocabulary = read_vocabulary(path)
        vocabulary.require(target=target.name, dimension=recipe.dimension, name=str(path))
        return vocabulary
