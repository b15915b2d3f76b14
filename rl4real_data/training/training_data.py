"""The dataset of a training run, looked at before anything starts."""

from __future__ import annotations

__all__ = ["TrainingData", "training_data_of"]

from dataclasses import dataclass
from pathlib import Path

from rl4real_data.core.errors import DatasetError, UsageError
from rl4real_data.reading.dataset import EpisodeDataset
from rl4real_data.training.checkpoints import Checkpoint
from rl4real_data.training.choices import Algorithm
from rl4real_data.training.rewards import RewardSettings
from rl4real_data.training.settings import TrainSettings
from rl4real_data.training.sizes import AgentSizes
from rl4real_data.training.worker_task import WorkerTask

PRESET = "rl4real"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingData:
    """What a run is told of a DATA_DIR."""

    data_dir: Path
    split: str
    target: str
    vocabulary: str
    registers: tuple[str, ...]
    sizes: AgentSizes

    def task(self, settings: TrainSettings, *, seed: int = 0, log_dir: Path | None = None) -> WorkerTask:
        """What the processes play. `log_dir`: for what the compiler says."""
        return WorkerTask(
            data_dir=str(self.data_dir.absolute()),
            split=self.split,
            sizes=self.sizes,
            seed=seed,
            workers=max(1, settings.num_env_runners),
            games=settings.games,
            current_batch=settings.current_batch,
            with_spills=settings.with_spills,
            max_nodes=settings.max_nodes,
            episodes=settings.episodes,
            bc_plays=settings.bc_plays,
            repeat=settings.file_repeat_frequency,
            is_live=settings.live,
            log_dir=None if log_dir is None else str(log_dir.absolute()),
            rewards=RewardSettings(
                final_reward=settings.final_reward,
                local_reward=settings.local_reward,
                mca_reward_clip=settings.mca_reward_clip,
                mca_timeout=settings.mca_timeout,
            ),
        )

    def checkpoint(self, settings: TrainSettings, *, phase: Algorithm, total: int, games: int) -> Checkpoint:
        """What a checkpoint of the run says of itself."""
        return Checkpoint(
            preset=PRESET,
            target=self.target,
            sizes=self.sizes,
            vocabulary=self.vocabulary,
            registers=self.registers,
            phase=phase.value,
            total=total,
            games=games,
            settings=settings.as_dict(),
        )

    def check(self, checkpoint: Checkpoint, path: Path) -> None:
        """UsageError for a checkpoint that was not trained on such data."""
        for what, theirs, own in (
            ("preset", checkpoint.preset, PRESET),
            ("target", checkpoint.target, self.target),
            ("size of vectors", checkpoint.sizes.dimension, self.sizes.dimension),
            ("vocabulary", checkpoint.vocabulary, self.vocabulary),
            ("register file", checkpoint.registers, self.registers),
        ):
            if theirs != own:
                words = f": {theirs}, not {own}" if isinstance(theirs, str | int) else ""
                raise UsageError(
                    f"{path}: a checkpoint of another {what}{words}",
                    hint=f"name a checkpoint that was trained on data like {self.data_dir}",
                )


def training_data_of(data_dir: Path, split: str | None) -> TrainingData:
    """DatasetError for data from which nothing can be learned: no vectors, version 0 of the format, no expert."""
    dataset = EpisodeDataset(data_dir, split or "train")
    index = dataset.index
    if index.schema_version < 1:
        raise DatasetError(
            f"{data_dir}: of version {index.schema_version} of the format, which does not tell where values live",
            hint="`rl4real-data upgrade` makes version 1 of it",
        )
    dimension = dataset.instruction_table.require_vectors().shape[1]
    table = dataset.registers
    names = tuple(f"{int(table.colour[reg])} {name}" for reg, name in sorted(table.names.items()) if table.colour[reg])
    return TrainingData(
        data_dir=data_dir,
        split=dataset.split,
        target=table.target,
        vocabulary=str((index.vocabulary or {}).get("sha256", "")),
        registers=names,
        sizes=AgentSizes(colours=table.colours + 1, dimension=dimension),
    )
