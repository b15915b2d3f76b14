"""The road of docs/mlgo.md from a corpus to a model, each of its lines as it stands there, in small."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from rl4real_data.core.targets import TargetName
from rl4real_data.mlgo.policies.onnx_model import OnnxPolicy
from rl4real_data.mlgo.tensors import header_of
from rl4real_data.mlgo_training.feature_rows import Floats
from rl4real_data.mlgo_training.state import TrainState
from rl4real_data.toolchain.clang import SUPPORTED_MAJORS
from rl4real_data.traces.dataset import TraceDataset
from rl4real_data.traces.features import Task
from rl4real_data.traces.trajectory import Trajectory

from .conftest import run_program
from .test_mlgo_clang_registers import CODE as REGISTERS

pytestmark = [pytest.mark.clang, pytest.mark.large]

ROOT = Path(__file__).parents[2]
SECTION = "## A policy without TensorFlow"
SETTINGS = "bc_iterations = 10\nsteps = 40\ntrain_iterations = 2\ncheckpoint_every = 1\nmodules = 2\npairs = 1\n"
CODE = """\
static int f(int x) { int s = 0; for (int i = 0; i < x; i++) s ^= i * x; return s; }
int outer(int y) { return f(y) + f(y + 1); }
int most(int z) { return outer(z) * f(3) + outer(2); }
"""
"""Calls to inline; the registers' own code is that of the other test."""


def lines_of(task: Task) -> list[str]:
    """The commands of the section, for the task."""
    text = (ROOT / "docs" / "mlgo.md").read_text(encoding="utf-8").partition(SECTION)[2].partition("\n## ")[0]
    block = next(part for part in re.findall(r"(?:^    .*\n)+", text, re.MULTILINE) if "export CORPUS" in part)
    lines = re.sub(r" \\\n *", " ", block).replace("    ", "").splitlines()
    if task is Task.INLINING:
        return lines
    return [line.replace(" --opt-level Oz", "").replace("-Oz", "-O3").replace("inlining", task) for line in lines]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A corpus of two modules, a program of the command's name, and small settings."""
    (tmp_path / "src").mkdir()
    for number in range(2):
        (tmp_path / "src" / f"m{number}.c").write_text((REGISTERS + CODE).replace("r[7] * b", f"r[{7 + number}] * b"))
    (tmp_path / "unit.c").write_text(CODE)
    (tmp_path / "small.toml").write_text(SETTINGS)
    program = tmp_path / "bin" / "rl4real-data"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m rl4real_data "$@"\n')
    program.chmod(0o755)
    return tmp_path


def run_lines(folder: Path, lines: list[str], *, major: int = SUPPORTED_MAJORS[0]) -> str:
    """All lines in one shell, which the first failure ends; with small settings, and the corpus of the test."""
    lines = [line.replace("CORPUS=sample", "CORPUS=src") for line in lines]
    lines = [f"{line} --config small.toml" if " train " in line else line for line in lines]
    script = "\n".join(["set -eux", *lines])
    path = f"{folder / 'bin'}:{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-c", script],
        cwd=folder,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "BUILD_DIR": f"/usr/lib/llvm-{major}"},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


def model_answers(model: Path, task: Task, trajectory: Trajectory) -> list[float]:
    """What the model says in this process, asked as LLVM asked."""
    header = header_of(task)
    answer = OnnxPolicy.opened(model, task).begin(header)
    columns = [trajectory.features[name] for name in header.layout.names]
    return [answer(b"".join(one[step].tobytes() for one in columns)) for step in range(len(trajectory.decision))]


def weights_of(checkpoint: Path, task: Task) -> Floats:
    """With the deviation of what is drawn, which PPO moves even where the code is the same whatever is drawn."""
    network = TrainState.read(checkpoint, task, with_learner=False).network
    return np.append(network.vector(), network.plain().deviation)


ROADS = (
    *((task, SUPPORTED_MAJORS[0], TargetName.X86) for task in Task),
    (Task.INLINING, SUPPORTED_MAJORS[-1], TargetName.X86),
    (Task.EVICTION, SUPPORTED_MAJORS[0], TargetName.AARCH64),
)


@pytest.mark.parametrize(("task", "major", "target"), ROADS)
def test_each_line_runs(task: Task, major: int, target: TargetName, folder: Path) -> None:
    """The decisions at its end are the model's."""
    lines = [line.replace(" x86 ", f" {target} ").replace("clang-22", f"clang-{major}") for line in lines_of(task)]
    if target is not TargetName.X86:
        lines[-1] = f"{lines[-1]} --target={target}-linux-gnu"
    assert len(lines) == 8
    said = run_lines(folder, lines, major=major)

    decided = TraceDataset(folder / "decided")
    assert (decided.task, decided.index.policy, decided.index.target) == (task, f"{task}.onnx", target)
    assert any(f"{major}." in version for version in decided.index.toolchain.values())
    assert sum(len(one.decision) for one in decided) > 0
    for one in decided:
        answers = model_answers(folder / f"{task}.onnx", task, one)
        assert one.decision.tolist() == (answers if task is not Task.PRIORITY else pytest.approx(answers, rel=1e-5))
    assert "2 modules in the loop" in said
    assert (folder / "unit.o").stat().st_size > 0


