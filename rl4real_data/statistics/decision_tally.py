"""Counts of the decisions in front of LLVM's allocator, and of what became of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar, Final, Self

import pyarrow as pa
import pyarrow.compute as pc

_COUNTS: Final = ("made", "illegal", "kept", "moved", "lost", "forced_away")
_PREFIX: Final = "decisions_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """`episodes`: those about which somebody was asked. The other counts are sums of the columns `decisions_…`."""

    episodes: int
    made: int
    illegal: int
    kept: int
    moved: int
    lost: int
    forced_away: int


@dataclass(slots=True)
class DecisionTally:
    """What has been counted so far."""

    COLUMNS: ClassVar[tuple[str, ...]] = ("decider", *(_PREFIX + name for name in _COUNTS))

    _episodes: int = 0
    _sums: Counter[str] = field(default_factory=Counter)

    def add(self, batch: pa.RecordBatch) -> None:
        """Counts the rows of a batch with at least `COLUMNS`."""
        self._episodes += pc.sum(pc.not_equal(batch["decider"], "")).as_py() or 0
        for name in _COUNTS:
            self._sums[name] += pc.sum(batch[_PREFIX + name]).as_py() or 0

    @classmethod
    def merge(cls, tallies: Iterable[Self]) -> Self:
        """All of them as one."""
        merged = cls()
        for tally in tallies:
            merged._episodes += tally._episodes
            merged._sums.update(tally._sums)
        return merged

    def result(self) -> Decisions | None:
        """None if nobody decided."""
        if not self._episodes:
            return None
        return Decisions(episodes=self._episodes, **{name: self._sums[name] for name in _COUNTS})
