"""The vectors of every function of the sample corpus against those of LLVM's own embedder."""

from __future__ import annotations

from pathlib import Path

import pytest

from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.plugin import Plugin
from tests.integration.conftest import Sample
from tests.integration.llvm_embedder import compare_dataset

pytestmark = [pytest.mark.clang, pytest.mark.soak]

FUNCTIONS = 300


def test_the_vectors_are_those_of_llvm(
    sample: Sample, toolchains: dict[int, tuple[Clang, Plugin]], tmp_path: Path
) -> None:
    tool = toolchains[22][0].bin_dir / "llvm-ir2vec"
    compared = crashed = 0
    for target in ("aarch64", "x86"):
        one_compared, one_crashed = compare_dataset(sample(target, "test"), tool, tmp_path, step=1)
        compared, crashed = compared + one_compared, crashed + one_crashed
    assert compared >= FUNCTIONS, f"{crashed} of {compared + crashed} functions crash LLVM's tool"
