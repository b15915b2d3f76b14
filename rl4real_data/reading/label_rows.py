"""Rows of `labels.parquet` and `trials.parquet` by the episode that they are of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Generic, TypeVar

import numpy as np
import pyarrow as pa

from rl4real_data.episodes.label_values import LabelSource, Objective
from rl4real_data.labels.label import Label

Row = TypeVar("Row")
_BEST_FIRST: Final[Mapping[tuple[LabelSource, Objective], int]] = MappingProxyType(
    {
        (LabelSource.IMPROVE, Objective.FINAL): 0,
        (LabelSource.IMPROVE, Objective.SCORE): 1,
        (LabelSource.SPLIT, Objective.COST): 2,
        (LabelSource.STATIC, Objective.COST): 3,
    }
)
"""What the compiler has measured, before what a model says; of models the one that allows more."""


class RowsByEpisode(Generic[Row]):
    """The rows of a table, which `make` makes objects of when an episode's are asked for."""

    def __init__(self, table: pa.Table, make: Callable[[pa.Table], tuple[Row, ...]]) -> None:
        self._table = table.combine_chunks()
        self._make = make
        ids = table["episode_id"].combine_chunks().dictionary_encode()
        numbers = ids.indices.to_numpy(zero_copy_only=False)  # a null is a ValueError: an id is what a row is found by
        self._order = np.argsort(numbers, kind="stable")
        self._starts = np.concatenate(([0], np.cumsum(np.bincount(numbers, minlength=len(ids.dictionary)))))
        self._numbers = {episode_id: number for number, episode_id in enumerate(ids.dictionary.to_pylist())}

    def of(self, episode_id: str) -> tuple[Row, ...]:
        """In the order of the file; none for an episode of which the table says nothing."""
        number = self._numbers.get(episode_id)
        if number is None:
            return ()
        rows = self._order[self._starts[number] : self._starts[number + 1]].tolist()
        return tuple(row for place in rows for row in self._make(self._table.slice(place, 1)))


def best_of(labels: tuple[Label, ...]) -> Label | None:
    """The first with an answer: of a search by the final code, then by the score, then of the models."""
    answers = [label for label in labels if label.has_answer]
    return min(answers, key=lambda label: _BEST_FIRST[label.source, label.objective], default=None)
