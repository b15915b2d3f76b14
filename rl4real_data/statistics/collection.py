"""The figures of a DATA_DIR, counted without loading it.

The books (modules, functions, what was dropped and why) are those of `dataset.json`. Everything else is read
off the shards, a batch of rows at a time and only the columns that are counted; of lists only the lengths are
kept, 20 bytes an episode, so that the quantiles are exact and a million episodes take 20 MB. The text of an
episode (`mir`) is not counted: its size on disk stands in the Parquet footer.
"""

from __future__ import annotations

__all__ = ["FailedModule", "GroupStats", "LanguageStats", "SplitStats", "Stats", "collect_stats"]

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np

from rl4real_data.core import interruption
from rl4real_data.core.split import Split
from rl4real_data.episodes.file_names import INSTRUCTIONS_NAME, MODULES_NAME
from rl4real_data.episodes.index import DatasetIndex, SplitBooks, read_index
from rl4real_data.episodes.shards import find_shards, iterate_batches, open_table
from rl4real_data.statistics.answer_tally import Answer
from rl4real_data.statistics.decision_tally import Decisions
from rl4real_data.statistics.disk import DiskUse, measure_disk
from rl4real_data.statistics.distribution import Distribution
from rl4real_data.statistics.label_tally import LabelStats, collect_label_stats
from rl4real_data.statistics.tally import Expert, Tally

if TYPE_CHECKING:
    import pandas as pd

