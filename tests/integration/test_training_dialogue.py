"""RL4ReAl's training with a stock clang: the dialogue over pipes and over gRPC."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from rl4real_data.toolchain.clang import Clang
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
    import json

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


def test_training_needs_a_function(compiler: LiveCompiler) -> None:
    (compiler.folder / "unit.c").write_text("int one(void) { return 1; }\n")
    command = compiler.command("-mllvm", "-mlra-training", "-c", "unit.c", "-o", "unit.o")
    done = subprocess.run(command, cwd=compiler.folder, capture_output=True, text=True, timeout=600)
    assert done.returncode != 0
    assert "-mlra-funcID" in done.stderr
