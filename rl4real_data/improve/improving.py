"""The search over a finished dataset, whose labels lie beside its episodes in the end.

Each episode is searched by itself; what was found goes into a log at once, from which a killed run goes on. Labels of
an earlier run with the same recipe stay, so that a longer run adds to a shorter one.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import joblib

from rl4real_data import __version__
from rl4real_data.core import interruption
from rl4real_data.core.allocators import AllocatorName
from rl4real_data.core.errors import DatasetError
from rl4real_data.episodes.comparison import require_listed
from rl4real_data.episodes.index import DatasetIndex
from rl4real_data.episodes.label_values import LabelSource
from rl4real_data.flow.labelling import require_labellable, write_labels
from rl4real_data.flow.replay_log import ReplayLog, forget_log, open_log
from rl4real_data.flow.working_folder import IMPROVE_NAME, WorkDir, open_workdir, refused_links
from rl4real_data.improve.episode_jobs import SearchJob, chosen_episodes, jobs_of
from rl4real_data.improve.episode_search import EpisodeSearch
from rl4real_data.improve.found_text import from_bytes, to_bytes
from rl4real_data.improve.function_search import Found, SearchSettings
from rl4real_data.improve.gain import Gain
from rl4real_data.improve.label_rows import label_of, trials_of
from rl4real_data.labels.files import read_labels, read_origins, read_trials
from rl4real_data.labels.label import Label
from rl4real_data.labels.origin import Origin, require_same_recipe
from rl4real_data.labels.trial import Trial
from rl4real_data.live.trial import CompilerTool
from rl4real_data.toolchain.plugin import RECORD_VERSION

Progress = Callable[[int, int, str], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Improved:
    """`episodes` were asked for; `searched` of them now, the others were before. `gain` is over all of them.

    `replaced`: labels that another recipe had found, and that are gone.
    """

    episodes: int
    searched: int
    replaced: int
    gain: Gain


def improve_dataset(
    data_dir: Path,
    find_tool: Callable[[DatasetIndex], CompilerTool],
    settings: SearchSettings,
    *,
    take_all: bool = False,
    limit: int | None = None,
    jobs: int = 1,
    progress: Progress = lambda _done, _total, _remark: None,
) -> Improved:
    """Searches the functions that greedy split or spilled, or all. Killed at any moment, it goes on.

    Any number of `jobs` gives the same bytes. DatasetError for a dataset whose allocator is not greedy.
    """
    with open_workdir(data_dir) as work:
        index = require_labellable(work)
        if index.model != AllocatorName.MLRA:
            raise DatasetError(
                f"{data_dir}: its episodes are of the allocator {index.model}; decisions are made in front of greedy",
                hint=f"make it with `rl4real-data flow {index.target} train {AllocatorName.MLRA}`",
            )
        require_listed(work.data_dir, index)
        tool = find_tool(index)
        search = EpisodeSearch(tool=tool, settings=settings)
        asked = chosen_episodes(work.data_dir, index, take_all=take_all, limit=limit)
        run = _Run(work=work, index=index, search=search, asked=asked, origin=_origin(tool, settings))
        run.keep()
        with refused_links(data_dir), open_log(work, IMPROVE_NAME) as log:
            run.search_all(log, jobs, progress)
            if run.new:
                write_labels(work, run.origin, run.labels(log), trials=run.trials(log))
        forget_log(work, IMPROVE_NAME)
        return run.report()


def _origin(tool: CompilerTool, settings: SearchSettings) -> Origin:
    return Origin(
        source=LabelSource.IMPROVE,
        objective=settings.objective,
        recipe=settings.recipe(),
        llvm_version=tool.clang.version,
        plugin=tool.plugin.source_hash,
        record_version=RECORD_VERSION,
        generator=f"rl4real-data {__version__}",
    )


@dataclass(slots=True, kw_only=True)
class _Run:
    """One search over a dataset under way. `kept`: labels of an earlier run with the same recipe."""

    work: WorkDir
    index: DatasetIndex
    search: EpisodeSearch
    asked: tuple[str, ...]
    origin: Origin
    kept: dict[str, Label] = field(default_factory=dict)
    new: dict[str, bytes] = field(default_factory=dict)  # what the log knows the others by
    replaced: int = 0
    searched: int = 0
    gain: Gain = field(default_factory=Gain)

    def keep(self) -> None:
        """Takes over what is there, if it was sought in the same way."""
        own = [label for label in read_labels(self.work.data_dir) if (label.source, label.objective) == self.origin.key]
        if not own:
            return
        (found,) = (origin for origin in read_origins(self.work.data_dir) if origin.key == self.origin.key)
        try:
            require_same_recipe(found, self.origin, name=str(self.work.data_dir))
        except DatasetError:
            self.replaced = len(own)
            return
        self.kept = {label.episode_id: label for label in own}
        for episode_id in self.asked:
            if episode_id in self.kept:
                self.gain.add(self.kept[episode_id])

    def search_all(self, log: ReplayLog, jobs: int, progress: Progress) -> None:
        """Searches what neither the labels nor the log have."""
        missing = [episode_id for episode_id in self.asked if episode_id not in self.kept]
        todo = (joblib.delayed(self._search)(job, log) for job in self._jobs(missing))
        # Threads: the work is the compiler's. As a generator, so that only the texts under way are in memory;
        # not in their order, so that what one has found is in the log while another one takes long.
        results: Iterator[tuple[SearchJob, bytes, Found, bool]]
        results = joblib.Parallel(n_jobs=jobs, prefer="threads", return_as="generator_unordered")(todo)
        for job, key, found, is_new in results:
            interruption.check()
            if is_new:
                log.add(key, to_bytes(found))
                self.searched += 1
            self.new[job.episode_id] = key
            self.gain.add(label_of(job.episode_id, found, self.search.settings))
            progress(len(self.asked) - len(missing) + len(self.new), len(self.asked), str(self.gain))

    def _jobs(self, missing: list[str]) -> Iterator[SearchJob]:
        return jobs_of(self.work.data_dir, self.index, missing)

    def _search(self, job: SearchJob, log: ReplayLog) -> tuple[SearchJob, bytes, Found, bool]:
        key = self.search.key(job)
        if key in log:
            with contextlib.suppress(KeyError, TypeError, ValueError):  # it may have come with a download
                return job, key, from_bytes(log.record(key).to_pybytes()), False
        return job, key, self.search.search(job), True

    def labels(self, log: ReplayLog) -> Iterator[Label]:
        """All that the dataset will hold of this source and objective."""
        yield from self.kept.values()
        for episode_id, found in self._found(log):
            yield label_of(episode_id, found, self.search.settings)

    def trials(self, log: ReplayLog) -> Iterator[Trial]:
        """The same of candidates."""
        if self.kept:
            own = self.origin.objective
            yield from (one for one in read_trials(self.work.data_dir) if one.objective == own)
        for episode_id, found in self._found(log):
            yield from trials_of(episode_id, found, self.origin.objective)

    def _found(self, log: ReplayLog) -> Iterator[tuple[str, Found]]:
        for episode_id, key in self.new.items():
            yield episode_id, from_bytes(log.record(key).to_pybytes())

    def report(self) -> Improved:
        return Improved(episodes=len(self.asked), searched=self.searched, replaced=self.replaced, gain=self.gain)
