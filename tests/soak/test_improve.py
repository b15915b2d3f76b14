"""What a search finds in the demo is code that LLVM's own verifier takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from rl4real_data import EpisodeDataset
from rl4real_data.labels.files import read_labels
from rl4real_data.live.trial import CompilerTool, trial_of_mir
from rl4real_data.toolchain.clang import SUPPORTED_MAJORS, Clang
from rl4real_data.toolchain.plugin import Plugin
from tests.integration.conftest import run_program

pytestmark = [pytest.mark.clang, pytest.mark.soak]


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("major", SUPPORTED_MAJORS)
@pytest.mark.parametrize("target", ["x86", "aarch64"])
def test_every_best_answer_passes_the_verifier(
    toolchains: dict[int, tuple[Clang, Plugin]], tmp_path: Path, target: str, major: int
) -> None:
    clang, plugin = toolchains[major]
    build = {"BUILD_DIR": str(clang.bin_dir.parent)}
    run_program(tmp_path, "flow", target, "train", "mlra", "--corpus", "demo", "--no-embed", "--data-dir", "d", **build)
    run_program(tmp_path, "improve", "d", "--candidates", "60", **build)

    found = {label.episode_id: label.decisions for label in read_labels(tmp_path / "d") if label.decisions}
    assert len(found) > 500
    for episode in EpisodeDataset(tmp_path / "d").select(("episode_id", "mir")):
        if decisions := found.get(episode.episode_id):
            tool = CompilerTool(clang=clang, plugin=plugin)
            with trial_of_mir(tool, episode.mir, flags=("-verify-machineinstrs",)) as compiler:
                for function in compiler:  # ends in an error where the verifier finds one
                    function.choose(decisions)
