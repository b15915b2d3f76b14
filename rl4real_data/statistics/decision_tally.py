"""Counts of the decisions in front of LLVM's allocator, and of what became of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final, Self

import pyarrow as pa
import pyarrow.compute as pc

from rl4real_data.statistics.answer_tally import AnswerTally, KindCost

_COUNTS: Final = ("made", "illegal", "kept", "moved", "lost", "forced_away")
_PREFIX: Final = "decisions_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """`episodes`: those about which somebody was asked; `deciders`: how many of these by the column `decider`;
    `untouched`: of how many nothing was carried out. The other counts are sums of the columns `decisions_…`. `costs`
    and `score` are those of these episodes alone; empty and None where none tells.
    """

    episodes: int
    deciders: Mapping[str, int]
    untouched: int
    made: int
    illegal: int
    kept: int
    moved: int
    lost: int
    forced_away: int
    costs: Mapping[str, KindCost]
    score: float | None


@dataclass(slots=True)
class DecisionTally:
    """What has been counted so far."""

    COLUMNS: ClassVar[tuple[str, ...]] = ("decider", *(_PREFIX + name for name in _COUNTS))

    _deciders: Counter[str] = field(default_factory=Counter)
    _untouched: int = 0
    _sums: Counter[str] = field(default_factory=Counter)
    _answer: AnswerTally = field(default_factory=AnswerTally)

    def add(self, batch: pa.RecordBatch) -> None:
        """Counts the rows of a batch with at least `COLUMNS` and those of `AnswerTally`."""
        asked = batch.filter(pc.fill_null(pc.not_equal(batch["decider"], ""), False))
        if not len(asked):
            return
        self._deciders.update(asked["decider"].to_pylist())
        self._untouched += pc.sum(pc.equal(asked[_PREFIX + "made"], 0)).as_py() or 0
        for name in _COUNTS:
            self._sums[name] += pc.sum(asked[_PREFIX + name]).as_py() or 0
        self._answer.add(asked)

    @classmethod
    def merge(cls, tallies: Iterable[Self]) -> Self:
        """All of them as one."""
        tallies = list(tallies)
        merged = cls(_answer=AnswerTally.merge(tally._answer for tally in tallies))
        for tally in tallies:
            merged._deciders.update(tally._deciders)
            merged._untouched += tally._untouched
            merged._sums.update(tally._sums)
        return merged

    def result(self) -> Decisions | None:
        """None if nobody decided."""
        if not self._deciders:
            return None
        answer = self._answer.result()
        return Decisions(
            episodes=self._deciders.total(),
            deciders=dict(sorted(self._deciders.items())),
            untouched=self._untouched,
            **{name: self._sums[name] for name in _COUNTS},
            costs=answer.costs if answer else {},
            score=answer.score if answer else None,
        )
