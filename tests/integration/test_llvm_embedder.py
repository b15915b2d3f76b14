"""Vectors and names of real datasets against those of LLVM's own embedder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rl4real_data.mir2vec.entities import COMMON_OPERANDS
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.plugin import Plugin

from .conftest import Run, Sample
from .llvm_embedder import compare_dataset

pytestmark = pytest.mark.clang

Toolchains = dict[int, tuple[Clang, Plugin]]

STEP = 6  # tests/soak compares every function
FUNCTIONS = 50


def test_the_vectors_are_those_of_llvm(sample: Sample, toolchains: Toolchains, tmp_path: Path) -> None:
    tool = toolchains[22][0].bin_dir / "llvm-ir2vec"
    compared = crashed = 0
    for target in ("aarch64", "x86"):
        one_compared, one_crashed = compare_dataset(sample(target, "test"), tool, tmp_path, step=STEP)
        compared, crashed = compared + one_compared, crashed + one_crashed
    assert compared >= FUNCTIONS, f"{crashed} of {compared + crashed} functions crash LLVM's tool"


@pytest.mark.parametrize("target", ["x86", "aarch64"])
def test_llvm_19_gives_the_same_names(rl4real: Run, toolchains: Toolchains, tmp_path: Path, target: str) -> None:
    """The shipped vocabulary was learned from LLVM 22's names; only rare opcodes may be new to it."""
    clang, _ = toolchains[19]
    rl4real("flow", target, "test", "mlra", "--data-dir", tmp_path / "d", BUILD_DIR=str(clang.bin_dir.parent))
    coverage = json.loads((tmp_path / "d" / "dataset.json").read_text())["vocabulary"]["coverage"]
    assert coverage["incomplete"] / coverage["instructions"] < 0.002
    assert [name for name in coverage["missing"] if name.startswith(("PhyReg_", "VirtReg_"))] == []
    assert not set(coverage["missing"]) & set(COMMON_OPERANDS)
