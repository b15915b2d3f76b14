"""The expert's recorded parts of all of the demo, carried out by the stock compiler that recorded them."""

from __future__ import annotations

from pathlib import Path

import pytest

from rl4real_data import EpisodeDataset
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.plugin import Plugin
from tests.integration.conftest import Run
from tests.integration.expert_parts_run import carry_out

pytestmark = [pytest.mark.clang, pytest.mark.soak, pytest.mark.timeout(7200)]


@pytest.mark.parametrize("target", ["x86", "aarch64"])
@pytest.mark.parametrize("major", [19, 22])
def test_answers_of_the_demo_cost_the_same(
    rl4real: Run, toolchains: dict[int, tuple[Clang, Plugin]], tmp_path: Path, target: str, major: int
) -> None:
    clang, plugin = toolchains[major]
    build_dir = clang.bin_dir.parent
    words = ("--corpus", "demo", "--no-embed", "--data-dir", "d", "--build-dir", build_dir)
    rl4real("flow", target, "train", "mlra", *words)

    found = list(carry_out(clang, plugin, EpisodeDataset(tmp_path / "d"), tmp_path))

    assert len(found) >= 2000
    assert sum(one.is_near for one in found) / len(found) >= 0.98
    assert sum(one.score == one.expert for one in found) / len(found) >= 0.9
