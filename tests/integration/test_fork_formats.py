"""The fork's formats both ways, for the sample corpus and both targets."""

from __future__ import annotations

from pathlib import Path

import pytest

from rl4real_data.core.targets import TARGETS, Target
from rl4real_data.corpus.module import Corpus
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.plugin import Plugin

from .conftest import Run, Sample
from .fork_both_ways import check_both_ways

pytestmark = pytest.mark.clang

STEP = 16  # tests/soak lets networkx read every file


@pytest.mark.parametrize("target", TARGETS.values(), ids=list(TARGETS))
def test_fork_both_ways(
    rl4real: Run,
    sample: Sample,
    tmp_path: Path,
    toolchains: dict[int, tuple[Clang, Plugin]],
    corpora: dict[str, Corpus],
    target: Target,
) -> None:
    (tmp_path / "data").symlink_to(sample(target.name, "test"))
    check_both_ways(rl4real, tmp_path, toolchains[22], corpora["sample"], target, step=STEP)
