"""Counts of labels, and of what candidates did beside greedy."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from rl4real_data.episodes.file_names import LABELS_NAME, TRIALS_NAME
from rl4real_data.episodes.index import DatasetIndex
from rl4real_data.episodes.label_values import Effect, LabelSource, LabelStatus, Objective
from rl4real_data.episodes.shards import iterate_batches, open_table
from rl4real_data.labels.decisions import Decisions, decisions_of
from rl4real_data.labels.origin import Key, Origin, order_of, origins_of, require_same_llvm
from rl4real_data.labels.trial import effect_of

_QUANTILES: Final = (0, 0.1, 0.5, 0.9, 1)
_LABEL_COLUMNS: Final = (
    *("source", "objective", "status", "decisions", "value", "greedy_value", "candidates", "failed_candidates"),
)
_ANSWERED: Final = (LabelStatus.BETTER, LabelStatus.EQUAL, LabelStatus.OPTIMAL, LabelStatus.FEASIBLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratios:
    """Of the answer's objective over greedy's: below 1 it is better. Quantiles by nearest rank."""

    geometric_mean: float
    minimum: float
    p10: float
    median: float
    p90: float
    maximum: float


@dataclass(frozen=True, slots=True, kw_only=True)
class KindStats:
    """One kind of decision: how many answers that are better use it, and what candidates with it did."""

    labels: int = 0
    geometric_mean: float | None = None
    better: int = 0
    equal: int = 0
    worse: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelStats:
    """The labels of one source and objective.

    `improved`: answers below greedy's, of `compared`, which are those with both figures; `ratios` is over these, None
    without any. `trials` is how many candidates are kept in the dataset, of the `candidates` that were tried.
    """

    source: str
    objective: str
    recipe: Mapping[str, Any]
    labels: int
    statuses: Mapping[str, int]
    compared: int
    improved: int
    ratios: Ratios | None
    candidates: int
    failed_candidates: int
    trials: int
    kinds: Mapping[str, KindStats]


def collect_label_stats(data_dir: Path, index: DatasetIndex) -> tuple[LabelStats, ...]:
    """In the order of sources and objectives; none for a dataset without labels. DatasetError for files that cannot be
    used.
    """
    if LABELS_NAME not in index.files:
        return ()
    tallies: dict[Key, _Tally] = {}
    with open_table(data_dir, index, LABELS_NAME) as file:
        origins = origins_of(file.metadata.metadata, name=LABELS_NAME)
        require_same_llvm(origins, index, name=LABELS_NAME)
        for batch in iterate_batches(file, _LABEL_COLUMNS):
            for row in batch.to_pylist():
                key = LabelSource(row["source"]), Objective(row["objective"])
                tallies.setdefault(key, _Tally()).add_label(row)
    if TRIALS_NAME in index.files:
        with open_table(data_dir, index, TRIALS_NAME) as file:
            for batch in iterate_batches(file, ("objective", "effect", "decisions")):
                for row in batch.to_pylist():
                    key = LabelSource.IMPROVE, Objective(row["objective"])
                    tallies.setdefault(key, _Tally()).add_trial(Effect(row["effect"]), decisions_of(row["decisions"]))
    known = {origin.key: origin for origin in origins}
    keys = sorted({*tallies, *known}, key=order_of)
    return tuple(tallies.get(key, _Tally()).result(key, known.get(key)) for key in keys)


@dataclass(slots=True)
class _Tally:
    """What has been counted of one source and objective."""

    statuses: Counter[LabelStatus] = field(default_factory=Counter)
    ratios: list[float] = field(default_factory=list)
    improved: int = 0
    compared: int = 0
    sums: Counter[str] = field(default_factory=Counter)
    gains: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    effects: dict[str, Counter[Effect]] = field(default_factory=lambda: defaultdict(Counter))

    def add_label(self, row: Mapping[str, Any]) -> None:
        status = LabelStatus(row["status"])
        self.statuses[status] += 1
        for name in ("candidates", "failed_candidates"):
            self.sums[name] += row[name] or 0
        value, greedy = row["value"], row["greedy_value"]
        if status not in _ANSWERED or value is None or greedy is None:
            return
        self.compared += 1
        if value > 0 and greedy > 0:
            self.ratios.append(value / greedy)
        if effect_of(value, greedy) is not Effect.BETTER:
            return
        self.improved += 1
        for kind in kinds_of(decisions_of(row["decisions"] or "[]")):
            self.gains[kind].append(value / greedy)

    def add_trial(self, effect: Effect, decisions: Decisions) -> None:
        self.sums["trials"] += 1
        for kind in kinds_of(decisions):
            self.effects[kind][effect] += 1

    def result(self, key: Key, origin: Origin | None) -> LabelStats:
        kinds = sorted({*self.gains, *self.effects}, key=lambda kind: (-len(self.gains.get(kind, ())), kind))
        return LabelStats(
            source=key[0].value,
            objective=key[1].value,
            recipe=dict(origin.recipe) if origin is not None else {},
            labels=self.statuses.total(),
            statuses={status.value: self.statuses[status] for status in LabelStatus if self.statuses[status]},
            compared=self.compared,
            improved=self.improved,
            ratios=_ratios(self.ratios),
            candidates=self.sums["candidates"],
            failed_candidates=self.sums["failed_candidates"],
            trials=self.sums["trials"],
            kinds={kind: self._kind(kind) for kind in kinds},
        )

    def _kind(self, kind: str) -> KindStats:
        gains, effects = self.gains.get(kind, []), self.effects.get(kind, Counter())
        return KindStats(
            labels=len(gains),
            geometric_mean=_geometric_mean(gains),
            **{effect.value: effects[effect] for effect in Effect},
        )


def kinds_of(decisions: Decisions) -> Iterable[str]:
    """The kinds of decisions in a list, each once: a split with what it spills, a setting with its option."""
    return dict.fromkeys(map(_kind_of, decisions))


def _kind_of(decision: Iterable[Any]) -> str:
    word, *rest = decision
    if word in ("split", "loop") and len(rest) > 2:
        return f"{word} {rest[2]}"
    return f"{word} {rest[0]}" if word == "set" else str(word)


def _ratios(found: list[float]) -> Ratios | None:
    mean = _geometric_mean(found)
    if mean is None:
        return None
    figures = map(float, np.quantile(found, _QUANTILES, method="inverted_cdf"))
    minimum, p10, median, p90, maximum = figures
    return Ratios(geometric_mean=mean, minimum=minimum, p10=p10, median=median, p90=p90, maximum=maximum)


def _geometric_mean(found: list[float]) -> float | None:
    """None of nothing; an answer that costs nothing counts as none, since no mean over it says anything."""
    positive = [ratio for ratio in found if ratio > 0]
    return float(np.exp(np.mean(np.log(positive)))) if positive else None
