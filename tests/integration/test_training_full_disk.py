"""A disk that fills up while a training run writes its checkpoints and logs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from rl4real_data.training.checkpoint_folder import newest_checkpoint
from rl4real_data.training.checkpoints import read_checkpoint
from rl4real_data.training.weights import read_networks

from .conftest import Sample
from .small_disk import on_small_disk

pytestmark = pytest.mark.clang

ITERATIONS = 8


@pytest.mark.parametrize("room", ["size=9m", "size=1g,nr_inodes=60"])
def test_a_full_disk_costs_no_checkpoint(sample: Sample, tmp_path: Path, room: str) -> None:
    data_dir = sample("x86", "train")

    def command(out: Path) -> list[str | Path]:
        words = [sys.executable, "-m", "rl4real_data", "train", data_dir, "--out", out, "--resume", "--live"]
        count = ["--train-iterations", str(ITERATIONS), "--checkpoint-every", "1"]
        return [*words, "--algorithm", "ppo", "--current-batch", "2", *count]

    filled = on_small_disk(tmp_path / "small", room, command)

    code, said = filled.first
    assert code == 1, said
    assert said.count("No space left on device") == 1, said
    assert "  next: " in said
    assert "Traceback" not in said, said
    assert any(name.startswith("checkpoint_") for name in filled.names)
    assert not [name for name in filled.names if name.startswith(".")]
    assert filled.second[0] == 0, filled.second[1]
    found = sorted(filled.data_dir.glob("checkpoint_*"))
    assert [read_checkpoint(path).total for path in found] == list(range(1, ITERATIONS + 1))
    assert newest_checkpoint(filled.data_dir) == found[-1]
    for path in found:
        read_networks(path)