@pytest.mark.parametrize("task", Task)
def test_ppo_learns_with_the_compiler(task: Task, folder: Path) -> None:
    lines = [line.replace("--algorithm es", "--algorithm ppo") for line in lines_of(task)[:4]]
    run_lines(folder, lines)

    checkpoints = ("warmstart/checkpoint_000010", "run/checkpoint_000002")
    begun, learned = (weights_of(folder / name, task) for name in checkpoints)
    assert not np.array_equal(begun, learned)
    assert np.abs(begun - learned).max() < 0.01, "it went on from the warm start"
    told = [json.loads(line) for line in (folder / "run" / "result.json").read_text().splitlines()]
    assert [(one["algorithm"], one["failures"], one["modules"]) for one in told] == [("ppo", 0, 2)] * 2


def test_a_warm_start_decides_as_llvm_where_it_has_learned(folder: Path) -> None:
    """The rewards of its policy are those of LLVM's own decisions, which it has learned without an error."""
    run_lines(folder, [line.replace("small.toml", "") for line in lines_of(Task.INLINING)[:3]])
    run_program(folder, "export", "warmstart", "bc.onnx", "--to", "onnx")
    words = ("inlining", "x86", "--corpus", "src", "--opt-level", "Oz", "--policy", "bc.onnx", "--data-dir", "cloned")
    run_program(folder, "trace", *words)

    for trajectory in TraceDataset(folder / "cloned"):
        assert trajectory.decision.tolist() == trajectory.default_decision.tolist()
        assert trajectory.reward == 0


def test_a_killed_run_goes_on(folder: Path) -> None:
    """SIGKILL at whatever it was about; the same figures as of a run that was left alone."""
    run_lines(folder, lines_of(Task.INLINING)[:2])
    words = ["train", "trace", "--task", "inlining", "--algorithm", "es", "--live", "--corpus", "src"]
    command = [str(folder / "bin" / "rl4real-data"), *words, "--config", "small.toml", "--train-iterations", "4"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    killed = subprocess.Popen([*command, "--out", "killed"], cwd=folder, env=environment, stderr=subprocess.DEVNULL)
    results = folder / "killed" / "result.json"
    while killed.poll() is None and not (results.is_file() and results.read_text().count("\n") >= 2):
        time.sleep(0.1)
    killed.kill()
    killed.wait()
    for out in (["--out", "killed", "--resume"], ["--out", "whole"]):
        subprocess.run([*command, *out], cwd=folder, env=environment, check=True, timeout=300, capture_output=True)

    rewards = [
        re.findall(r'"(?:reward|perturbed_reward)": ([^,]+)', (folder / name / "result.json").read_text())
        for name in ("killed", "whole")
    ]
    assert rewards[0] == rewards[1]
    assert len(rewards[0]) == 8


def test_a_model_answers_at_the_interactive_channel(folder: Path) -> None:
    """The object file is that of `compile`."""
    run_lines(folder, lines_of(Task.INLINING)[:3])
    run_program(folder, "export", "warmstart", "inlining.onnx", "--to", "onnx")
    run_program(folder, "compile", "--policy", "inlining.onnx", "--", "clang-22", "-Oz", "-c", "unit.c")
    name = f"rl4real-test-{os.getpid()}"
    command = [sys.executable, "-m", "rl4real_data", "serve", "inlining.onnx", "--pipe", name]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == "Server Running\n"
        flags = ("-enable-ml-inliner=release", f"-inliner-interactive-channel-base=/tmp/{name}")
        hidden = [word for flag in flags for word in ("-mllvm", flag)]
        clang = ["clang-22", "-Oz", "-c", "unit.c", "-o", "served.o", *hidden]
        subprocess.run(clang, cwd=folder, check=True, timeout=60)
        server.terminate()

    assert (folder / "served.o").read_bytes() == (folder / "unit.o").read_bytes()


def test_what_clang_says_is_passed_on(folder: Path) -> None:
    run_lines(folder, lines_of(Task.INLINING)[:3])
    run_program(folder, "export", "warmstart", "inlining.onnx", "--to", "onnx")
    words = ("compile", "--policy", "inlining.onnx", "--", "clang-22", "-Oz", "-c")
    (folder / "warns.c").write_text("static int f(void) { return 1; } int g(int x) { int unused; return x; }")
    (folder / "wrong.c").write_text("int f(void) { return }")
    warned = run_program(folder, *words, "-Wall", "warns.c")
    wrong = run_program(folder, *words, "wrong.c", check=False)
    two = run_program(folder, *words, "unit.c", "src/m0.c", check=False)

    assert "unused variable" in warned.stderr
    assert (wrong.returncode, "expected expression" in wrong.stderr) == (1, True)
    assert (two.returncode, "a second compiler speaks on the same channel" in two.stderr) == (1, True)
    refused = run_program(folder, "compile", "--policy", "inlining.onnx", "--tries", "2", *words[3:], check=False)
    assert (refused.returncode, "--tries: a model of inlining has none" in refused.stderr) == (2, True)
