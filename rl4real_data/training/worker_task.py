"""The work of one process that plays functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow.compute

from rl4real_data.allocation.answer_backend import AnswerBackend, EpisodeBackend
from rl4real_data.core.errors import DatasetError, UsageError
from rl4real_data.live.compiler_backend import CompilerBackend
from rl4real_data.reading.dataset import EpisodeDataset
from rl4real_data.toolchain.process import Completed, Limits, run
from rl4real_data.training.choices import FinalReward
from rl4real_data.training.code_throughput import ThroughputBackend
from rl4real_data.training.compiler_log import CompilerLog
from rl4real_data.training.function_source import FunctionSource, numbers_of_worker
from rl4real_data.training.rewards import RewardSettings
from rl4real_data.training.sizes import AgentSizes


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerTask:
    """Which functions are played, and what they cost. Workers get it as it is, and open the dataset themselves.

    `workers`: how many there are. `games`: played side by side in each. `bc_plays`: plays of a function that are tried
    whenever the expert's is wanted. `is_live`: costs are the compiler's. `log_dir`:
    where is written down what it says; None: nowhere.
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
    max_nodes: int | None = None
    episodes: tuple[str, ...] = ()
    bc_plays: int = 0
    is_live: bool = False
    log_dir: str | None = None
    rewards: RewardSettings = field(default_factory=RewardSettings)

    def source(self, worker: int, *, seed: int | None = None) -> FunctionSource:
        """The functions of worker 1, 2, … (0: the only one)."""
        dataset = EpisodeDataset(self.data_dir, self.split)
        if self.with_spills:
            dataset = dataset.filter(pyarrow.compute.field("spills") > 0)
        if self.max_nodes is not None:
            nodes = pyarrow.compute.list_value_length(pyarrow.compute.field("node_vreg"))
            dataset = dataset.filter(nodes <= self.max_nodes)
        if self.episodes:
            dataset = _only(dataset, self.episodes)
        numbers = numbers_of_worker(len(dataset), worker=worker, workers=self.workers, current_batch=self.current_batch)
        columns = CompilerBackend.columns if self.is_live else ()
        own_seed = self.seed + worker if seed is None else seed
        return FunctionSource(dataset, numbers, self.sizes, seed=own_seed, columns=columns, repeat=self.repeat)

    def backend(self, worker: int = 0) -> AnswerBackend:
        """What tells the costs. ToolchainError for a compiler that is not there, UsageError for a reward without it."""
        is_mca = self.rewards.final_reward is FinalReward.MCA
        if is_mca and not self.is_live:
            raise UsageError("the final reward mca is told by the compiler", hint="add --live, or take another reward")
        if not self.is_live:
            return EpisodeBackend()
        start = run if self.log_dir is None else CompilerLog(Path(self.log_dir), worker).run
        return self._throughput(start) if is_mca else CompilerBackend.find(start=start)

    def _throughput(self, start: Callable[..., Completed]) -> ThroughputBackend:
        index = EpisodeDataset(self.data_dir, self.split).index
        cpu, opt_level = str(index.recipe["cpu"]), str(index.recipe["opt_level"])
        limits = Limits(timeout_s=self.rewards.mca_timeout)
        return ThroughputBackend.find(index.target, cpu, opt_level, limits, start=start)


def _only(dataset: EpisodeDataset, episodes: Sequence[str]) -> EpisodeDataset:
    """DatasetError for one that is not there."""
    found = dataset.filter(pyarrow.compute.field("episode_id").isin(list(episodes)))
    known = {episode.episode_id for episode in found.select(("episode_id",))}
    missing = [name for name in episodes if name not in known]
    if missing:
        raise DatasetError(
            f"{len(missing)} of {len(episodes)} episodes are not in the data that is played, such as {missing[0]}",
            hint="name values of the column episode_id, of the split that is learned from",
        )
    return found
