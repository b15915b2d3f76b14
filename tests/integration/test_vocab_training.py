"""A vocabulary is learned from the sample corpus with the real libraries: twice the same, resumed the same."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .conftest import Run

EPOCHS = 60
TRAIN = ("vocab", "train", "sample", "--target", "x86", "--dim", "16", "--epochs", str(EPOCHS), "--seed", "7")


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def sample(rl4real: Run, tmp_path: Path) -> Path:
    rl4real("flow", "x86", "train", "mlra", "--data-dir", "sample")
    return tmp_path


@pytest.mark.clang
def test_training_is_deterministic_and_resumable(rl4real: Run, sample: Path) -> None:
    rl4real(*TRAIN, "-o", "one.parquet")
    first = digest(sample / "one.parquet")
    (sample / "one.parquet").unlink()
    kill_after_a_checkpoint(sample)
    assert not (sample / "one.parquet").exists()
    rl4real(*TRAIN, "-o", "one.parquet")

    assert digest(sample / "one.parquet") == first
    assert not list(sample.glob(".*checkpoint"))
    check_openke(sample / "one-triplets")
    check_info(rl4real, sample)
    check_evaluation(rl4real)
    refused = rl4real("vocab", "train", "sample", "--target", "aarch64", check=False)
    assert (refused.returncode, "for x86, not for aarch64" in refused.stderr) == (1, True)


def kill_after_a_checkpoint(folder: Path) -> None:
    command = [sys.executable, "-m", "rl4real_data", *TRAIN, "-o", "one.parquet"]
    process = subprocess.Popen(command, cwd=folder)
    checkpoint = folder / ".one.parquet.checkpoint"
    deadline = time.monotonic() + 120
    while not checkpoint.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert checkpoint.exists(), "it ended before it was killed"


def check_openke(folder: Path) -> None:
    entities, relations, triplets = (
        (folder / name).read_text().splitlines() for name in ("entity2id.txt", "relation2id.txt", "train2id.txt")
    )
    for lines in (entities, relations, triplets):
        assert int(lines[0]) == len(lines) - 1
    assert relations[1:3] == ["Next\t0", "Arg0\t1"]
    names = dict(line.rsplit("\t", 1)[::-1] for line in entities[1:])
    known = {tuple(line.split()) for line in triplets[1:]}
    add, register = (number for number, name in names.items() if name in ("ADD", "VirtReg_GR32"))
    assert (add, register, "1") in known, "the first operand of some ADD is a 32-bit register"


def check_info(rl4real: Run, folder: Path) -> None:
    found = json.loads(rl4real("vocab", "info", "one.parquet", "sample", "--near", "ADD32rr", "--json").stdout)
    assert (found["target"], found["dimension"], len(found["origin"]["losses"])) == ("x86", 16, EPOCHS)
    assert found["origin"]["losses"][-1] < found["origin"]["losses"][0] / 2
    assert found["coverage"]["share"] == 1.0
    assert len(found["near"]["neighbours"]) == 10
    assert folder.name not in json.dumps(found["origin"]), "the file must not depend on where it was made"


def check_evaluation(rl4real: Run) -> None:
    found = json.loads(rl4real("vocab", "evaluate", "x86", "sample", "--json").stdout)
    assert found["mean"]["vocabulary"] - found["mean"]["random"] >= 0.25
    assert set(found["properties"]) >= {"load", "store", "call", "branch", "compare", "move", "float", "vector"}
