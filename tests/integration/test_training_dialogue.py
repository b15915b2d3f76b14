"""RL4ReAl's training with a stock clang: the dialogue over pipes and over gRPC."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import grpc
import pytest

from rl4real_data.live.proto_files import TRAINING, find_method
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.grpc_library import ensure_grpc_library
from rl4real_data.toolchain.plugin import Plugin

from .fork_model import Format, Message, fork_model
from .live_compiler import FUNCTIONS, LiveCompiler

pytestmark = pytest.mark.clang

Toolchains = dict[int, tuple[Clang, Plugin]]
NAME = "total"
NUMBER = 1 + FUNCTIONS.index(NAME)


@pytest.fixture
def compiler(toolchains: Toolchains, tmp_path: Path) -> LiveCompiler:
    return LiveCompiler(*toolchains[max(toolchains)], tmp_path)


class Trainer:
    """Splits one node, once allowed and once not, and spills all the rest."""

    def __init__(self, record: dict[str, Any], registers: int) -> None:
        self.told: list[Message] = []
        points = [(vreg, own) for vreg, own in zip(record["node_vreg"], record["split_points"], strict=True) if own]
        self._node = registers + 1 + points[0][0]
        self._point = points[0][1][0]
        self._actions = [[0, self._node, self._point], [0, self._node, 10_000], [1]]

    def __call__(self, message: Message) -> list[int]:
        self.told.append(message)
        return self._actions.pop(0) if "handshake" in message.rest else [0]


def physical_registers(compiler: LiveCompiler) -> int:
    """LLVM's `getNumRegs()` for x86."""
    compiler.compile("-mlra", "-mlra-dump-registers=registers")
    return int(json.loads((compiler.folder / "registers").read_text())["registers_total"])


@pytest.mark.parametrize("data_format", ["json", "bytes"])
def test_training_over_pipes(compiler: LiveCompiler, data_format: Format) -> None:
    record = compiler.compile("-mlra").records[NAME]
    trainer = Trainer(record, physical_registers(compiler))
    base = compiler.folder / "pipe"
    flags = ("-mlra-use-pipe", f"-mlra-pipe-name={base}", f"-mlra-data-format={data_format}")
    with fork_model(base, data_format, trainer):
        found = compiler.compile("-regalloc=greedy", "-mlra-training", f"-mlra-funcID={NUMBER}", *flags)
    keys = [sorted(message.rest) for message in trainer.told]
    assert keys == [["handshake"], ["result"], ["handshake"], ["result"], ["handshake"], ["cost"]]
    done, refused, cost = trainer.told[1], trainer.told[3], trainer.told[5]
    assert (done.rest["result"], refused.rest["result"]) == (1, 0)
    assert not refused.nodes
    assert all({"interferences", "splitSlots", "useDistances"} <= set(node) for node in done.nodes.values())
    assert all("vectors" not in node and "cls" not in node for node in done.nodes.values())
    assert cost.rest["cost"] > 0
    assert list(found.reports) == [NAME]
    assert found.reports[NAME]["made"]["split"] == 1


def test_training_over_grpc(compiler: LiveCompiler) -> None:
    """The seeds' command line of training: the compiler serves, says where, and ends behind `Exit`."""
    ensure_grpc_library(compiler.plugin, announce=lambda _: None)
    record = compiler.compile("-mlra").records[NAME]
    behind = physical_registers(compiler) + 1
    vreg, points = next((v, own) for v, own in zip(record["node_vreg"], record["split_points"], strict=True) if own)
    flags = (
        *("-ml-config-path=config", "-regalloc=greedy", "-mlra-training", "-debug-only=mlra-regalloc"),
        *(f"-mlra-funcID={NUMBER}", "-mlra-server-address=127.0.0.1:0", "-mlra-report=report"),
    )
    llvm = [word for flag in flags for word in ("-mllvm", flag)]
    command = compiler.command("-march=core2", *llvm, "-c", "unit.c", "-o", "/dev/null")
    method = find_method(TRAINING)
    with subprocess.Popen(command, cwd=compiler.folder, stdout=subprocess.PIPE, text=True) as clang:
        assert clang.stdout is not None
        words, _, address = clang.stdout.readline().strip().rpartition(" ")
        assert words == "Server Listening on"
        with grpc.insecure_channel(address) as channel:
            code_gen = channel.unary_unary(
                f"/{method.name}",
                request_serializer=method.request.SerializeToString,
                response_deserializer=method.response.FromString,
            )
            split = code_gen(method.request(message="Split", regidx=behind + vreg, payload=points[0]), timeout=60)
            refused = code_gen(method.request(message="SplitAndCapture", regidx=3, payload=1), timeout=60)
            colours = [{"key": str(node.regID), "value": 0} for node in split.regProf]
            over = code_gen(method.request(message="Exit", color=colours), timeout=60)
        assert clang.wait(timeout=600) == 0
    assert (split.result, refused.result, len(refused.regProf)) == (True, False, 0)
    assert behind + vreg not in {node.regID for node in split.regProf}
    assert any(list(node.useDistances) for node in split.regProf)
    assert over.cost > 0
    (report, _) = map(json.loads, (compiler.folder / "report").read_text().splitlines())
    assert (report["function"], report["made"]) == (NAME, {"split": 1})


def test_training_needs_a_function(compiler: LiveCompiler) -> None:
    (compiler.folder / "unit.c").write_text("int one(void) { return 1; }\n")
    command = compiler.command("-mllvm", "-mlra-training", "-c", "unit.c", "-o", "unit.o")
    done = subprocess.run(command, cwd=compiler.folder, capture_output=True, text=True, timeout=600)
    assert done.returncode != 0
    assert "-mlra-funcID" in done.stderr
