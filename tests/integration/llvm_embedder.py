"""The vectors of a dataset against those of LLVM's own embedder, instruction by instruction.

`llvm-ir2vec` crashes on functions with a register that has no class (a call or a floating-point operation is enough on
x86), so every function has its own run. It prints two decimals: it gets the vocabulary a million times larger.
"""

from __future__ import annotations

import dataclasses
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

from rl4real_data.mir2vec.entities import base_opcode
from rl4real_data.mir2vec.vocabulary import Vocabulary
from rl4real_data.mir2vec.vocabulary_file import read_vocabulary, write_vocabulary

from .conftest import MOST_SECONDS

SCALE = 1e6
VECTOR = re.compile(r"^ -> +\[(.*)\]$", re.MULTILINE)


def llvm_vectors(tool: Path, vocabulary: Path, weight: float, mir: Path) -> npt.NDArray[np.float64] | None:
    """(instructions, dimension); None if the tool crashed."""
    done = subprocess.run(
        [tool, "embeddings", "--mode=mir", "--level=inst", f"--mir2vec-vocab-path={vocabulary}"]
        + [f"--mir2vec-common-operand-weight={weight}", f"--mir2vec-reg-operand-weight={weight}", mir],
        capture_output=True,
        text=True,
        timeout=MOST_SECONDS,
        env={**os.environ, "LLVM_DISABLE_SYMBOLIZATION": "1"},  # of a crash, which takes longer than the work
    )
    if done.returncode < 0:
        return None
    assert done.returncode == 0, done.stderr
    return np.array([[float(word) for word in found.split()] for found in VECTOR.findall(done.stdout)]) / SCALE


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


def compare_dataset(data_dir: Path, tool: Path, folder: Path, *, step: int) -> tuple[int, int]:
    """Of every `step`-th function: how many were compared, and on how many LLVM's tool crashed."""
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

    episodes = pq.read_table(data_dir / "data", columns=["function", "mir", "inst"]).to_pylist()[::step]
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(compare, enumerate(episodes)))
    return outcomes.count(True), outcomes.count(False)
