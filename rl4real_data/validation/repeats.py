"""Values that must occur once in a dataset of any size.

40 bytes an episode instead of a set of strings.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rl4real_data.core.counted import counted, noun
from rl4real_data.episodes.ragged import Ints
from rl4real_data.episodes.shards import Shard
from rl4real_data.validation.finding import Finding

MAX_REPEATS: Final = 10
"""As many are named; a dataset that was packed twice would have a million."""


@dataclass(slots=True)
class Repeats:
    """Collects one column of all shards, then finds the rows whose value an earlier row has. Skips nulls."""

    column: str
    _shards: list[Shard] = field(default_factory=list)
    _values: list[npt.NDArray[Any]] = field(default_factory=list)
    _rows: list[Ints] = field(default_factory=list)
    _files: list[Ints] = field(default_factory=list)

    def add(self, shard: Shard, begin: int, values: pa.Array) -> None:
        """`begin` is the row of the first value in its shard."""
        if not self._shards or self._shards[-1] != shard:
            self._shards.append(shard)
        known = np.flatnonzero(values.is_valid().to_numpy(zero_copy_only=False))
        texts = [text.encode() for text in values.drop_null().to_pylist()]
        self._values.append(np.array(texts, np.bytes_) if texts else np.empty(0, "S1"))
        self._rows.append(begin + known)
        self._files.append(np.full(len(known), len(self._shards) - 1))

    def findings(self) -> Iterator[Finding]:
        """One for each of the first rows that repeat the value of an earlier one, and one for all others."""
        if not self._values:
            return
        values, rows, files = (np.concatenate(column) for column in (self._values, self._rows, self._files))
        order = np.argsort(values, kind="stable")
        same = np.flatnonzero(values[order][1:] == values[order][:-1]) + 1
        first = order[_run_starts(same)]
        repeats = sorted(zip(order[same], first, strict=True))
        for later, earlier in repeats[:MAX_REPEATS]:
            here, there = self._shards[files[later]], self._shards[files[earlier]]
            place = f"row {rows[earlier]}" if here == there else f"{there.name}, row {rows[earlier]}"
            split = "" if here.split == there.split else f", and {there.split} and {here.split} share no function"
            yield Finding(here.name, int(rows[later]), f"{self.column} is that of {place}{split}")
        if len(repeats) > MAX_REPEATS:
            name = self._shards[files[repeats[MAX_REPEATS][0]]].name
            more = len(repeats) - MAX_REPEATS
            rows_repeat = f"{counted(more, 'row')} more {noun(more, 'repeats', 'repeat')}"
            yield Finding(name, None, f"here and behind, {rows_repeat} the {self.column} of an earlier one")


def _run_starts(same: Ints) -> Ints:
    """For positions whose value equals the one before them: the first position of the run they belong to."""
    starts = same - 1
    for i in range(1, len(starts)):
        if same[i - 1] == starts[i]:
            starts[i] = starts[i - 1]
    return starts
