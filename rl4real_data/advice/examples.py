"""Training examples, of a function its graph and what each decision that was tried gained.

A gain is -log(final code with the decision / greedy's). NaN: it was not tried, or failed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rl4real_data.advice.function_trials import FunctionTrials
from rl4real_data.advice.graph import Graph, graph_of
from rl4real_data.advice.menu import PLANS
from rl4real_data.advice.network import NODE_HEADS
from rl4real_data.advice.problem_inputs import INPUT_COLUMNS, input_arrays
from rl4real_data.core.extras import required_by
from rl4real_data.episodes.index import read_index
from rl4real_data.improve.candidate_pool import Decision
from rl4real_data.improve.episode_jobs import is_edited
from rl4real_data.reading.dataset import EpisodeDataset
from rl4real_data.reading.episode import Episode

with required_by("the preset advice", extra="torch"):
    import torch
    from torch import Tensor

_COLUMNS: Final = ("episode_id", "corpus", "module", "node_vreg", "node_outcome", "node_fate", *INPUT_COLUMNS)
_NODE_OUTPUTS: Final = {name: place for place, name in enumerate(NODE_HEADS)}


@dataclass(frozen=True, slots=True)
class Example:
    """`plan_gain` is (plans,), `node_gain` (nodes, NODE_HEADS). `is_edited`: greedy split or spilled."""

    episode_id: str
    corpus: str
    module: str
    is_edited: bool
    graph: Graph
    plan_gain: Tensor
    node_gain: Tensor


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
    plan_gain, node_gain = _gains(trials, {vreg: node for node, vreg in enumerate(episode.node_vreg.tolist())})
    return Example(
        episode_id=episode.episode_id,
        corpus=episode.corpus,
        module=episode.module,
        is_edited=is_edited(episode),
        graph=graph_of(columns),
        plan_gain=plan_gain,
        node_gain=node_gain,
    )


def _gains(trials: FunctionTrials, node_of: Mapping[int, int]) -> tuple[Tensor, Tensor]:
    plan_gain = torch.full((len(PLANS),), math.nan)
    node_gain = torch.full((len(node_of), len(NODE_HEADS)), math.nan)
    assert trials.greedy, "read_examples leaves out what has no figures"
    for place, value in enumerate(trials.plans):
        if value is not None:
            plan_gain[place] = gain_of(value, trials.greedy)
    base = trials.base_value or trials.greedy
    for decision, value in zip(trials.nodes, trials.node_values, strict=True):
        if value is not None and (name := _output_of(decision)) in _NODE_OUTPUTS:
            node_gain[node_of[int(decision[1])], _NODE_OUTPUTS[name]] = gain_of(value, base)
    return plan_gain, node_gain


def gain_of(value: float, before: float) -> float:
    """-log of what is left; the least code that there can be is not none."""
    return -math.log(max(value, 1e-9) / before)


def _output_of(decision: Decision) -> str:
    """The output that a decision belongs to; none of ours for a split behind another point than the first one."""
    if decision[0] == "split":
        side = f"_{decision[3]}".replace("-", "_") if len(decision) > 3 else ""
        return f"split{side}" if decision[2] == 0 else ""
    return str(decision[0])
