"""A vocabulary is learned from the sample corpus with the real libraries: twice the same, resumed the same."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rl4real_data.mir2vec.vocabulary_file import read_vocabulary

from .conftest import MOST_SECONDS, Run, Sample

EPOCHS = 90
TRAIN = ("vocab", "train", "sample", "--target", "x86", "--dim", "16", "--epochs", str(EPOCHS), "--seed", "7")


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.clang
def test_training_is_deterministic_and_resumable(rl4real: Run, sample: Sample, tmp_path: Path) -> None:
    (tmp_path / "sample").symlink_to(sample("x86", "train"))
    rl4real(*TRAIN, "-o", "one.parquet")
    first = digest(tmp_path / "one.parquet")
    (tmp_path / "one.parquet").unlink()
    kill_at_the_second_checkpoint(tmp_path)
    assert not (tmp_path / "one.parquet").exists()
    rl4real(*TRAIN, "-o", "one.parquet")

    assert digest(tmp_path / "one.parquet") == first
    assert not list(tmp_path.glob(".*checkpoint"))
    check_openke(tmp_path / "one-triplets")
    check_info(rl4real, tmp_path)
    check_evaluation(rl4real)
    check_keeping(rl4real, tmp_path, sample("x86", "test"))
    refused = rl4real("vocab", "train", "sample", "--target", "aarch64", check=False)
    assert (refused.returncode, "for x86, not for aarch64" in refused.stderr) == (1, True)


def kill_at_the_second_checkpoint(folder: Path) -> None:
    program = Path(__file__).with_name("killed_before_rename.py")
    command = [sys.executable, program, "*.one.parquet.checkpoint", "2", *TRAIN, "-o", "one.parquet"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=MOST_SECONDS)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert (folder / ".one.parquet.checkpoint").exists()


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


def check_keeping(rl4real: Run, folder: Path, more_code: Path) -> None:
    """What is learned beside a vocabulary leaves its vectors as they are, and is as far from chance as they are."""
    (folder / "more").symlink_to(more_code)
    words = ("vocab", "train", "more", "--target", "x86", "--split", "test", "--keep", "one.parquet", "--epochs", "30")
    rl4real(*words, "--dim", "16", "-o", "two.parquet")
    one, two = (read_vocabulary(folder / name) for name in ("one.parquet", "two.parquet"))
    row_of = {entity: row for row, entity in enumerate(two.entities)}

    assert set(one.entities) < set(two.entities)
    assert two.vectors[[row_of[entity] for entity in one.entities]].tobytes() == one.vectors.tobytes()
    assert two.origin["losses"][-1] < two.origin["losses"][0]
    assert two.origin["kept"]["entities"] == len(one.entities)
    assert two.origin["command"].endswith("--keep one.parquet")
    refused = rl4real(*words, "--dim", "8", check=False)
    assert (refused.returncode, "its vectors have 16 dimensions" in refused.stderr) == (2, True)


def check_evaluation(rl4real: Run) -> None:
    found = json.loads(rl4real("vocab", "evaluate", "x86", "sample", "--json").stdout)
    assert found["mean"]["vocabulary"] - found["mean"]["random"] >= 0.25
    assert set(found["properties"]) >= {"load", "store", "call", "branch", "compare", "move", "float", "vector"}
