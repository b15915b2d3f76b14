"""A training run that is killed again and again, and goes on."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from rl4real_data.training.checkpoints import newest_checkpoint, read_checkpoint
from rl4real_data.training.weights import read_networks
from tests.integration.conftest import Sample

pytestmark = [pytest.mark.clang, pytest.mark.soak]

KILLS = 10
ITERATIONS = 400
START_S = 12.0  # torch and RLlib are loaded then, on an idle machine


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("algorithm", ["bc", "ppo"])
def test_a_run_ends_as_if_it_had_not_been_killed(sample: Sample, tmp_path: Path, algorithm: str) -> None:
    out, chance, killed = tmp_path / "run", random.Random(algorithm), 0
    count = ("--bc-iterations", "--train-iterations")[algorithm == "ppo"]
    words = [sys.executable, "-m", "rl4real_data", "train", str(sample("x86", "train")), "--out", str(out)]
    words += ["--algorithm", algorithm, count, str(ITERATIONS), "--current-batch", "4", "--checkpoint-every", "2"]
    while True:
        is_begun = newest_checkpoint(out) is not None if out.is_dir() else False
        run = subprocess.Popen(
            [*words, *(["--resume"] if is_begun else [])], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL
        )
        try:
            _, said = run.communicate(timeout=START_S + chance.random() * 4.0 if killed < KILLS else None)
        except subprocess.TimeoutExpired:
            run.kill()
            run.communicate()
            killed += 1
            continue
        assert run.returncode == 0, said.decode()
        break

    assert killed == KILLS
    assert not list(out.glob(".checkpoint*"))
    found = sorted(out.glob("checkpoint_*"))
    assert [read_checkpoint(path).total for path in found] == list(range(2, ITERATIONS + 1, 2))
    for path in found:
        read_networks(path)
    counted = [json.loads(line)["training_iteration"] for line in (out / "result.json").read_text().splitlines()]
    assert counted[-1] == ITERATIONS
    assert set(counted) == set(range(1, ITERATIONS + 1))
