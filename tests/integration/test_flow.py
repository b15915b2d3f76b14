"""`rl4real-data flow` with the real compiler: complete, repeatable, and whole after any interruption."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from .conftest import Run
from .dataset_bytes import dataset_bytes

pytestmark = pytest.mark.clang


@pytest.mark.parametrize("target", ["x86", "aarch64"])
def test_sample_becomes_a_sound_dataset(rl4real: Run, tmp_path: Path, target: str) -> None:
    rl4real("flow", target, "train", "mlra", "--verify", "--data-dir", "d")
    rl4real("validate", "d")
    stats = json.loads(rl4real("stats", "d", "--json").stdout)
    books = json.loads((tmp_path / "d" / "dataset.json").read_text())["splits"]["train"]
    assert books["modules_done"] == books["modules"] == 50
    assert books["episodes"] >= 400
    assert books["functions"] == books["episodes"] + sum(books["filtered"].values()) + books["duplicates"]
    # One of each, written into the sample for this.
    assert books["filtered"]["more than 1000 nodes"] == 1
    assert books["filtered"]["more than 200 use points in one register"] == 1
    assert books["filtered"]["no virtual register"] > 0
    assert books["filtered"]["exception-handling pads"] > 0
    assert stats


def test_basic_allocator_has_a_dataset_of_its_own(rl4real: Run) -> None:
    rl4real("flow", "x86", "train", "mlbasicra", "--verify", "--data-dir", "d")
    rl4real("validate", "d")
    refused = rl4real("flow", "x86", "train", "mlra", "--data-dir", "d", check=False)
    assert refused.returncode == 1
    assert "holds a dataset of another recipe: model is 'mlbasicra', not 'mlra'" in refused.stderr


def test_second_run_compiles_nothing(rl4real: Run, tmp_path: Path) -> None:
    rl4real("flow", "x86", "train", "mlra", "--data-dir", "d", "--limit", "8")
    before = dataset_bytes(tmp_path / "d")
    parts = {path: path.stat().st_mtime_ns for path in (tmp_path / "d/.work/parts").iterdir()}
    again = rl4real("flow", "x86", "train", "mlra", "--data-dir", "d", "--limit", "8")
    assert "nothing to do" in again.stderr
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "d/.work/parts").iterdir()} == parts
    assert dataset_bytes(tmp_path / "d") == before


def test_number_of_jobs_changes_no_byte(rl4real: Run, tmp_path: Path) -> None:
    rl4real("flow", "x86", "train", "mlra", "--data-dir", "one", "--jobs", "1")
    rl4real("flow", "x86", "train", "mlra", "--data-dir", "four", "--jobs", "4")
    assert dataset_bytes(tmp_path / "one") == dataset_bytes(tmp_path / "four")


def test_killed_at_twenty_moments_and_resumed(rl4real: Run, tmp_path: Path) -> None:
    words = ("flow", "x86", "train", "mlra", "--data-dir")
    begin = time.monotonic()
    rl4real(*words, "undisturbed")
    duration = time.monotonic() - begin
    expected = dataset_bytes(tmp_path / "undisturbed")
    moments = random.Random(20)
    killed = 0
    for attempt in range(20):
        folder = f"killed-{attempt // 5}"  # five kills a dataset, so that late ones meet the packing too
        process = subprocess.Popen(
            [sys.executable, "-m", "rl4real_data", *words, folder],
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            process.wait(timeout=moments.uniform(0.2, duration * 0.8))
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            killed += 1
    assert killed >= 8  # a run that has little left to do may finish before its moment comes
    for number in range(4):
        rl4real(*words, f"killed-{number}")
        assert dataset_bytes(tmp_path / f"killed-{number}") == expected


def test_train_and_test_share_no_function(rl4real: Run, tmp_path: Path) -> None:
    orders = {"train-first": ("train", "test"), "test-first": ("test", "train")}
    corpora = {"train": ("--limit", "30"), "test": ()}  # test sees all modules, train the first thirty
    for folder, modes in orders.items():
        for mode in modes:
            rl4real("flow", "x86", mode, "mlra", "--data-dir", folder, *corpora[mode])
        rl4real("validate", folder)
    hashes = {
        mode: set(pq.read_table(next((tmp_path / "train-first/data").glob(f"{mode}-*")))["content_hash"].to_pylist())
        for mode in ("train", "test")
    }
    assert hashes["train"]
    assert hashes["test"]
    assert not hashes["train"] & hashes["test"]
    assert dataset_bytes(tmp_path / "train-first") == dataset_bytes(tmp_path / "test-first")


def test_a_folder_of_ones_own_and_its_bad_module(rl4real: Run, tmp_path: Path) -> None:
    code = tmp_path / "my code"
    code.mkdir()
    (code / "good one.c").write_text('#include "my header.h"\nint twice(int x) { return FACTOR * x; }\n')
    (code / "my header.h").write_text("#define FACTOR 2\n")
    (code / "bad.c").write_text("int broken( {\n")
    (code / "module.ll").write_text("define i32 @three(i32 %x) {\n  %y = mul i32 %x, 3\n  ret i32 %y\n}\n")
    (code / "foreign.ll").write_text('target triple = "riscv64-unknown-linux-gnu"\ndefine void @f() {\n  ret void\n}\n')
    first = rl4real("flow", "x86", "test", "mlra", "--corpus", code, "--data-dir", "d", check=False)
    assert first.returncode == 3
    assert "2 of 4 modules failed" in first.stderr
    assert "bad.c: rejected:" in first.stderr
    rows = {row["module"]: row for row in pq.read_table(tmp_path / "d/modules.parquet").to_pylist()}
    assert rows["bad.c"]["kind"] == "rejected"
    assert "error: expected" in rows["bad.c"]["stderr"]
    assert "riscv64" in rows["foreign.ll"]["reason"]
    assert rows["good one.c"]["episodes"] == rows["module.ll"]["episodes"] == 1
    rl4real("validate", "d")

    (code / "my header.h").write_text("#define FACTOR 5\n")
    plan = rl4real("flow", "x86", "test", "mlra", "--corpus", code, "--data-dir", "d", "--dry-run").stdout
    assert "good one.c  (a header changed)" in plan
    assert "4 modules: 1 to compile, 3 done before" in plan
