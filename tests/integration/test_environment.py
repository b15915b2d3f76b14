"""The environment on functions of the sample corpus: what LLVM assigned is legal, for both targets."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from rl4real_data import EpisodeDataset
from rl4real_data.env import RegisterAllocationEnv
from rl4real_data.episodes.column_values import Fate, Outcome

from .conftest import Run, Sample

pytestmark = pytest.mark.clang

EPISODES = 60


@pytest.mark.parametrize("target", ["x86", "aarch64"])
def test_assignment_of_greedy_is_legal(sample: Sample, target: str) -> None:
    check_assignments(EpisodeDataset(sample(target, "train")))


@pytest.mark.parametrize("target", ["x86", "aarch64"])
def test_assignment_of_basic_is_legal(rl4real: Run, tmp_path: Path, target: str) -> None:
    rl4real("flow", target, "train", "mlbasicra", "--limit", "8", "--no-embed", "--data-dir", "data")
    check_assignments(EpisodeDataset(tmp_path / "data"))


def check_assignments(dataset: EpisodeDataset) -> None:
    env = RegisterAllocationEnv(dataset, max_nodes=1000, max_edges=500_000, shuffle=False)
    replayed = 0
    for number, episode in enumerate(islice(dataset, EPISODES)):
        if episode.n_nodes == 0 or (episode.node_fate & Fate.SPLIT).any():
            continue
        env.reset(options={"episode": number})
        results = [env.step(action) for action in env.expert_actions()]
        _, _, terminated, _, info = results[-1]
        assigned = episode.node_outcome == Outcome.ASSIGNED

        assert (terminated, info["illegal"]) == (True, 0)
        assert info["cost"] == info["expert_cost"]
        assert (info["cost"] == 0) == assigned.all()
        given = env.registers[results[-1][0]["choice"][: episode.n_nodes][assigned] - 1]
        assert np.array_equal(given, episode.node_assigned[assigned])
        replayed += 1
    assert replayed > 20
