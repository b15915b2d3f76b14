"""The upgrade of a dataset from version 0 of the format to version 1, without its sources.

Each episode's text is replayed through llc; what the record holds beyond the old columns becomes the new ones. An
episode whose replay is refused, or gives other old columns, keeps what it has, and so does one without a text: there
the new columns are null.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import joblib
import pyarrow as pa

from rl4real_data.core import interruption
from rl4real_data.episodes.comparison import require_listed
from rl4real_data.episodes.index import DatasetIndex, read_index
from rl4real_data.episodes.instructions import InstructionTable, shapes_of_table
from rl4real_data.episodes.replayed_columns import ReplayedEpisode
from rl4real_data.episodes.schema import VERSION_0
from rl4real_data.episodes.schema_version import SCHEMA_VERSION
from rl4real_data.episodes.shape_counts import read_instructions
from rl4real_data.episodes.shards import MALFORMED, find_shards, iterate_batches, open_table, reason_of
from rl4real_data.flow.replay_log import ReplayLog, forget_log, open_log
from rl4real_data.flow.replaying import Replayed, replay_text
from rl4real_data.flow.upgrade_tools import UpgradeTools
from rl4real_data.flow.upgraded_files import publish_upgraded, upgraded_index, upgraded_registers
from rl4real_data.flow.upgraded_rows import differing_columns, joined, new_columns, untold
from rl4real_data.flow.working_folder import WorkDir, open_workdir, refused_links

Progress = Callable[[int, int], object]
_IDENTITY: Final = ("episode_id", "module", "function")
_OLD: Final = tuple(name for name, _, _ in VERSION_0)
_AHEAD: Final = 16
"""Texts that are held at once, beside those at work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgraded:
    """`episodes` = `upgraded` + `without_text` + those that are `kept`. `replayed`: how many llc was asked for now.

    Those that are kept have their old columns alone.
    """

    episodes: int = 0
    upgraded: int = 0
    without_text: int = 0
    replayed: int = 0
    kept: tuple[ReplayedEpisode, ...] = ()
    was_finished: bool = False


def upgrade_dataset(
    data_dir: Path,
    find_tools: Callable[[DatasetIndex], UpgradeTools],
    *,
    jobs: int = 1,
    progress: Progress = lambda _done, _total: None,
) -> Upgraded:
    """Brings the dataset to the newest version of the format, all files at once. Killed at any moment, it goes on.

    `find_tools` is asked before any work, if there is a text to replay. DatasetError for files that are not those of
    the index.
    """
    if read_index(data_dir).schema_version == SCHEMA_VERSION and not _is_under_way(data_dir):
        return Upgraded(was_finished=True)
    with open_workdir(data_dir) as work:
        index = read_index(data_dir)  # as it is now: opening may have carried a publication through
        if index.schema_version == SCHEMA_VERSION:
            forget_log(work)
            return Upgraded(was_finished=True)
        require_listed(data_dir, index)
        tools = find_tools(index) if _has_text(data_dir, index) else None
        registers = upgraded_registers(work, index, tools)
        with refused_links(data_dir), open_log(work) as log:
            run = _Run(work=work, index=index, tools=tools, log=log)
            run.replay(jobs, progress)
            run.examine()
            publish_upgraded(work, index, upgraded_index(index, tools, is_whole=not run.kept), registers, run.rows)
        forget_log(work)
        return run.report()


def _is_under_way(data_dir: Path) -> bool:
    """A publication that was broken off behind its index leaves a journal; opening the folder carries it through."""
    return (data_dir / ".work" / "publish.json").exists()


def _has_text(data_dir: Path, index: DatasetIndex) -> bool:
    for shard in find_shards(index):
        with open_table(data_dir, index, shard.name) as file:
            if any(batch["mir"].null_count < len(batch) for batch in iterate_batches(file, ("mir",), rows=_AHEAD)):
                return True
    return False


