"""The draft of a dataset.

What its stages hand on, in a folder that is published whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rl4real_data.core.recipe import Recipe
from rl4real_data.core.split import Split
from rl4real_data.episodes.file_names import SHARDS
from rl4real_data.episodes.index import FileEntry
from rl4real_data.episodes.instructions import InstructionTable
from rl4real_data.mir2vec.coverage import Coverage
from rl4real_data.mir2vec.shape_vectors import ShapeVectors
from rl4real_data.mir2vec.vocabulary import Vocabulary
from rl4real_data.stages.other_split import OtherSplit
from rl4real_data.stages.selection import Selection
from rl4real_data.stages.shape_numbers import ShapeNumbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The state that the dataset stages hand on; each returns it with what it added."""

    folder: Path
    parts: Path
    split: Split
    shard_folder: str = SHARDS
    recipe: Recipe
    selection: Selection | None  # None where the stages have another way to the episodes
    identity: Mapping[str, str]  # constant columns of all episodes
    footer: Mapping[str, str]
    register_tables: Mapping[str, pa.Table]  # by file name
    shapes: ShapeNumbers  # of the parts
    vocabulary: Vocabulary | None  # None: no vectors are wanted
    other: OtherSplit | None = None
    table: InstructionTable | None = None
    numbering: npt.NDArray[np.int32] | None = None  # from a shape's number in `shapes` to its inst_id
    instructions: pa.Table | None = None  # the table as it will be written
    shape_vectors: ShapeVectors | None = None
    occurrences: npt.NDArray[np.int64] | None = None  # of each shape, in all episodes
    coverage: Coverage | None = None
    files: Mapping[str, FileEntry]

    def with_files(self, files: Mapping[str, FileEntry]) -> Draft:
        return replace(self, files={**self.files, **files})
