"""The environment with splits against a stock compiler: both backends tell the same costs, of what can be compared."""

from __future__ import annotations

import gymnasium
import numpy as np
import pytest

from rl4real_data import EpisodeDataset
from rl4real_data.env import SPLIT_ENVIRONMENT_ID
from rl4real_data.live.compiler_backend import CompilerBackend
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.llc import llc_of
from rl4real_data.toolchain.plugin import Plugin

from .conftest import Sample
from .split_costs import compare

pytestmark = pytest.mark.clang

EVERY = 16
"""`make soak` takes all."""


@pytest.fixture
def backend(toolchains: dict[int, tuple[Clang, Plugin]]) -> CompilerBackend:
    clang, plugin = toolchains[max(toolchains)]
    return CompilerBackend(llc_of(clang), plugin.path)


@pytest.mark.parametrize("target", ["x86", "aarch64"])
@pytest.mark.parametrize("share_split", [0.0, 0.3])
def test_both_backends_tell_the_same_costs(
    sample: Sample, backend: CompilerBackend, target: str, share_split: float
) -> None:
    found = compare(EpisodeDataset(sample(target, "train")), backend, every=EVERY, share_split=share_split)

    assert (found.differing, found.refused) == ([], {})
    assert found.compared > found.functions / 3
    assert (found.splits > 10) == (share_split > 0)


@pytest.mark.parametrize("target", ["x86", "aarch64"])
def test_what_spills_cost_is_nearly_known(sample: Sample, backend: CompilerBackend, target: str) -> None:
    """Copies that no slot can be folded into may stay or not; all else is as LLVM has it, but for a few."""
    dataset = EpisodeDataset(sample(target, "train"))
    found = compare(dataset, backend, every=EVERY // 2, share_split=0.2, share_spilled=0.3)

    assert (found.differing, found.refused) == ([], {})
    assert len(found.spilled) > found.functions / 4
    assert found.share_equal() > 0.65
    assert found.share_equal("copies") > 0.8
    assert found.difference(0.5) < 0.0001
    assert found.difference(0.95) < 0.1


def test_true_costs_reach_the_agent(sample: Sample, backend: CompilerBackend) -> None:
    env = gymnasium.make(
        SPLIT_ENVIRONMENT_ID, dataset=EpisodeDataset(sample("x86", "train")), backend=backend, final_reward=10.0
    )
    _, info = env.reset(seed=3)
    terminated = False
    while not terminated:
        action = np.flatnonzero(info["action_mask"])[-1]
        _, _, terminated, _, info = env.step(action)

    assert info["report"].decider == "file"
    assert info["costs"] == dict(info["report"].costs)
    assert info["score"] == info["report"].score
    assert np.isfinite(info["cost"])
