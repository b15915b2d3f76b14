"""MLGO's own scripts, unmodified, with `mlgo-clang` in the place of a clang that has TensorFlow inside.

Needs MLGO_DIR, a checkout of google/ml-compiler-opt, and MLGO_PYTHON, which `.ci/mlgo-venv` makes; skipped without.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.soak, pytest.mark.clang, pytest.mark.timeout(7200)]

ROOT = Path(__file__).parents[2]
MLGO_DIR, MLGO_PYTHON = os.environ.get("MLGO_DIR"), os.environ.get("MLGO_PYTHON")
CONFIGS = "compiler_opt/rl/inlining/gin_configs"
READ_BACK = """
import sys, tensorflow as tf
for record in tf.data.TFRecordDataset(sys.argv[1]):
    lists = tf.train.SequenceExample.FromString(record.numpy()).feature_lists.feature_list
    assert len(lists["inlining_decision"].feature) == len(lists["reward"].feature) > 0
    print(len(lists), len(lists["reward"].feature))
"""


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not (MLGO_DIR and MLGO_PYTHON):
        pytest.skip("MLGO_DIR and MLGO_PYTHON name no checkout and no environment of MLGO's: see .ci/mlgo-venv")
    folder = tmp_path_factory.mktemp("mlgo")
    stand_in = folder / "mlgo-clang"
    stand_in.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m rl4real_data mlgo-clang "$@"\n')
    stand_in.chmod(0o755)
    command = [sys.executable, "-m", "rl4real_data", "corpus", "export", "sample", "--output", str(folder / "corpus")]
    subprocess.run(command, cwd=ROOT, check=True, timeout=600)
    return folder


def script(work: Path, name: str, *words: str) -> None:
    """Runs one of MLGO's scripts, in its folder."""
    bindings = (f"clang_path='{work}/mlgo-clang'", "llvm_size_path='/usr/bin/llvm-size-22'")
    tools = [f"--gin_bindings={one}" for one in bindings] if name != "compiler_opt/rl/train_bc.py" else []
    environment = {**os.environ, "PYTHONPATH": str(MLGO_DIR), "OMP_NUM_THREADS": "1"}
    command = [str(MLGO_PYTHON), name, *words, *tools]
    done = subprocess.run(command, cwd=MLGO_DIR, env=environment, capture_output=True, text=True, timeout=3600)
    assert done.returncode == 0, done.stderr[-4000:]


def test_trace_warm_start_and_training(work: Path) -> None:
    trace = work / "trace"
    script(
        work,
        "compiler_opt/tools/generate_default_trace.py",
        *(f"--data_path={work}/corpus", f"--output_path={trace}", f"--output_performance_path={work}/sizes.csv"),
        *("--num_workers=2", f"--gin_files={CONFIGS}/common.gin"),
    )
    read = subprocess.run([str(MLGO_PYTHON), "-c", READ_BACK, str(trace)], capture_output=True, text=True, timeout=600)
    assert read.returncode == 0, read.stderr[-4000:]
    assert len(read.stdout.splitlines()) > 10
    script(
        work,
        "compiler_opt/rl/train_bc.py",
        *(f"--root_dir={work}/warm", f"--data_path={trace}", "--gin_bindings=train_eval.num_iterations=50"),
        f"--gin_files={CONFIGS}/behavioral_cloning_nn_agent.gin",
    )
    script(
        work,
        "compiler_opt/rl/train_locally.py",
        *(f"--root_dir={work}/ppo", f"--data_path={work}/corpus", "--num_workers=2", "--compilation_timeout=300"),
        *(f"--gin_files={CONFIGS}/ppo_nn_agent.gin", "--gin_bindings=train_eval.num_policy_iterations=1"),
        *("--gin_bindings=train_eval.num_iterations=2", "--gin_bindings=train_eval.num_modules=10"),
        f"--gin_bindings=train_eval.warmstart_policy_dir='{work}/warm/saved_policy'",
    )
    assert (work / "ppo" / "saved_policy" / "model.tflite").is_file() or list((work / "ppo").rglob("model.tflite"))
