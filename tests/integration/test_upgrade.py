"""A dataset of an older format version becomes what `flow` would make anew, byte for byte, without its sources."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from older_format import copy_as_version_0

from rl4real_data.episodes.index import read_index
from rl4real_data.episodes.schema import VERSION_0
from rl4real_data.mir2vec.vocabulary import make_vocabulary
from rl4real_data.mir2vec.vocabulary_file import read_vocabulary, shipped_vocabulary, write_vocabulary

from .conftest import Run, run_program

pytestmark = pytest.mark.clang

MADE = Path(__file__).parents[1] / "data" / "made_by_0.1.0"
SHARD = "data/train-00000-of-00001.parquet"


def files_of(data_dir: Path) -> dict[str, bytes]:
    found = [path for path in data_dir.rglob("*") if path.is_file() and ".work" not in path.parts]
    return {str(path.relative_to(data_dir)): path.read_bytes() for path in found}


@pytest.fixture(scope="module")
def both_splits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few functions of the sample in train, three of another folder in test."""
    folder = tmp_path_factory.mktemp("upgrade")
    shutil.copytree(MADE / "legacy", folder / "legacy")
    words = ("--data-dir", folder / "d", "--max-failed", "1")
    run_program(folder, "flow", "x86", "train", "mlra", "--corpus", "sample", "--limit", "2", *words)
    run_program(folder, "flow", "x86", "test", "mlra", "--corpus", "legacy", *words)
    return folder / "d"


def test_an_upgraded_dataset_is_one_made_anew(rl4real: Run, both_splits: Path, tmp_path: Path) -> None:
    copy_as_version_0(both_splits, tmp_path / "old")
    said = rl4real("upgrade", tmp_path / "old").stderr
    assert "as they were" in said

    made, upgraded = files_of(both_splits), files_of(tmp_path / "old")
    assert made.keys() == upgraded.keys()
    assert [name for name in made if made[name] != upgraded[name]] == []
    assert "nothing to do" in rl4real("upgrade", tmp_path / "old").stderr
    assert rl4real("validate", tmp_path / "old").stdout == f"{tmp_path / 'old'}: sound\n"


def test_other_vectors_for_an_older_dataset_and_then_the_upgrade(
    rl4real: Run, both_splits: Path, tmp_path: Path
) -> None:
    """The order of the two does not matter, and a dataset with other vectors is still one of version 0."""
    shutil.copytree(both_splits, tmp_path / "new")
    copy_as_version_0(both_splits, tmp_path / "old")
    vocabulary, known = tmp_path / "doubled.parquet", read_vocabulary(shipped_vocabulary("x86"))
    write_vocabulary(vocabulary, make_vocabulary("doubled", known.entities, known.vectors * 2, target="x86"))
    for name in ("old", "new"):
        rl4real("embed", tmp_path / name, "--vocab", vocabulary)
    assert read_index(tmp_path / "old").schema_version == 0
    assert rl4real("validate", tmp_path / "old").stdout == f"{tmp_path / 'old'}: sound\n"

    rl4real("upgrade", tmp_path / "old")
    made, upgraded = files_of(tmp_path / "new"), files_of(tmp_path / "old")
    assert made.keys() == upgraded.keys()
    assert [name for name in made if made[name] != upgraded[name]] == []
    assert made["instructions.parquet"] != (both_splits / "instructions.parquet").read_bytes()


KILLED = """
import os, signal, sys
from rl4real_data.__main__ import run
from rl4real_data.flow.replay_log import ReplayLog

plain, entries = ReplayLog.add, []

def add(self, key, record):
    plain(self, key, record)
    entries.append(key)
    if len(entries) == 3:
        os.kill(os.getpid(), signal.SIGKILL)

ReplayLog.add = add
sys.argv = ["rl4real-data", "upgrade", sys.argv[1], "--jobs", "1"]
run()
"""


def test_a_killed_upgrade_goes_on(rl4real: Run, both_splits: Path, tmp_path: Path) -> None:
    copy_as_version_0(both_splits, tmp_path / "old")
    before = files_of(tmp_path / "old")
    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / "old")], capture_output=True, check=False)
    assert (killed.returncode, files_of(tmp_path / "old")) == (-signal.SIGKILL, before)

    index = read_index(tmp_path / "old")
    episodes = sum(books.episodes for books in index.splits.values())
    assert f"{episodes:,} ({episodes - 3:,} replayed now)" in rl4real("upgrade", tmp_path / "old").stderr
    assert files_of(tmp_path / "old") == files_of(both_splits)


def test_a_dataset_of_the_first_release_is_upgraded(rl4real: Run, tmp_path: Path) -> None:
    shutil.copytree(MADE / "dataset", tmp_path / "old")
    before = pq.read_table(tmp_path / "old" / SHARD)
    rl4real("upgrade", tmp_path / "old", check=False)
    after = pq.read_table(tmp_path / "old" / SHARD)

    kept = [name for name, _, _ in VERSION_0 if name in before.column_names]
    assert after.select(kept).equals(before.select(kept))
    assert after["score"].null_count < len(after)
    assert rl4real("validate", tmp_path / "old").stdout == f"{tmp_path / 'old'}: sound\n"


def test_another_llvm_is_named_with_its_package(rl4real: Run, both_splits: Path, tmp_path: Path) -> None:
    copy_as_version_0(both_splits, tmp_path / "old")
    before = files_of(tmp_path / "old")
    done = rl4real("upgrade", tmp_path / "old", check=False, BUILD_DIR="/usr/lib/llvm-19")

    assert done.returncode == 5
    assert "apt-get install clang-22 llvm-22 llvm-22-dev" in done.stderr
    assert files_of(tmp_path / "old") == before
