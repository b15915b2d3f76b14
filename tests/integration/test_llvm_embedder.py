"""The vectors of a dataset against those of LLVM's own embedder, instruction by instruction.

`llvm-ir2vec` crashes on functions with a register that has no class (a call or a floating-point operation is enough on
x86), so every function has its own run. It prints two decimals: it gets the vocabulary a million times larger.
"""

from __future__ import annotations

import dataclasses
import json
import os
import re
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rl4real_data.mir2vec.entities import COMMON_OPERANDS, base_opcode
from rl4real_data.mir2vec.vocabulary import Vocabulary
from rl4real_data.mir2vec.vocabulary_file import read_vocabulary, write_vocabulary
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.plugin import Plugin

from .conftest import Run

SCALE = 1e6
VECTOR = re.compile(r"^ -> +\[(.*)\]$", re.MULTILINE)
FUNCTIONS = 300


def llvm_vectors(tool: Path, vocabulary: Path, weight: float, mir: Path) -> npt.NDArray[np.float64] | None:
    """(instructions, dimension); None if the tool crashed."""
    done = subprocess.run(
        [tool, "embeddings", "--mode=mir", "--level=inst", f"--mir2vec-vocab-path={vocabulary}"]
        + [f"--mir2vec-common-operand-weight={weight}", f"--mir2vec-reg-operand-weight={weight}", mir],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "LLVM_DISABLE_SYMBOLIZATION": "1"},  # of a crash, which takes longer than the work
    )
    if done.returncode < 0:
        return None
    assert done.returncode == 0, done.stderr
    return np.array([[float(word) for word in found.split()] for found in VECTOR.findall(done.stdout)]) / SCALE


@pytest.mark.clang
def test_the_vectors_are_those_of_llvm(
    rl4real: Run, toolchains: dict[int, tuple[Clang, Plugin]], tmp_path: Path
) -> None:
    clang, _ = toolchains[22]
    compared = crashed = 0
    for target in ("aarch64", "x86"):
        data_dir = tmp_path / target
        rl4real("flow", target, "test", "mlra", "--data-dir", data_dir, BUILD_DIR=str(clang.bin_dir.parent))
        one_compared, one_crashed = compare_dataset(data_dir, clang.bin_dir / "llvm-ir2vec", tmp_path)
        compared, crashed = compared + one_compared, crashed + one_crashed
    assert compared >= FUNCTIONS, f"{crashed} of {compared + crashed} functions crash LLVM's tool"


def scaled_vocabulary(data_dir: Path, table: pa.Table) -> Vocabulary:
    """Larger, and without what the dataset has no use for: the tool reads it anew for each function."""
    whole = read_vocabulary(data_dir / "vocab" / "vocabulary.parquet")
    used = {base_opcode(name) for name in table["opcode"].to_pylist()}
    used |= {name for names in table["operands"].to_pylist() for name in names}
    kept = [i for i, entity in enumerate(whole.entities) if entity.name in used]
    return dataclasses.replace(
        whole,
        entities=tuple(whole.entities[i] for i in kept),
        vectors=whole.vectors[kept] * np.float32(SCALE),
        counts=whole.counts[kept],
    )


def compare_dataset(data_dir: Path, tool: Path, folder: Path) -> tuple[int, int]:
    """Functions compared, and functions on which LLVM's tool crashed."""
    table = pq.read_table(data_dir / "instructions.parquet")
    scaled = folder / "scaled.json"
    write_vocabulary(scaled, scaled_vocabulary(data_dir, table))
    vectors = np.asarray(table["embedding"].combine_chunks().flatten(), np.float64).reshape(table.num_rows, -1)

    def compare(numbered: tuple[int, Mapping[str, Any]]) -> bool:
        number, episode = numbered
        mir = folder / f"{number}.mir"
        mir.write_text(episode["mir"])
        expected = llvm_vectors(tool, scaled, 0.2, mir)
        if expected is None:
            return False
        found = vectors[episode["inst"]]
        assert found.shape == expected.shape, episode["function"]
        error = np.abs(found - expected).max(axis=1) / np.maximum(np.abs(expected).max(axis=1), 1e-30)
        assert error.max() <= 1e-5, (episode["function"], int(error.argmax()))
        return True

    episodes = pq.read_table(data_dir / "data", columns=["function", "mir", "inst"]).to_pylist()
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(compare, enumerate(episodes)))
    return outcomes.count(True), outcomes.count(False)


@pytest.mark.clang
@pytest.mark.parametrize("target", ["x86", "aarch64"])
def test_llvm_19_gives_the_same_names(
    rl4real: Run, toolchains: dict[int, tuple[Clang, Plugin]], tmp_path: Path, target: str
) -> None:
    """The shipped vocabulary was learned from LLVM 22's names; only rare opcodes may be new to it."""
    clang, _ = toolchains[19]
    rl4real("flow", target, "test", "mlra", "--data-dir", tmp_path / "d", BUILD_DIR=str(clang.bin_dir.parent))
    coverage = json.loads((tmp_path / "d" / "dataset.json").read_text())["vocabulary"]["coverage"]
    assert coverage["incomplete"] / coverage["instructions"] < 0.002
    assert [name for name in coverage["missing"] if name.startswith(("PhyReg_", "VirtReg_"))] == []
    assert not set(coverage["missing"]) & set(COMMON_OPERANDS)
