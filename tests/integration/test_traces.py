"""Traces of eviction and priority: nothing of the code changes, and the features are LLVM's own, bit by bit."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper

from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.corpus.module import Corpus
from rl4real_data.toolchain.clang import SUPPORTED_MAJORS, Clang
from rl4real_data.toolchain.plugin import Plugin
from rl4real_data.traces.dataset import TraceDataset
from rl4real_data.traces.features import Task

from .channel_trace import compare_trace
from .conftest import run_program

pytestmark = pytest.mark.clang

TASKS = (Task.EVICTION, Task.PRIORITY)
COMBINATIONS = tuple(product(SUPPORTED_MAJORS, TargetName, TASKS))
SOURCE = "int g(int*);int f(int*p,int n){int s=0;for(int i=0;i<n;i++){s+=p[i]*g(p+i);}return s;}\n"


def test_objects_scores_and_features_are_llvms_own(
    toolchains: dict[int, tuple[Clang, Plugin]], corpora: dict[str, Corpus], tmp_path: Path
) -> None:
    """Every module of the sample in one combination of release, target and task, in turns."""
    jobs = [(module, *COMBINATIONS[i % len(COMBINATIONS)]) for i, module in enumerate(corpora["sample"].modules)]
    with ThreadPoolExecutor(2) as pool:
        found = list(
            pool.map(lambda job: compare_trace(job[0], *toolchains[job[1]], TARGETS[job[2]], job[3], tmp_path), jobs)
        )
    assert [problem for one in found for problem in one.problems] == []
    assert sum(one.steps for one in found) > 1000


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "src"
    folder.mkdir()
    for number in range(3):
        (folder / f"m{number}.c").write_text(SOURCE.replace("f(", f"f{number}("))
    return folder


def trace(folder: Path, out: str, *words: str | Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    return run_program(folder, "trace", "priority", "x86", "--data-dir", folder / out, *words, check=check)


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".work" not in path.parts
    }


def test_a_replay_does_the_same_and_is_sound(sources: Path, tmp_path: Path) -> None:
    trace(tmp_path, "chance", "--corpus", sources, "--policy", "random", "--seed", "3")
    trace(tmp_path, "again", "--corpus", sources, "--policy", f"replay:{tmp_path / 'chance'}")
    chance, again = TraceDataset(tmp_path / "chance"), TraceDataset(tmp_path / "again")
    assert len(chance) == len(again) == 3
    for one, other in zip(chance, again, strict=True):
        assert one.decision.tolist() == other.decision.tolist() != one.default_decision.tolist()
        assert (one.score, one.baseline) == (other.score, other.baseline)
    for name in ("chance", "again"):
        assert "sound" in run_program(tmp_path, "validate", tmp_path / name).stdout


def test_a_function_of_the_users_decides(sources: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("def size(features, context):\n    return int(features['li_size'])\n")
    trace(tmp_path, "out", "--corpus", sources, "--policy", "mine:size", "-j2")
    for one in TraceDataset(tmp_path / "out"):
        assert one.decision.tolist() == one.features["li_size"].tolist()


def model(path: Path, feature: str, kind: int) -> Path:
    cast = helper.make_node("Cast", [feature], ["priority"], to=TensorProto.FLOAT)
    graph = helper.make_graph(
        [cast],
        "priority",
        [helper.make_tensor_value_info(feature, kind, [1])],
        [helper.make_tensor_value_info("priority", TensorProto.FLOAT, [1])],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), path)
    return path


def test_a_model_decides_in_the_compiler(sources: Path, tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    trace(tmp_path, "out", "--corpus", sources, "--policy", model(tmp_path / "s.onnx", "li_size", TensorProto.INT64))
    for one in TraceDataset(tmp_path / "out"):
        assert one.decision.tolist() == one.features["li_size"].tolist()


def test_a_model_with_other_features_is_refused(sources: Path, tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    other = model(tmp_path / "s.onnx", "mask", TensorProto.INT64)
    done = trace(tmp_path, "out", "--corpus", sources, "--policy", other, check=False)
    assert done.returncode == 2
    assert "its input mask is no feature of priority" in done.stderr


def test_a_policy_that_raises_is_named(sources: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("def bad(features, context):\n    raise KeyError('weight2')\n")
    done = trace(tmp_path, "out", "--corpus", sources, "--policy", "mine:bad", check=False)
    assert done.returncode == 2
    assert "the policy raised KeyError" in done.stderr


@pytest.mark.parametrize("word", ["nobody", "replay", "replay:nowhere"])
def test_policies_that_are_none(sources: Path, tmp_path: Path, word: str) -> None:
    done = trace(tmp_path, "out", "--corpus", sources, "--policy", word, check=False)
    assert done.returncode in (1, 2)
    assert "next: " in done.stderr


def test_a_killed_run_is_resumed_to_the_same_bytes(
    sources: Path, tmp_path: Path, wait_for: Callable[[Callable[[], bool]], None]
) -> None:
    trace(tmp_path, "whole", "--corpus", sources, "-j2")
    command = [sys.executable, "-m", "rl4real_data", "trace", "priority", "x86", "--corpus", str(sources)]
    with subprocess.Popen([*command, "--data-dir", "cut", "-j1"], cwd=tmp_path, env=os.environ) as run:
        wait_for(lambda: any((tmp_path / "cut" / ".work" / "parts").glob("*.json")))
        run.send_signal(signal.SIGKILL)
    trace(tmp_path, "cut", "--corpus", sources, "-j1")
    assert files_of(tmp_path / "cut") == files_of(tmp_path / "whole")


@pytest.fixture
def wait_for() -> Callable[[Callable[[], bool]], None]:
    def wait(what: Callable[[], bool]) -> None:
        end = time.monotonic() + 120
        while not what():
            assert time.monotonic() < end
            time.sleep(0.01)

    return wait


CALLS = (
    "static int twice(int a) { return a * 2; }\n"
    "static int cold(int a) { for (int i = 0; i < a; i++) a += twice(i) ^ (a << 3); return a; }\n"
    "int f(int a) { return twice(a) + cold(a) + cold(a + 1) + cold(a * 7); }\n"
)


def test_inlining_is_traced_and_replayed(tmp_path: Path) -> None:
    """A module is a trajectory; a replay makes the same decisions, sizes and rewards, whatever the number of jobs."""
    sources = tmp_path / "src"
    sources.mkdir()
    for number in range(3):
        (sources / f"m{number}.c").write_text(CALLS.replace("f(int", f"f{number}(int"))
    words = ("trace", "inlining", "x86", "--corpus", sources, "--opt-level", "Oz", "--data-dir")
    run_program(tmp_path, *words, "default")
    run_program(tmp_path, *words, "chance", "--policy", "random", "--seed", "3", "--jobs", "1")
    run_program(tmp_path, *words, "again", "--policy", f"replay:{tmp_path / 'chance'}", "--jobs", "2")
    default, chance, again = (TraceDataset(tmp_path / name) for name in ("default", "chance", "again"))

    assert len(default) == len(chance) == len(again) == 3
    for one in default:
        assert one.decision.tolist() == one.default_decision.tolist()
        assert one.score == one.baseline > 0
    for one, other in zip(chance, again, strict=True):
        assert one.decision.tolist() == other.decision.tolist() != one.default_decision.tolist()
        assert (one.score, one.baseline) == (other.score, other.baseline)
    assert "sound" in run_program(tmp_path, "validate", tmp_path / "again").stdout
