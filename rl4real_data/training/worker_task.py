"""The work of one process that plays functions."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyarrow.compute

from rl4real_data.allocation.answer_backend import AnswerBackend, EpisodeBackend
from rl4real_data.live.compiler_backend import CompilerBackend
from rl4real_data.reading.dataset import EpisodeDataset
from rl4real_data.training.function_source import FunctionSource, numbers_of_worker
from rl4real_data.training.rewards import RewardSettings
from rl4real_data.training.sizes import AgentSizes


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerTask:
    """Which functions are played, and what they cost. Workers get it as it is, and open the dataset themselves.

    `workers`: how many there are. `games`: played side by side in each. `is_live`: costs are the compiler's.
    """

    data_dir: str
    split: str
    sizes: AgentSizes
    seed: int = 0
    workers: int = 1
    games: int = 8
    current_batch: int | None = None
    repeat: int = 1
    with_spills: bool = False
    is_live: bool = False
    rewards: RewardSettings = field(default_factory=RewardSettings)

    def source(self, worker: int, *, seed: int | None = None) -> FunctionSource:
        """The functions of worker 1, 2, … (0: the only one)."""
        dataset = EpisodeDataset(self.data_dir, self.split)
        if self.with_spills:
            dataset = dataset.filter(pyarrow.compute.field("spills") > 0)
        numbers = numbers_of_worker(len(dataset), worker=worker, workers=self.workers, current_batch=self.current_batch)
        columns = CompilerBackend.columns if self.is_live else ()
        own_seed = self.seed + worker if seed is None else seed
        return FunctionSource(dataset, numbers, self.sizes, seed=own_seed, columns=columns, repeat=self.repeat)

    def backend(self) -> AnswerBackend:
        """What tells the costs. ToolchainError for a compiler that is not there."""
        return CompilerBackend.find() if self.is_live else EpisodeBackend()
