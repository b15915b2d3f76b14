"""The command lines of RL4ReAl's READMEs, word for word but for the plugin's flag and the paths."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.live.onnx_runtime import find_onnx_runtime
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.grpc_library import ensure_grpc_library
from rl4real_data.toolchain.plugin import Plugin, register_file

from .installed_wheel import REPOSITORY
from .live_compiler import SOURCE
from .onnx_models import fork_agents

pytestmark = pytest.mark.clang

Toolchains = dict[int, tuple[Clang, Plugin]]
SCRIPT = REPOSITORY / "preprocessing" / "v0" / "x86-server-rllib-sm.py"
TRAINING = SCRIPT.with_name("experiment_ppo.py")
READY = "Server Status is Running"
MOST_SECONDS = 600
INFERENCE = "-O3 -mllvm -regalloc=greedy -march=core2 -mllvm -mlra-inference"


@contextmanager
def served(folder: Path, words: str, model_path: str) -> Iterator[None]:
    """The server's script, from its ready line to Ctrl-C."""
    server = subprocess.Popen(
        [sys.executable, str(SCRIPT), *words.split()],
        cwd=folder,
        env={**os.environ, "MODEL_PATH": model_path},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    try:
        for line in server.stdout:
            if line.strip() == READY:
                break
        else:
            pytest.fail(server.communicate(timeout=MOST_SECONDS)[1])
        yield
    finally:
        server.send_signal(signal.SIGINT)
        server.communicate(timeout=MOST_SECONDS)


def compile_file(toolchain: tuple[Clang, Plugin], folder: Path, words: str) -> str:
    """Compiles and runs the program; what was reported, a line a function."""
    clang, plugin = toolchain
    (folder / "file.c").write_text(SOURCE)
    stock = [str(clang.path), "-O3", "-march=core2", "file.c", "-o", "stock"]
    report = ["-mllvm", "-mlra-report=report", "-mllvm", "-verify-machineinstrs"]
    command = [str(clang.path), f"-fplugin={plugin.path}", *report, *words.split(), "file.c", "-o", "decided"]
    for line in (stock, command):
        done = subprocess.run(line, cwd=folder, capture_output=True, text=True, timeout=MOST_SECONDS)
        assert done.returncode == 0, done.stderr
    assert "left to greedy" not in done.stderr
    if '"made":{"' not in (folder / "report").read_text():
        assert (folder / "stock").read_bytes() == (folder / "decided").read_bytes()
    results = [
        subprocess.run([f"./{name}"], cwd=folder, timeout=MOST_SECONDS).returncode for name in ("stock", "decided")
    ]
    assert results[0] == results[1]
    return (folder / "report").read_text()


@pytest.fixture
def newest(toolchains: Toolchains) -> tuple[Clang, Plugin]:
    return toolchains[max(toolchains)]


def free_port() -> int:
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        return int(chosen.getsockname()[1])


@pytest.mark.parametrize("policy", ["greedy", "random"])  # greedy's answer is to decide nothing
def test_grpc(newest: tuple[Clang, Plugin], tmp_path: Path, policy: str) -> None:
    ensure_grpc_library(newest[1], announce=lambda _: None)
    port = free_port()
    with served(tmp_path, f"--server_port={port}", policy):
        report = compile_file(newest, tmp_path, f"{INFERENCE} -mllvm -mlra-server-address=127.0.0.1:{port}")
    assert '"decider":"inference-grpc"' in report
    assert ('"assign":' in report) is (policy == "random")


@pytest.mark.parametrize("policy", ["greedy", "random"])
@pytest.mark.parametrize("data_format", ["json", "bytes"])
def test_pipe(newest: tuple[Clang, Plugin], tmp_path: Path, data_format: str, policy: str) -> None:
    name = f"rl4real-{uuid4().hex}"
    with served(tmp_path, f"--use_pipe=1 --pipe_name={name} --data_format={data_format}", policy):
        report = compile_file(
            newest,
            tmp_path,
            f"{INFERENCE} -mllvm -mlra-use-pipe -mllvm -mlra-pipe-name={name} -mllvm -mlra-data-format={data_format}",
        )
    assert '"decider":"inference-pipe"' in report
    assert ('"assign":' in report) is (policy == "random")


def test_onnx(newest: tuple[Clang, Plugin], tmp_path: Path) -> None:
    registers = register_file(*newest, TARGETS[TargetName.X86], "core2")
    places = {register for entry in registers["classes"] for register in entry["order"]}
    config = fork_agents(tmp_path / "config", len(places - set(registers["reserved"])), splits=True)
    library = f"-mllvm -mlra-onnxruntime={find_onnx_runtime()}"  # the path of what the plugin loads
    report = compile_file(
        newest, tmp_path, f"{INFERENCE} {library} -mllvm -rl-inference-engine -mllvm -ml-config-path={config}"
    )
    assert '"decider":"inference-onnx"' in report
    assert '"split":' in report


def test_training(newest: tuple[Clang, Plugin], sample_dataset: Path, tmp_path: Path) -> None:
    """Data, .env, experiment_ppo.py with few iterations, a checkpoint in ~/ray_results, and its decisions in clang."""
    lines = [f"DATA_DIR={sample_dataset}", f"BUILD_DIR={newest[0].bin_dir.parent}", "MODEL_DIR=.", "CONFIG_DIR=."]
    (tmp_path / ".env").write_text("\n".join(lines) + "\n")
    words = [sys.executable, str(TRAINING), "--train-iterations", "2", "--current_batch", "4"]
    environment = {**os.environ, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(Path.home() / ".cache")}
    for name in ("DATA_DIR", "BUILD_DIR"):
        environment.pop(name, None)
    done = subprocess.run(
        words, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=MOST_SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr
    checkpoint = Path(done.stdout.strip())
    assert checkpoint.parent.parent == tmp_path / "ray_results"
    assert checkpoint.name == "checkpoint_000002"

    name = f"rl4real-{uuid4().hex}"
    with served(tmp_path, f"--use_pipe=1 --pipe_name={name} --data_format=bytes", str(checkpoint)):
        report = compile_file(
            newest,
            tmp_path,
            f"{INFERENCE} -mllvm -mlra-use-pipe -mllvm -mlra-pipe-name={name} -mllvm -mlra-data-format=bytes",
        )
    assert '"assign":' in report

    environment |= {"MODEL_PATH": str(checkpoint), "MODEL_DIR": "."}
    dump = [sys.executable, str(SCRIPT), "--dump_onnx_model=1"]
    for word in ("use it with", "is there already"):  # the second time
        done = subprocess.run(
            dump, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=MOST_SECONDS, check=False
        )
        assert word in done.stderr
    library = f"-mllvm -mlra-onnxruntime={find_onnx_runtime()}"
    report = compile_file(
        newest, tmp_path, f"{INFERENCE} {library} -mllvm -rl-inference-engine -mllvm -ml-config-path={tmp_path}"
    )
    assert '"decider":"inference-onnx"' in report
    assert '"assign":' in report
