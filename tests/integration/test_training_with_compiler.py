"""Training with a real compiler: its log, the reward by llvm-mca, and what is missing or crashes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from rl4real_data.core.errors import ToolchainError
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.plugin import Plugin
from rl4real_data.training.choices import FinalReward
from rl4real_data.training.player import ExpertPlayer
from rl4real_data.training.settings import TrainSettings
from rl4real_data.training.training_data import training_data_of

from .conftest import Run, Sample

pytestmark = [
    pytest.mark.clang,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # RLlib's own of itself
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]
SHORT = ("--algorithm", "ppo", "--train-iterations", "1", "--current-batch", "3", "--live")


def bin_folder(folder: Path, clang: Clang, *tools: str) -> Path:
    """A BUILD_DIR with some of an installation's tools, which are called there: links would lead to all of them."""
    (folder / "bin").mkdir(parents=True)
    for tool in tools:
        write_tool(folder / "bin" / tool, f'exec {clang.bin_dir / tool} "$@"')
    return folder


def write_tool(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


def test_a_run_by_llvm_mca(rl4real: Run, sample: Sample, tmp_path: Path) -> None:
    rl4real("train", sample("x86", "train"), "--out", "run", *SHORT, "--final-reward", "mca")

    log = (tmp_path / "run" / "log" / "worker_0.log").read_text(encoding="utf-8").splitlines()
    ended = [line.split("  ")[1] for line in log if not line.startswith(" ")]
    assert set(ended) == {"ok"}
    assert sum("/llc " in line for line in log) >= 3
    assert sum("/llvm-mca " in line and "--mcpu=core2" in line for line in log) >= 3
    assert not (tmp_path / "run" / "log" / "worker_0.failed").exists()
    assert json.loads((tmp_path / "run" / "result.json").read_text())["training_iteration"] == 1


def test_greedys_own_answer_has_its_throughput(
    sample: Sample, toolchains: dict[int, tuple[Clang, Plugin]], monkeypatch: pytest.MonkeyPatch
) -> None:
    clang, _ = toolchains[max(toolchains)]
    monkeypatch.setenv("BUILD_DIR", str(clang.bin_dir.parent))
    settings = replace(TrainSettings(), live=True, final_reward=FinalReward.MCA, games=12)
    outcomes = ExpertPlayer(training_data_of(sample("x86", "train"), None).task(settings)).play().outcomes

    assert {outcome.reward for outcome in outcomes if abs(outcome.ratio - 1.0) < 1e-9} == {0.0}
    assert {outcome.reward for outcome in outcomes} <= {-10.0, 0.0, 10.0}


def test_no_llvm_mca_is_told_in_words(
    rl4real: Run, sample: Sample, toolchains: dict[int, tuple[Clang, Plugin]], tmp_path: Path
) -> None:
    clang, _ = toolchains[max(toolchains)]
    build_dir = bin_folder(tmp_path / "llvm", clang, "clang", "llc", "llvm-config")
    words = ("train", sample("x86", "train"), "--out", "run", *SHORT, "--final-reward", "mca")
    done = rl4real(*words, check=False, BUILD_DIR=str(build_dir))

    assert done.returncode == ToolchainError.exit_code
    assert "llvm-mca does not exist" in done.stderr
    assert f"next: apt-get install llvm-{max(toolchains)}" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "run" / "log").exists()


def test_no_compiler_is_told_before_anything_runs(rl4real: Run, sample: Sample, tmp_path: Path) -> None:
    done = rl4real("train", sample("x86", "train"), "--out", "run", *SHORT, check=False, BUILD_DIR=str(tmp_path))

    assert done.returncode == ToolchainError.exit_code
    assert "  next: " in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "run").exists()


def test_a_compiler_that_crashes_is_in_the_log(
    rl4real: Run, sample: Sample, toolchains: dict[int, tuple[Clang, Plugin]], tmp_path: Path
) -> None:
    clang, _ = toolchains[max(toolchains)]
    build_dir = bin_folder(tmp_path / "llvm", clang, "clang", "llvm-config")
    write_tool(build_dir / "bin" / "llc", "echo 'LLVM ERROR: out of luck' >&2\nkill -SEGV $$")
    words = ("train", sample("x86", "train"), "--out", "run", *SHORT)
    done = rl4real(*words, check=False, BUILD_DIR=str(build_dir))

    assert done.returncode == ToolchainError.exit_code
    assert "failed 10 times one after the other" in done.stderr
    assert "Traceback" not in done.stderr
    log = (tmp_path / "run" / "log" / "worker_0.log").read_text(encoding="utf-8")
    assert log.count("  SIGSEGV  ") == 10
    assert "    LLVM ERROR: out of luck\n" in log
    kept = tmp_path / "run" / "log" / "worker_0.failed"
    assert sorted(path.name for path in kept.iterdir()) == ["decisions", "episode.mir"]
