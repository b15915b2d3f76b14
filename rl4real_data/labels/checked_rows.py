"""New rows of one source, checked on their way into the tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Final, TypeVar

import pyarrow as pa

from rl4real_data.core import interruption
from rl4real_data.episodes.file_names import LABELS_NAME, TRIALS_NAME
from rl4real_data.episodes.label_values import LabelSource
from rl4real_data.labels.label import Label
from rl4real_data.labels.origin import Origin
from rl4real_data.labels.rules import faults_of_label, faults_of_trial
from rl4real_data.labels.tables import label_table, labels_of, trial_table, trials_of
from rl4real_data.labels.trial import Trial

Row = TypeVar("Row", Label, Trial)
_ROWS: Final = 1024
"""Rows that are held as objects: as a table they take a tenth."""


def checked_tables(origin: Origin, labels: Iterable[Label], trials: Iterable[Trial]) -> dict[str, pa.Table]:
    """Both tables by file name. ValueError, with the episode, for a row that is not of the origin, or breaks a rule."""
    rows = _Rows(origin)
    return {
        LABELS_NAME: _gathered(rows.labels(labels), label_table),
        TRIALS_NAME: _gathered(rows.trials(trials), trial_table),
    }


def require_sound(origins: Iterable[Origin], tables: Mapping[str, pa.Table]) -> None:
    """ValueError for the first row of tables out of files that would not have come into them."""
    labels, trials = labels_of(tables[LABELS_NAME]), trials_of(tables[TRIALS_NAME])
    known = {origin.key: origin for origin in origins}
    for key in dict.fromkeys((label.source, label.objective) for label in labels):
        if key not in known:
            raise ValueError(f"the footer does not say how labels of {key[0]} for {key[1]} were sought")
        own = [trial for trial in trials if key == (LabelSource.IMPROVE, trial.objective)]
        checked_tables(known[key], [label for label in labels if (label.source, label.objective) == key], own)


def _gathered(rows: Iterator[Row], make: Callable[[Iterable[Row]], pa.Table]) -> pa.Table:
    tables = [make(())]
    while some := list(islice(rows, _ROWS)):
        interruption.check()
        tables.append(make(some))
    return pa.concat_tables(tables)


class _Rows:
    """Labels first: a candidate is compared with greedy's figure in its label."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._greedy: dict[str, float | None] = {}
        self._tried: set[tuple[str, int]] = set()

    def labels(self, labels: Iterable[Label]) -> Iterator[Label]:
        for label in labels:
            _refuse(label.episode_id, self._faults_of_label(label))
            self._greedy[label.episode_id] = label.greedy_value
            yield label

    def trials(self, trials: Iterable[Trial]) -> Iterator[Trial]:
        for trial in trials:
            _refuse(f"{trial.episode_id}: candidate {trial.number}", self._faults_of_trial(trial))
            self._tried.add((trial.episode_id, trial.number))
            yield trial

    def _faults_of_label(self, label: Label) -> Iterator[str]:
        if (label.source, label.objective) != self._origin.key:
            yield f"is a label of {label.source}, {label.objective}, and not of {', '.join(self._origin.key)}"
        if label.episode_id in self._greedy:
            yield "it has two labels"
        yield from faults_of_label(label)

    def _faults_of_trial(self, trial: Trial) -> Iterator[str]:
        if self._origin.key != (LabelSource.IMPROVE, trial.objective):
            yield f"is of a search for {trial.objective}, and not of {', '.join(self._origin.key)}"
        if trial.episode_id not in self._greedy:
            yield "its episode has no label"
            return
        if (trial.episode_id, trial.number) in self._tried:
            yield "it is there twice"
        yield from faults_of_trial(trial, self._greedy[trial.episode_id])


def _refuse(where: str, faults: Iterator[str]) -> None:
    for fault in faults:
        raise ValueError(f"{where}: {fault}")
