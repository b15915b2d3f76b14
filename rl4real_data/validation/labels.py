"""The check of labels.parquet and trials.parquet.

Their footers are of this dataset and its LLVM, their rows of its episodes and in order; the figures of a row agree with
each other, and an effect with the figures of its label.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

import pyarrow as pa

from rl4real_data.core import interruption
from rl4real_data.core.errors import DatasetError
from rl4real_data.episodes.file_names import LABELS_NAME, TRIALS_NAME
from rl4real_data.episodes.index import DatasetIndex
from rl4real_data.episodes.label_values import LabelSource, Objective
from rl4real_data.episodes.shards import MALFORMED, iterate_batches, open_table, reason_of
from rl4real_data.labels.files import SCHEMAS, episode_places
from rl4real_data.labels.label import Label
from rl4real_data.labels.origin import Key, Origin, order_of, origins_of, require_same_llvm
from rl4real_data.labels.rules import faults_of_label, faults_of_trial
from rl4real_data.labels.tables import labels_of, trials_of
from rl4real_data.labels.trial import Trial
from rl4real_data.validation.finding import Finding

Row = TypeVar("Row", Label, Trial)
Place = tuple[int, int, int, int]
_FIRST: Final = (-1, -1, -1, -1)


def check_labels(data_dir: Path, index: DatasetIndex) -> Iterator[Finding]:
    """The findings of both files, those of labels first. DatasetError, with the name, for one that cannot be read."""
    if LABELS_NAME not in index.files:
        if TRIALS_NAME in index.files:
            yield Finding(TRIALS_NAME, None, f"holds candidates, and there is no {LABELS_NAME}")
        return
    check = _Check(index=index, places=episode_places(data_dir, index))
    origins = _origins(data_dir, index, LABELS_NAME)
    yield from check.footer(LABELS_NAME, origins)
    yield from _rows(data_dir, index, LABELS_NAME, labels_of, check.label_row)
    if TRIALS_NAME in index.files:
        tried = _origins(data_dir, index, TRIALS_NAME)
        if tried != tuple(origin for origin in origins if origin.source is LabelSource.IMPROVE):
            yield Finding(TRIALS_NAME, None, f"its candidates are of another search than the labels in {LABELS_NAME}")
        yield from _rows(data_dir, index, TRIALS_NAME, trials_of, check.trial_row)


def _origins(data_dir: Path, index: DatasetIndex, name: str) -> tuple[Origin, ...]:
    with open_table(data_dir, index, name) as file:
        return origins_of(file.metadata.metadata, name=name)


def _rows(
    data_dir: Path,
    index: DatasetIndex,
    name: str,
    parse: Callable[[pa.Table], tuple[Row, ...]],
    check: Callable[[Row], Iterator[str]],
) -> Iterator[Finding]:
    begin = 0
    with open_table(data_dir, index, name) as file:
        for batch in iterate_batches(file, SCHEMAS[name].names):
            for row, parsed in enumerate(_parsed(pa.Table.from_batches([batch]), parse), start=begin):
                interruption.check()
                for what in [parsed] if isinstance(parsed, str) else check(parsed):
                    yield Finding(name, row, what)
            begin += batch.num_rows


def _parsed(table: pa.Table, parse: Callable[[pa.Table], tuple[Row, ...]]) -> Iterator[Row | str]:
    """Row by row, which takes five times as long, only where one of them is none; that one in words."""
    try:
        yield from parse(table)
        return
    except MALFORMED:
        pass
    for place in range(table.num_rows):
        try:
            yield from parse(table.slice(place, 1))
        except MALFORMED as error:
            yield f"is none ({reason_of(error)})"


@dataclass(slots=True, kw_only=True)
class _Check:
    """What is known of the rows so far."""

    index: DatasetIndex
    places: Mapping[str, int]
    keys: frozenset[Key] = frozenset()
    greedy: dict[tuple[str, Objective], float | None] = field(default_factory=dict)
    last: dict[str, Place] = field(default_factory=dict)

    def footer(self, name: str, origins: tuple[Origin, ...]) -> Iterator[Finding]:
        self.keys = frozenset(origin.key for origin in origins)
        try:
            require_same_llvm(origins, self.index, name=name)
        except DatasetError as error:
            yield Finding(name, None, str(error).removeprefix(f"{name}: "))

    def label_row(self, label: Label) -> Iterator[str]:
        if label.source is LabelSource.IMPROVE:
            self.greedy[label.episode_id, label.objective] = label.greedy_value
        if (label.source, label.objective) not in self.keys:
            yield f"the footer does not say how labels of {label.source} for {label.objective} were sought"
        yield from self._place_faults(LABELS_NAME, label, (label.source, label.objective), 0)
        yield from faults_of_label(label)

    def trial_row(self, trial: Trial) -> Iterator[str]:
        yield from self._place_faults(TRIALS_NAME, trial, (LabelSource.IMPROVE, trial.objective), trial.number)
        key = (trial.episode_id, trial.objective)
        if key not in self.greedy:
            yield f"its episode has no label of a search for {trial.objective}"
        yield from faults_of_trial(trial, self.greedy.get(key))

    def _place_faults(self, name: str, row: Label | Trial, key: Key, number: int) -> Iterator[str]:
        if row.episode_id not in self.places:
            yield f"no episode of the dataset is called {row.episode_id}"
            return
        place: Place = (*order_of(key), self.places[row.episode_id], number)
        last = self.last.get(name, _FIRST)
        if place == last:
            yield "the row before it is of the same"
        elif place < last:
            yield "is not in the order of sources, objectives and episodes"
        self.last[name] = place