@dataclass(slots=True, kw_only=True)
class _Run:
    """One upgrade under way."""

    work: WorkDir
    index: DatasetIndex
    tools: UpgradeTools | None
    log: ReplayLog
    refused: dict[bytes, str] = field(default_factory=dict)
    kept: dict[tuple[str, int], ReplayedEpisode] = field(default_factory=dict)  # by shard and row
    counts: Counter[str] = field(default_factory=Counter)

    def replay(self, jobs: int, progress: Progress) -> None:
        """Asks llc for each text that the log does not know; what it records goes into the log at once."""
        if self.tools is None:
            return
        total = sum(self.index.files[shard.name].rows for shard in find_shards(self.index))
        todo = (joblib.delayed(replay_text)(text, self.tools.replayer, self.work.scratch) for text in self._texts())
        # Threads: the work is llc's. As a generator, so that only the texts under way are in memory.
        results: Iterator[Replayed] = joblib.Parallel(n_jobs=jobs, prefer="threads", return_as="generator")(todo)
        for result in results:
            interruption.check()
            self.counts["replayed"] += 1
            if result.reason:
                self.refused[result.key] = result.reason
            else:
                self.log.add(result.key, result.record)
            progress(self.counts["known"] + self.counts["replayed"], total)

    def _texts(self) -> Iterator[str]:
        assert self.tools is not None
        for shard in find_shards(self.index):
            with open_table(self.work.data_dir, self.index, shard.name) as file:
                for batch in iterate_batches(file, ("mir",), rows=_AHEAD):
                    for text in batch["mir"].drop_null().to_pylist():
                        if self.tools.replayer.key(text) in self.log:
                            self.counts["known"] += 1
                        else:
                            yield text

    def examine(self) -> None:
        """Decides of each episode whether its record tells the new columns."""
        instructions = read_instructions(self.work.data_dir, self.index)
        table = InstructionTable({shape: number for number, shape in enumerate(shapes_of_table(instructions))})
        for name, number, row in self._old_rows():
            self.counts["episodes"] += 1
            key = self._key(row)
            if key is None:
                self.counts["without text"] += 1
                continue
            columns, reason = self._shortcoming(row, key, table)
            if columns or reason:
                identity = {name: row[name][0].as_py() or "" for name in _IDENTITY}
                self.kept[name, number] = ReplayedEpisode(**identity, columns=columns, reason=reason)
            else:
                self.counts["upgraded"] += 1

    def _shortcoming(self, row: pa.RecordBatch, key: bytes, table: InstructionTable) -> tuple[tuple[str, ...], str]:
        """Columns that came out otherwise, and why there is no record; both empty for an episode that is upgraded."""
        if key not in self.log:
            return (), self.refused[key]
        try:
            return differing_columns(row, self.log.record(key), table), ""
        except MALFORMED as error:
            return (), f"its record cannot be used ({reason_of(error)})"

    def rows(self, name: str) -> Iterator[pa.Table]:
        """The rows of the shard with their new columns."""
        number = 0
        for batch in self._old_batches(name):
            rows = [batch.slice(place, 1) for place in range(len(batch))]
            yield joined(batch, [self._new(name, number + place, row) for place, row in enumerate(rows)])
            number += len(batch)

    def _new(self, name: str, number: int, row: pa.RecordBatch) -> pa.RecordBatch:
        interruption.check()
        key = self._key(row)
        return untold() if key is None or (name, number) in self.kept else new_columns(self.log.record(key))

    def _key(self, row: pa.RecordBatch) -> bytes | None:
        """That of the episode's text; None for an episode without one."""
        text = row["mir"][0].as_py()
        return None if text is None or self.tools is None else self.tools.replayer.key(text)

    def _old_rows(self) -> Iterator[tuple[str, int, pa.RecordBatch]]:
        for shard in find_shards(self.index):
            number = 0
            for batch in self._old_batches(shard.name):
                for place in range(len(batch)):
                    interruption.check()
                    yield shard.name, number, batch.slice(place, 1)
                    number += 1

    def _old_batches(self, name: str) -> Iterator[pa.RecordBatch]:
        with open_table(self.work.data_dir, self.index, name) as file:
            yield from iterate_batches(file, _OLD)

    def report(self) -> Upgraded:
        return Upgraded(
            episodes=self.counts["episodes"],
            upgraded=self.counts["upgraded"],
            without_text=self.counts["without text"],
            replayed=self.counts["replayed"],
            kept=tuple(self.kept.values()),
        )
