"""A training run that is killed again and again, and goes on."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from rl4real_data.training.checkpoint_folder import newest_checkpoint
from rl4real_data.training.checkpoints import read_checkpoint
from rl4real_data.training.weights import read_networks
from tests.integration.conftest import Sample

pytestmark = [pytest.mark.clang, pytest.mark.soak]

KILLS = 10
ENDLESS = 100_000
MORE = 4
EVERY = 2
SHORTLY_S = 1.0  # a few checkpoints
LONG_S = 240.0  # torch and RLlib are loaded in twelve seconds on an idle machine


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("algorithm", ["bc", "ppo"])
def test_a_run_ends_as_if_it_had_not_been_killed(sample: Sample, tmp_path: Path, algorithm: str) -> None:
    out, chance = tmp_path / "run", random.Random(algorithm)
    count = ("--bc-iterations", "--train-iterations")[algorithm == "ppo"]
    words = [sys.executable, "-m", "rl4real_data", "train", str(sample("x86", "train")), "--out", str(out)]
    words += ["--algorithm", algorithm, "--current-batch", "4", "--checkpoint-every", str(EVERY), count]
    totals = [0]
    for _ in range(KILLS):
        killed_behind_a_checkpoint([*words, str(ENDLESS)], out, totals[-1], wait_s=chance.random() * SHORTLY_S)
        totals.append(newest_total(out))
    last = totals[-1] + MORE * EVERY
    done = subprocess.run([*words, str(last), "--resume"], capture_output=True, text=True, timeout=LONG_S)

    assert done.returncode == 0, done.stderr
    assert totals == sorted(set(totals))
    assert not list(out.glob(".checkpoint*"))
    found = sorted(out.glob("checkpoint_*"))
    assert [read_checkpoint(path).total for path in found] == list(range(EVERY, last + 1, EVERY))
    for path in found[:: max(1, len(found) // 20)]:
        read_networks(path)
    counted = [json.loads(line)["training_iteration"] for line in (out / "result.json").read_text().splitlines()]
    assert counted[-1] == last
    assert set(counted) == set(range(1, last + 1))


def killed_behind_a_checkpoint(words: Sequence[str], out: Path, known: int, *, wait_s: float) -> None:
    """Goes on with the run until it has a new checkpoint, and ends it soon afterwards, whatever it is at."""
    with subprocess.Popen(
        [*words, *(["--resume"] if known else [])], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL
    ) as run:
        end = time.monotonic() + LONG_S
        while newest_total(out) == known and run.poll() is None and time.monotonic() < end:
            time.sleep(0.05)
        time.sleep(wait_s)
        is_running = run.poll() is None
        run.kill()
        _, said = run.communicate()
    assert is_running, said.decode()
    assert newest_total(out) > known, f"no checkpoint within {LONG_S} s"


def newest_total(out: Path) -> int:
    newest = newest_checkpoint(out) if out.is_dir() else None
    return 0 if newest is None else int(newest.name.removeprefix("checkpoint_"))
