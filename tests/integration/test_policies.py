"""Policies of one ONNX model, and RL4ReAl's four, in the compiler's own process."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rl4real_data import EpisodeDataset
from rl4real_data.allocation.allocation import Allocation
from rl4real_data.allocation.features import node_features
from rl4real_data.allocation.problem import problem_of
from rl4real_data.allocation.register_file import register_file_of
from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.live.onnx_runtime import find_onnx_runtime
from rl4real_data.mir2vec.vocabulary_file import read_vocabulary, shipped_vocabulary, write_vocabulary
from rl4real_data.toolchain.clang import SUPPORTED_MAJORS, Clang
from rl4real_data.toolchain.plugin import Plugin, register_file

from .conftest import Run
from .live_compiler import FUNCTIONS, MOST_SECONDS, SOURCE, LiveCompiler
from .onnx_models import constant_policy, fork_agents, greedy_policy, perceptron

pytestmark = pytest.mark.clang

Toolchains = dict[int, tuple[Clang, Plugin]]


@pytest.fixture
def compiler(toolchains: Toolchains, tmp_path: Path) -> LiveCompiler:
    return LiveCompiler(*toolchains[max(toolchains)], tmp_path)


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("vocabulary") / "x86.json"
    write_vocabulary(path, read_vocabulary(shipped_vocabulary("x86")))
    return path


def onnx_flags(*more: str) -> tuple[str, ...]:
    return (f"-mlra-onnxruntime={find_onnx_runtime()}", *more)


def policy_flags(model: Path, *more: str) -> tuple[str, ...]:
    return onnx_flags(f"-mlra-policy={model}", *more)


def told(path: Path) -> dict[str, dict[str, np.ndarray[Any, Any]]]:
    """What the policy was told, by function and tensor."""
    functions = [json.loads(line) for line in path.read_text().splitlines()]
    return {
        entry.pop("function"): {
            name: np.array(tensor["values"], np.float64).reshape(tensor["shape"]) for name, tensor in entry.items()
        }
        for entry in functions
    }


def program_result(compiler: LiveCompiler) -> int:
    compiler.compile(plugin=False)
    return compiler.result()


def column_count(toolchain: tuple[Clang, Plugin]) -> int:
    entries: Sequence[dict[str, Any]] = register_file(*toolchain, TARGETS[TargetName.X86], "core2")["classes"]
    return len({register for entry in entries for register in entry["order"]})


def test_a_policy_sees_what_the_dataset_has(compiler: LiveCompiler, vocabulary: Path, rl4real: Run) -> None:
    (compiler.folder / "unit.c").write_text(SOURCE)
    rl4real("flow", "x86", "test", "mlra", "--corpus", compiler.folder / "unit.c", "--data-dir", "data")
    dataset = EpisodeDataset(compiler.folder / "data", "test")
    registers = register_file_of(dataset.registers)
    model = perceptron(compiler.folder / "model.onnx", registers.size)
    dump = compiler.folder / "features"
    found = compiler.compile(*policy_flags(model, f"-mlra-vocabulary={vocabulary}", f"-mlra-dump-features={dump}"))
    assert found.said == ""
    seen = told(dump)
    assert set(seen) == {episode.function for episode in dataset} == set(FUNCTIONS)
    for episode in dataset:
        allocation = Allocation(problem_of(episode, registers))
        tensors = seen[episode.function]
        assert tensors["node_features"] == pytest.approx(node_features(allocation), rel=1e-6, abs=1e-6)
        assert tensors["node_vectors"] == pytest.approx(episode.node_vectors(), rel=1e-6, abs=1e-6)
        assert np.abs(tensors["node_vectors"]).max() > 0.01
        assert np.array_equal(tensors["register_mask"], allocation.problem.allowed)


def other_vector(vocabulary: Path, entity: str, vector: list[float], to: Path) -> Path:
    content = json.loads(vocabulary.read_text())
    (section,) = (names for names in content.values() if entity in names)
    section[entity] = vector
    to.write_text(json.dumps(content))
    return to


def test_a_wrong_vector_costs_the_functions_that_read_it(
    compiler: LiveCompiler, toolchains: Toolchains, vocabulary: Path
) -> None:
    stock = compiler.compile(plugin=False).object
    model = perceptron(compiler.folder / "model.onnx", column_count(toolchains[max(toolchains)]))
    unread = other_vector(vocabulary, "AESENC", [1.0], compiler.folder / "unread.json")
    assert compiler.compile(*policy_flags(model, f"-mlra-vocabulary={unread}")).said == ""
    short = other_vector(vocabulary, "ADD", [1.0, 2.0], compiler.folder / "short.json")
    found = compiler.compile(*policy_flags(model, f"-mlra-vocabulary={short}"))
    assert "the vocabulary's vector of ADD has 2 dimensions, the first one 100" in found.said
    assert found.object == stock


def test_an_array_that_is_not_closed_is_told_at_once(compiler: LiveCompiler, vocabulary: Path) -> None:
    cut = compiler.folder / "cut.json"
    cut.write_text(vocabulary.read_text().replace("]", " ", 1))
    (compiler.folder / "unit.c").write_text(SOURCE)
    flags = policy_flags(compiler.folder / "model.onnx", f"-mlra-vocabulary={cut}")
    command = compiler.command(*(word for flag in flags for word in ("-mllvm", flag)), "-c", "unit.c")
    done = subprocess.run(command, cwd=compiler.folder, capture_output=True, text=True, timeout=MOST_SECONDS)
    assert done.returncode == 1
    assert "cut.json is none: line 3: expected a name and its vector of numbers" in done.stderr


@pytest.mark.parametrize("major", SUPPORTED_MAJORS)
def test_a_policy_is_carried_out(toolchains: Toolchains, tmp_path: Path, major: int) -> None:
    compiler = LiveCompiler(*toolchains[major], tmp_path)
    expected = program_result(compiler)
    found = compiler.compile(*policy_flags(greedy_policy(tmp_path / "model.onnx")))
    assert compiler.result() == expected
    assert found.said == ""
    for name in FUNCTIONS:
        report = found.reports[name]
        assert report["decider"] == "policy"
        assert report["kept"] == report["made"]["assign"] > 0
        assert report["illegal"] == {}


def test_a_model_names_its_registers(compiler: LiveCompiler) -> None:
    wanted = ["R11", "r10", "R11D", "R10D"]
    found = compiler.compile(*policy_flags(greedy_policy(compiler.folder / "model.onnx", registers=wanted)))
    assert found.said == "" or "scores" in found.said
    given = {register for record in found.records.values() for register in record["node_assigned"]}
    assert given


def test_nothing_taken_is_the_stock_object(compiler: LiveCompiler, toolchains: Toolchains) -> None:
    stock = compiler.compile(plugin=False).object
    columns = 1 + column_count(toolchains[max(toolchains)])
    left = greedy_policy(compiler.folder / "left.onnx", leave=2.0)
    nan = constant_policy(compiler.folder / "nan.onnx", float("nan"), columns)
    same = constant_policy(compiler.folder / "same.onnx", 1.0, columns)
    for model in (left, nan, same):
        found = compiler.compile(*policy_flags(model))
        assert found.object == stock
        assert found.said == ""


def write_no_model(path: Path) -> None:
    path.write_bytes(b"this is no model" * 100)


@pytest.mark.parametrize(
    "kind", ["missing", "rubbish", "empty", "too few columns", "no library", "library that is none"]
)
def test_wrong_models_cost_their_functions_only(compiler: LiveCompiler, kind: str) -> None:
    stock = compiler.compile(plugin=False).object
    model = compiler.folder / "model.onnx"
    flags = policy_flags(model)
    if kind == "rubbish":
        write_no_model(model)
    elif kind == "empty":
        model.write_bytes(b"")
    elif kind == "too few columns":
        constant_policy(model, 1.0, 3)
    elif kind != "missing":
        greedy_policy(model)
        library = compiler.folder / "libonnxruntime.so"
        if kind == "library that is none":
            library.write_text("no library")
        flags = ("-mlra-onnx-engine=runtime", f"-mlra-onnxruntime={library}", f"-mlra-policy={model}")
    found = compiler.compile(*flags)
    assert found.object == stock
    for name in FUNCTIONS:
        assert name in found.said
        assert found.reports[name]["failure"]


@pytest.mark.parametrize("splits", [False, True])
@pytest.mark.parametrize("major", SUPPORTED_MAJORS)
def test_the_forks_models_in_process(toolchains: Toolchains, tmp_path: Path, major: int, splits: bool) -> None:
    compiler = LiveCompiler(*toolchains[major], tmp_path)
    expected = program_result(compiler)
    registers = register_file(*toolchains[major], TARGETS[TargetName.X86], "core2")
    places = {register for entry in registers["classes"] for register in entry["order"]}
    config = fork_agents(tmp_path / "config", len(places - set(registers["reserved"])), splits=splits)
    found = compiler.compile(
        *onnx_flags("-regalloc=greedy", "-mlra-inference", "-rl-inference-engine", f"-ml-config-path={config}")
    )
    assert found.said == ""
    assert compiler.result() == expected
    made = {kind: sum(report["made"].get(kind, 0) for report in found.reports.values()) for kind in ("assign", "split")}
    assert made["assign"] > 20
    assert (made["split"] > 3) is splits
    assert sum(report["kept"] for report in found.reports.values()) >= 0.9 * made["assign"]
