"""The decisions of a trace dataset, in blocks that are read when they are needed.

The blocks of an iteration follow from the seed and its number alone: a run that was killed goes on with the same ones.
"""

from __future__ import annotations

import zlib
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rl4real_data.core.errors import DatasetError
from rl4real_data.mlgo_training.feature_rows import Floats, rows_of
from rl4real_data.traces.dataset import TraceDataset
from rl4real_data.traces.features import Task

BLOCK: Final = 64
"""Trajectories that are read together."""
_KEPT_BYTES: Final = 256 << 20
_HELD_OUT: Final = 10
"""One context of so many is not learned from."""
_LEAST_TRAJECTORIES: Final = 20
"""Of fewer none is held out."""


@dataclass(frozen=True, slots=True, eq=False)
class Decisions:
    """`rows`: [steps, features] or [steps, 33, features]. `decided`: what LLVM decides there."""

    rows: Floats
    decided: npt.NDArray[Any]

    def __len__(self) -> int:
        return len(self.decided)

    def picked(self, places: npt.NDArray[Any]) -> Decisions:
        return Decisions(self.rows[places], self.decided[places])


class RecordedDecisions:
    """DatasetError for a trace without a decision."""

    def __init__(self, dataset: TraceDataset) -> None:
        self._dataset = dataset
        table = dataset.table("context", "module", "steps")
        self._steps = table["steps"].to_numpy()
        if not len(self._steps) or not self._steps.sum():
            raise DatasetError("the trace holds no decision", hint="trace a corpus that has some")
        names = zip(table["module"].to_pylist(), table["context"].to_pylist(), strict=True)
        is_large = len(self._steps) >= _LEAST_TRAJECTORIES
        self._is_held_out = np.array(
            [is_large and zlib.crc32(f"{module}\0{context}".encode()) % _HELD_OUT == 0 for module, context in names]
        )
        self._kept: OrderedDict[tuple[int, bool], Decisions] = OrderedDict()
        self._blocks = -(-len(self._steps) // BLOCK)

    @property
    def task(self) -> Task:
        return self._dataset.task

    @property
    def steps(self) -> int:
        """All decisions."""
        return int(self._steps.sum())

    def parts(self) -> Iterator[Decisions]:
        """All that are learned from, block by block."""
        return (found for number in range(self._blocks) if len(found := self._block(number)))

    def drawn(self, count: int, chance: np.random.Generator) -> Decisions:
        """Decisions of chance blocks, `count` at least unless there are fewer."""
        found: list[Decisions] = []
        size = 0
        for number in chance.permutation(self._blocks).tolist():
            found.append(self._block(number))
            size += len(found[-1])
            if size >= count:
                break
        return _joined(found)

    def held_out(self, most: int) -> Decisions | None:
        """Of the trajectories that are not learned from; None without any."""
        found: list[Decisions] = []
        size = 0
        for number in range(self._blocks):
            if len(own := self._block(number, is_held_out=True)):
                found.append(own)
                size += len(own)
            if size >= most:
                break
        return _joined(found).picked(np.arange(min(size, most))) if found else None

    def _block(self, number: int, *, is_held_out: bool = False) -> Decisions:
        key = (number, is_held_out)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        places = range(number * BLOCK, min((number + 1) * BLOCK, len(self._steps)))
        own = [self._read(place) for place in places if self._is_held_out[place] == is_held_out and self._steps[place]]
        found = self._kept[key] = _joined(own) if own else Decisions(np.empty(0, np.float32), np.empty(0))
        while sum(one.rows.nbytes for one in self._kept.values()) > _KEPT_BYTES and len(self._kept) > 1:
            self._kept.popitem(last=False)
        return found

    def _read(self, place: int) -> Decisions:
        trajectory = self._dataset[place]
        return Decisions(rows_of(self.task, trajectory.features), trajectory.default_decision)


def _joined(parts: list[Decisions]) -> Decisions:
    parts = [one for one in parts if len(one)] or parts[:1]
    return Decisions(np.concatenate([one.rows for one in parts]), np.concatenate([one.decided for one in parts]))
