"""The instruction shapes of all modules of a run, each once.

They are collected while other modules are still compiled. What number a shape has in the dataset is known only when
all of them are there; until then it has the number in which it came.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rl4real_data.episodes.inst_ids import INST_COLUMNS
from rl4real_data.episodes.instructions import Shape
from rl4real_data.stages.part import Part
from rl4real_data.stages.part_functions import Shapes, read_functions, read_shapes
from rl4real_data.stages.shape_uses import ShapeUses


class ShapeNumbers:
    """Each distinct shape of the parts that were looked at, in the order in which they came."""

    def __init__(self) -> None:
        self._numbers: dict[Shape, int] = {}
        self._by_part: dict[str, npt.NDArray[np.int32]] = {}
        self._uses: dict[str, ShapeUses] = {}

    def of_part(self, folder: Path, part: Part) -> npt.NDArray[np.int32]:
        """(shapes of the part,) int32: their numbers here. Reads the part if that was not done before. DamagedPart."""
        found = self._by_part.get(part.key)
        return self.add(part.key, read_shapes(folder, part)) if found is None else found

    def used_by(self, folder: Path, part: Part, rows: Sequence[int]) -> npt.NDArray[np.int32]:
        """Numbers here of the shapes that these of the part's functions use, some more than once. DamagedPart."""
        numbers = self.of_part(folder, part)
        if len(rows) == len(part.functions):
            return numbers
        uses = self._uses.get(part.key) or ShapeUses.of(read_functions(folder, part, *INST_COLUMNS))
        return numbers[uses.by(rows)]

    def add(self, key: str, shapes: Shapes, uses: ShapeUses | None = None) -> npt.NDArray[np.int32]:
        """What is said from now on of the part that has just been written, without a look at it."""
        if uses is not None:
            self._uses[key] = uses
        known = self._numbers
        numbers = [known.setdefault(shape, len(known)) for shape in zip(shapes.opcodes, shapes.operands, strict=True)]
        found = self._by_part[key] = np.array(numbers, np.int32)
        return found

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """By number."""
        return tuple(self._numbers)
