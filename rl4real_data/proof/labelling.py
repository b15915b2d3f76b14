"""Labels by proof for the episodes of a dataset.

What is done stands in a log in the working folder, so that a run that was killed goes on where it was; the table is
written at the end, in the order of the shards, whatever the number of jobs.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import joblib

from rl4real_data import __version__
from rl4real_data.core import interruption
from rl4real_data.episodes.index import DatasetIndex
from rl4real_data.episodes.label_values import LabelStatus, Objective
from rl4real_data.flow.labelling import require_labellable, write_labels
from rl4real_data.flow.replay_log import ReplayLog, forget_log, open_log
from rl4real_data.flow.working_folder import LABEL_NAME, WorkDir, open_workdir, refused_links
from rl4real_data.labels.label import Label
from rl4real_data.labels.origin import Origin
from rl4real_data.proof.carrying_out import AnswerCompiler
from rl4real_data.proof.label_record import LabelRecord, read_record, record_bytes
from rl4real_data.proof.label_rows import SolverName
from rl4real_data.proof.prover import Prover
from rl4real_data.proof.settings import ProofSettings
from rl4real_data.reading.dataset import EpisodeDataset
from rl4real_data.reading.episode import Episode
from rl4real_data.reading.register_classes import RegisterClass
from rl4real_data.toolchain.plugin import RECORD_VERSION

Progress = Callable[[int, int], object]
_AHEAD: Final = "2*n_jobs"
"""Episodes that are held at once beside those at work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """What became of the episodes. `known`: how many the log of an earlier run told. `improved`: answers below the
    expert's cost. `ratios`: of the answer's cost to the expert's, where that costs something. `carried`: how many
    answers the compiler carried out; `differences`: what is otherwise there, in words, with how many.
    """

    statuses: Mapping[LabelStatus, int]
    reasons: Mapping[str, int]
    known: int
    asked: int
    improved: int
    ratios: tuple[float, ...]
    carried: int
    equal: int
    differences: Mapping[str, int]


def label_dataset(
    data_dir: Path,
    settings: ProofSettings,
    find_compiler: Callable[[DatasetIndex], AnswerCompiler],
    *,
    prover: Prover,
    jobs: int = 1,
    progress: Progress = lambda _done, _total: None,
) -> Labelled:
    """Proves a label for each episode, and puts them into the dataset. Killed at any moment, the same call goes on.

    MissingExtra without the solver, DatasetError for a dataset that cannot be labelled, ToolchainError where
    `find_compiler` finds none of the dataset's release.
    """
    solver = prover.solver()
    with open_workdir(data_dir) as work:
        index = require_labellable(work)
        compiler = find_compiler(index)
        with refused_links(data_dir), open_log(work, LABEL_NAME) as log:
            run = _Run(
                work=work, index=index, settings=settings, compiler=compiler, prover=prover, solver=solver, log=log
            )
            run.prove(jobs, progress)
            write_labels(work, run.origin(), run.labels())
        forget_log(work, LABEL_NAME)
        return run.report()


@dataclass(slots=True, kw_only=True)
class _Run:
    """One run under way. `records`: by episode, in the order of the shards."""

    work: WorkDir
    index: DatasetIndex
    settings: ProofSettings
    compiler: AnswerCompiler
    prover: Prover
    solver: SolverName
    log: ReplayLog
    records: dict[str, LabelRecord] = field(default_factory=dict)
    known: int = 0

    def origin(self) -> Origin:
        return Origin(
            source=self.settings.source,
            objective=Objective.COST,
            recipe={**self.settings.recipe(), "solver": self.solver.name, "solver_version": self.solver.version},
            llvm_version=str(self.index.toolchain.get("llvm_version", "")),
            plugin=self.compiler.plugin.source_hash,
            record_version=RECORD_VERSION,
            generator=f"rl4real-data {__version__}",
        )

    def prove(self, jobs: int, progress: Progress) -> None:
        """Asks of each episode that the log does not tell; what is found goes into it at once."""
        total = sum(entry.episodes for entry in self.index.splits.values())
        if self.settings.limit is not None:
            total = min(total, self.settings.limit)
        todo = (joblib.delayed(self._ask)(*each) for each in self._episodes())
        # Threads: the work is the solver's and the compiler's, which leave Python's lock alone meanwhile.
        pool = joblib.Parallel(n_jobs=jobs, prefer="threads", return_as="generator", pre_dispatch=_AHEAD)
        for episode_id, record, is_known in pool(todo):
            interruption.check()
            if not is_known:
                self.log.add(self._key(episode_id), record_bytes(record))
            self.known += is_known
            self.records[episode_id] = record
            progress(len(self.records), total)

    def _episodes(self) -> Iterator[tuple[Episode, Mapping[int, RegisterClass]]]:
        left = self.settings.limit
        for split in sorted(self.index.splits, key=["train", "test"].index):
            dataset = EpisodeDataset(self.work.data_dir, split=split)
            for episode in dataset:
                if left == 0:
                    return
                left = None if left is None else left - 1
                yield episode, dataset.register_classes

    def _ask(self, episode: Episode, classes: Mapping[int, RegisterClass]) -> tuple[str, LabelRecord, bool]:
        interruption.check()
        key = self._key(episode.episode_id)
        if key in self.log:
            record = read_record(self.log.record(key), episode.episode_id, self.settings.source)
            if record is not None:
                return episode.episode_id, record, True
        return episode.episode_id, self.prover.prove(episode, classes, self.settings, self.compiler), False

    def _key(self, episode_id: str) -> bytes:
        settings = json.dumps(replace(self.settings, limit=None).recipe(), sort_keys=True)
        tools = f"{self.solver.name} {self.solver.version}|{self.compiler.fingerprint()}|{__version__}"
        return hashlib.sha256(f"{settings}\0{tools}\0{episode_id}".encode()).digest()

    def labels(self) -> Iterator[Label]:
        return (record.label for record in self.records.values())

    def report(self) -> Labelled:
        labels = list(self.labels())
        answers = [label for label in labels if label.has_answer]
        pairs = [(label.value, label.greedy_value) for label in answers]
        carried = [record for record in self.records.values() if record.label.costs is not None]
        return Labelled(
            statuses=Counter(label.status for label in labels),
            reasons=Counter(label.reason for label in labels if label.reason is not None),
            known=self.known,
            asked=len(labels),
            improved=sum(1 for value, greedy in pairs if value is not None and greedy and value < greedy * (1 - 1e-6)),
            ratios=tuple(value / greedy for value, greedy in pairs if value is not None and greedy),
            carried=len(carried),
            equal=sum(not record.differences for record in carried),
            differences=Counter(one for record in self.records.values() for one in record.differences),
        )