_MODULE_COLUMNS: Final = (
    *("split", "corpus", "module", "language", "license", "status", "kind", "reason", "functions", "episodes"),
)
_NO_BOOKS: Final = SplitBooks(
    corpora=(), modules=0, modules_done=0, modules_failed=0, functions=0, episodes=0, duplicates=0
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedModule:
    """A module that gave nothing; its command and stderr stand in modules.parquet."""

    split: str
    corpus: str
    module: str
    kind: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupStats:
    """What a corpus or a licence contributes."""

    name: str
    modules: int = 0
    functions: int = 0
    episodes: int = 0
    nodes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageStats:
    """What the modules of a language contribute."""

    name: str
    modules: int = 0
    functions: int = 0
    episodes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitStats:
    """One split, or all. None: no episode tells (a dataset of the fork has no instructions, for one)."""

    modules: int
    modules_done: int
    modules_failed: int
    modules_filtered: Mapping[str, int]
    failures: Mapping[str, int]
    functions: int
    episodes: int
    filtered: Mapping[str, int]
    duplicates: int
    near_duplicates: int | None
    nodes: int
    edges: int
    use_points: int
    instructions: int | None
    shapes: int | None
    distributions: Mapping[str, Distribution | None]
    expert: Expert | None
    answer: Answer | None
    decisions: Decisions | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """Everything that `stats` shows."""

    target: str
    model: str
    schema_version: int
    toolchain: Mapping[str, str]
    splits: Mapping[str, SplitStats]
    overall: SplitStats
    failed_modules: tuple[FailedModule, ...]
    corpora: tuple[GroupStats, ...]
    licenses: tuple[GroupStats, ...]
    languages: tuple[LanguageStats, ...]
    near_duplicates_across: int | None  # test episodes that are near-duplicates of a train episode
    vocabulary: Mapping[str, Any] | None  # as in dataset.json: what the vectors are from, and what it lacks
    disk: DiskUse
    labels: tuple[LabelStats, ...] = ()  # by source and objective, over all splits

    @property
    def columns(self) -> Mapping[str, SplitStats]:
        """The columns of a table: the splits, and `all` unless there is just one."""
        return self.splits if len(self.splits) == 1 else {**self.splits, "all": self.overall}

    @property
    def source_vectors(self) -> int | None:
        """Distinct vectors that the source gave (the fork's graphs, without opcodes); None for any other dataset."""
        whole = self.overall
        return whole.shapes if self.vocabulary is None and whole.instructions is None else None

    @property
    def llvm_version(self) -> str:
        """Empty if the dataset does not tell."""
        return self.toolchain.get("llvm_version") or self.toolchain.get("llvm") or ""

    def to_json(self) -> str:
        """The fields as they are named here, indented; the splits in the order train, test."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False)

    def to_frames(self) -> dict[str, pd.DataFrame]:
        """The tables by name, as `rl4real_data.statistics.frames` describes them."""
        from rl4real_data.statistics.frames import stats_frames

        return stats_frames(self)


def collect_stats(data_dir: Path) -> Stats:
    """Counts a dataset of any size. DatasetError if there is none, or a file of it cannot be read."""
    index = read_index(data_dir)
    corpora, licenses, languages = _Groups(), _Groups(), _Groups()
    failed = _read_modules(data_dir, index, corpora, licenses, languages)
    shapes = _count_shapes(index)
    tallies = {split: Tally(shapes=shapes) for split in sorted(index.splits, reverse=True)}
    for shard in find_shards(index):
        interruption.check()
        tally = tallies.setdefault(shard.split, Tally(shapes=shapes))
        with open_table(data_dir, index, shard.name) as file:
            for batch in iterate_batches(file, Tally.COLUMNS):
                tally.add(batch)
    for tally in tallies.values():
        corpora.add_episodes(tally.corpora)
        licenses.add_episodes(tally.licenses)
    splits = {split: _summarize(index.splits.get(split, _NO_BOOKS), tally) for split, tally in tallies.items()}
    return Stats(
        target=index.target,
        model=index.model,
        schema_version=index.schema_version,
        toolchain=dict(index.toolchain),
        splits=splits,
        overall=_summarize(_add_books(index), Tally.merge(tallies.values()), shapes=shapes),
        failed_modules=failed,
        corpora=corpora.result(GroupStats),
        licenses=licenses.result(GroupStats),
        languages=languages.result(LanguageStats),
        near_duplicates_across=_near_duplicates_across(tallies),
        vocabulary=index.vocabulary,
        disk=measure_disk(data_dir, index),
        labels=collect_label_stats(data_dir, index),
    )


def _count_shapes(index: DatasetIndex) -> int | None:
    entry = index.files.get(INSTRUCTIONS_NAME)
    return entry.rows if entry and entry.rows else None


def _near_duplicates_across(tallies: Mapping[str, Tally]) -> int | None:
    if len(tallies) < 2:
        return None
    train, test = (tallies[split.value].near_hashes() for split in (Split.TRAIN, Split.TEST))
    return int(np.isin(test, train).sum())


Group = TypeVar("Group", GroupStats, LanguageStats)


class _Groups:
    """Sums by name."""

    def __init__(self) -> None:
        self._sums: dict[str, dict[str, int]] = {}

    def add(self, name: str | None, **counts: int) -> None:
        sums = self._sums.setdefault(name or "unknown", {})
        for key, count in counts.items():
            sums[key] = sums.get(key, 0) + count

    def add_episodes(self, by_name: Mapping[str, tuple[int, int]]) -> None:
        for name, (episodes, nodes) in by_name.items():
            self.add(name, episodes=episodes, nodes=nodes)

    def result(self, kind: type[Group]) -> tuple[Group, ...]:
        """Those with most episodes first."""
        groups = [kind(name=name, **sums) for name, sums in self._sums.items()]
        return tuple(sorted(groups, key=lambda group: (-group.episodes, group.name)))


def _read_modules(
    data_dir: Path, index: DatasetIndex, corpora: _Groups, licenses: _Groups, languages: _Groups
) -> tuple[FailedModule, ...]:
    failed: list[FailedModule] = []
    if MODULES_NAME not in index.files:
        return ()
    with open_table(data_dir, index, MODULES_NAME) as file:
        for batch in iterate_batches(file, _MODULE_COLUMNS):
            for module in batch.to_pylist():
                functions = module["functions"] or 0
                corpora.add(module["corpus"], modules=1, functions=functions)
                licenses.add(module["license"], modules=1, functions=functions)
                languages.add(module["language"], modules=1, functions=functions, episodes=module["episodes"] or 0)
                if module["status"] == "failed":
                    told = {key: module[key] or "" for key in ("split", "corpus", "module", "kind", "reason")}
                    failed.append(FailedModule(**told))
    return tuple(failed)


def _add_counts(parts: list[Mapping[str, int]]) -> dict[str, int]:
    names = sorted({name for part in parts for name in part})
    return {name: sum(part.get(name, 0) for part in parts) for name in names}


def _add_books(index: DatasetIndex) -> SplitBooks:
    books = list(index.splits.values())
    return SplitBooks(
        corpora=(),
        modules=sum(book.modules for book in books),
        modules_done=sum(book.modules_done for book in books),
        modules_failed=sum(book.modules_failed for book in books),
        modules_filtered=_add_counts([book.modules_filtered for book in books]),
        failures=_add_counts([book.failures for book in books]),
        functions=sum(book.functions for book in books),
        episodes=sum(book.episodes for book in books),
        filtered=_add_counts([book.filtered for book in books]),
        duplicates=sum(book.duplicates for book in books),
    )


def _summarize(books: SplitBooks, tally: Tally, *, shapes: int | None = None) -> SplitStats:
    """`shapes`: the number of all, where it is known better than from the episodes."""
    return SplitStats(
        modules=books.modules,
        modules_done=books.modules_done,
        modules_failed=books.modules_failed,
        modules_filtered=dict(books.modules_filtered),
        failures=dict(books.failures),
        functions=books.functions,
        episodes=books.episodes,
        filtered=dict(books.filtered),
        duplicates=books.duplicates,
        near_duplicates=tally.near_duplicates,
        nodes=tally.total("nodes") or 0,
        edges=tally.total("edges") or 0,
        use_points=tally.total("use_points") or 0,
        instructions=tally.total("instructions"),
        shapes=shapes if shapes is not None else tally.distinct_shapes,
        distributions=tally.distributions(),
        expert=tally.expert(),
        answer=tally.answer(),
        decisions=tally.decisions(),
    )
