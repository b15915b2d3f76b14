"""Training examples, of a function its graph and what each decision that was tried gained.

A gain is -log(final code with the decision / greedy's). NaN: it was not tried, or failed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rl4real_data.advice.function_trials import FunctionTrials
from rl4real_data.advice.graph import Graph, graph_of
from rl4real_data.advice.problem_inputs import INPUT_COLUMNS, input_arrays
from rl4real_data.core.extras import required_by
from rl4real_data.episodes.index import read_index
from rl4real_data.improve.episode_jobs import is_edited
from rl4real_data.reading.dataset import EpisodeDataset
from rl4real_data.reading.episode import Episode

with required_by("the preset advice", extra="advice"):
    import torch
    from torch import Tensor

_COLUMNS: Final = ("episode_id", "corpus", "module", "node_outcome", "node_fate", *INPUT_COLUMNS)


@dataclass(frozen=True, slots=True)
class Example:
    """`gain` and `allowed` are (plans,); allowed: neither the score nor the executed instructions rise. `is_edited`:
    greedy split or spilled.
    """

    episode_id: str
    corpus: str
    module: str
    is_edited: bool
    graph: Graph
    gain: Tensor
    allowed: Tensor


def read_examples(data_dir: Path, trials: Sequence[FunctionTrials]) -> Iterator[Example]:
    """Of each episode of which there are trials, in the order of the dataset."""
    of_episode = {one.episode_id: one for one in trials if one.greedy}
    for split in read_index(data_dir).splits:
        for episode in EpisodeDataset(data_dir, split).select(_COLUMNS):
            if episode.episode_id in of_episode:
                yield example_of(episode, of_episode[episode.episode_id])


def example_of(episode: Episode, trials: FunctionTrials) -> Example:
    """One episode with its trials."""
    columns = {name: torch.from_numpy(values.copy()) for name, values in input_arrays(episode).items()}
    return Example(
        episode_id=episode.episode_id,
        corpus=episode.corpus,
        module=episode.module,
        is_edited=is_edited(episode),
        graph=graph_of(columns),
        gain=_gains(trials),
        allowed=torch.tensor(trials.allowed),
    )


def _gains(trials: FunctionTrials) -> Tensor:
    greedy = trials.greedy
    assert greedy, "read_examples leaves out what has no figures"
    return torch.tensor([math.nan if value is None else gain_of(value, greedy) for value in trials.plans])


def gain_of(value: float, before: float) -> float:
    """-log of what is left; the least code that there can be is not none."""
    return -math.log(max(value, 1e-9) / before)
