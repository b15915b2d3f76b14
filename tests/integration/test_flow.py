"""`rl4real-data flow` with the real compiler: complete, repeatable, and whole after any interruption."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.plugin import Plugin

from .conftest import MOST_SECONDS, Run, Sample
from .dataset_bytes import dataset_bytes
from .disjoint_splits import check_disjoint_splits

pytestmark = pytest.mark.clang


@pytest.mark.parametrize("target", ["x86", "aarch64"])
def test_sample_becomes_a_sound_dataset(rl4real: Run, sample: Sample, target: str) -> None:
    data_dir = sample(target, "train")
    rl4real("validate", data_dir)
    stats = json.loads(rl4real("stats", data_dir, "--json").stdout)
    books = json.loads((data_dir / "dataset.json").read_text())["splits"]["train"]
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
    rl4real("flow", "x86", "train", "mlbasicra", "--verify", "--data-dir", "d", "--limit", "20")
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


def test_number_of_jobs_changes_no_byte(
    rl4real: Run, sample: Sample, toolchains: dict[int, tuple[Clang, Plugin]], tmp_path: Path
) -> None:
    clang = toolchains[max(toolchains)][0]  # the sample's, by the same name: it stands in the commands to paste
    rl4real("flow", "x86", "train", "mlra", "--data-dir", "one", "--jobs", "1", "--build-dir", clang.bin_dir.parent)
    assert dataset_bytes(tmp_path / "one") == dataset_bytes(sample("x86", "train"))


def watched(folder: Path, pattern: str, count: int) -> subprocess.CompletedProcess[str]:
    program = Path(__file__).with_name("killed_before_rename.py")
    words = ("flow", "x86", "train", "mlra", "--limit", "16", "--data-dir", "d")
    return subprocess.run(
        [sys.executable, program, pattern, str(count), *words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=MOST_SECONDS,
    )


def test_killed_at_twelve_events_and_resumed(tmp_path: Path) -> None:
    """Four times while it compiles, and before the moves of what it packed; tests/soak has twenty moments."""
    undisturbed, killed = tmp_path / "undisturbed", tmp_path / "killed"
    undisturbed.mkdir()
    killed.mkdir()
    done = watched(undisturbed, f"{undisturbed}/d/*", 0)
    assert done.returncode == 0, done.stderr
    renamed = [str(Path(line).relative_to(undisturbed)) for line in done.stdout.splitlines() if line.startswith("/")]
    parts = [name for name in renamed if "/parts/" in name]
    moves = [name for name in renamed if name not in parts]
    assert len(parts) >= 16
    assert {"d/dataset.json", "d/modules.parquet"} <= set(moves)
    events = [("d/.work/parts/*", count) for count in (1, 5, 3, 6)] + [(name, 1) for name in moves[:7] + moves[-1:]]
    for name, count in events:
        assert watched(killed, f"{killed}/{name}", count).returncode == -signal.SIGKILL, (name, count)
    done = watched(killed, "", 0)
    assert done.returncode == 0, done.stderr
    assert dataset_bytes(killed / "d") == dataset_bytes(undisturbed / "d")


def test_train_and_test_share_no_function(rl4real: Run, tmp_path: Path) -> None:
    check_disjoint_splits(rl4real, tmp_path, train=("--limit", "10"), test=("--limit", "14"))


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
