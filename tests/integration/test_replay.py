"""An episode stands alone: its MIR text, without the source, gives the same problem and the same decisions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Run, Sample

pytestmark = pytest.mark.clang

EPISODES = 100  # of each dataset, spread evenly; tests/soak replays all


def check_replay(rl4real: Run, data_dir: Path) -> None:
    words = ("--replay", "--limit", str(EPISODES), "--json")
    report = json.loads(rl4real("validate", data_dir, *words, check=False).stdout)["replay"]
    assert report["total"] == EPISODES
    assert report["refused"] == []
    assert report["equal"] / report["total"] >= 0.99


@pytest.mark.parametrize("target", ["x86", "aarch64"])
def test_replay_of_the_sample_gives_the_same(rl4real: Run, sample: Sample, target: str) -> None:
    check_replay(rl4real, sample(target, "train"))


@pytest.mark.parametrize(("target", "corpora"), [("x86", ("lua5.4", "bzip2")), ("aarch64", ("zlib", "libzstd"))])
def test_replay_of_real_programs_gives_the_same(
    rl4real: Run, tmp_path: Path, target: str, corpora: tuple[str, ...]
) -> None:
    named = [word for corpus in corpora for word in ("--corpus", corpus)]
    rl4real("flow", target, "train", "mlra", *named, "--data-dir", "d")
    check_replay(rl4real, tmp_path / "d")
