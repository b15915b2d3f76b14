"""Flows of the whole sample corpus: checked by the plugin, killed at twenty moments, train and test in both orders."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.integration.conftest import Run
from tests.integration.dataset_bytes import dataset_bytes
from tests.integration.disjoint_splits import check_disjoint_splits

pytestmark = [pytest.mark.clang, pytest.mark.soak]


@pytest.mark.parametrize(("target", "model"), [("x86", "mlra"), ("aarch64", "mlra"), ("x86", "mlbasicra")])
def test_checked_by_the_plugin(rl4real: Run, target: str, model: str) -> None:
    rl4real("flow", target, "train", model, "--verify", "--data-dir", "d")
    rl4real("validate", "d")


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
    check_disjoint_splits(rl4real, tmp_path, train=("--limit", "30"), test=())
