"""The decisions of a dataset's labels, as an allocator of an evaluation."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from rl4real_data.core.errors import DatasetError
from rl4real_data.core.targets import TargetName
from rl4real_data.episodes.index import read_index
from rl4real_data.episodes.shards import find_shards, iterate_batches, open_table
from rl4real_data.evaluation.contender import Chosen, Contender, ModuleKey
from rl4real_data.labels.decisions import Decisions
from rl4real_data.labels.files import read_labels
from rl4real_data.labels.label import Label
from rl4real_data.reading.label_rows import best_of

_IDENTITY: Final = ("episode_id", "content_hash", "corpus", "module", "function")


def labelled(data_dir: Path, target: TargetName) -> Contender:
    """What greedy makes with the best decisions of each function that has labels.

    DatasetError for a dataset without labels, or of another target.
    """
    index = read_index(data_dir)
    if index.target != target:
        raise DatasetError(
            f"{data_dir}: a dataset for {index.target}, and the code is to be compared for {target}",
            hint=f"--target {index.target}, or name the labels of another dataset",
        )
    best = _decisions(data_dir)
    if not best:
        raise DatasetError(
            f"{data_dir}: no labels with decisions", hint=f"rl4real-data improve {data_dir}, which seeks them"
        )
    chosen: dict[ModuleKey, dict[str, Chosen]] = {}
    for shard in find_shards(index):
        with open_table(data_dir, index, shard.name) as file:
            for batch in iterate_batches(file, _IDENTITY):
                for row in batch.to_pylist():
                    if (decisions := best.get(row["episode_id"])) is not None:
                        choice = Chosen(content_hash=row["content_hash"], decisions=decisions)
                        chosen.setdefault((row["corpus"], row["module"]), {})[row["function"]] = choice
    return Contender(name="labels", chosen=chosen)


def _decisions(data_dir: Path) -> dict[str, Decisions]:
    """By episode. Greedy alone has none."""
    of_episode: dict[str, list[Label]] = {}
    for label in read_labels(data_dir):
        of_episode.setdefault(label.episode_id, []).append(label)
    best = {episode_id: best_of(tuple(labels)) for episode_id, labels in of_episode.items()}
    return {episode_id: label.decisions for episode_id, label in best.items() if label and label.decisions}
