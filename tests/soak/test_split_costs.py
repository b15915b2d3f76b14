"""Answers with splits over the whole sample: both backends of the environment tell the same costs."""

from __future__ import annotations

import pytest

from rl4real_data import EpisodeDataset
from rl4real_data.live.compiler_backend import CompilerBackend
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.llc import llc_of
from rl4real_data.toolchain.plugin import Plugin
from tests.integration.conftest import Sample
from tests.integration.split_costs import compare

pytestmark = [pytest.mark.clang, pytest.mark.soak, pytest.mark.timeout(7200)]


@pytest.mark.parametrize("target", ["x86", "aarch64"])
@pytest.mark.parametrize("share_split", [0.0, 0.3, 0.8])
def test_both_backends_tell_the_same_costs(
    sample: Sample, toolchains: dict[int, tuple[Clang, Plugin]], target: str, share_split: float
) -> None:
    clang, plugin = toolchains[max(toolchains)]
    backend = CompilerBackend(llc_of(clang), plugin.path)
    found = compare(EpisodeDataset(sample(target, "train")), backend, every=1, share_split=share_split)

    assert (found.differing, found.refused) == ([], {})
    assert found.compared > found.functions / 3


@pytest.mark.parametrize("target", ["x86", "aarch64"])
@pytest.mark.parametrize("share_split", [0.0, 0.3])
def test_what_spills_cost_is_nearly_known(
    sample: Sample, toolchains: dict[int, tuple[Clang, Plugin]], target: str, share_split: float
) -> None:
    clang, plugin = toolchains[max(toolchains)]
    backend = CompilerBackend(llc_of(clang), plugin.path)
    dataset = EpisodeDataset(sample(target, "train"))
    found = compare(dataset, backend, every=1, share_split=share_split, share_spilled=0.3)

    assert (found.differing, found.refused) == ([], {})
    assert found.share_equal() > 0.65
    assert found.share_equal("copies") > 0.8
    assert found.difference(0.5) < 0.0001
    assert found.difference(0.95) < 0.1
