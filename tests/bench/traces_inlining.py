"""What a trace of inlining costs: the channel beside plain clang at -Oz, and a policy in ONNX beside LLVM's own.

    python tests/bench/traces_inlining.py FOLDER [CLANG WORDS...]

All C files of the folder, plain and over the channel in turn, five times; medians of the pairs.
"""

from __future__ import annotations

import itertools
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from rl4real_data.core.environment import load_environment
from rl4real_data.core.failure import Failure
from rl4real_data.mlgo.channel_host import ChannelPolicy
from rl4real_data.mlgo.conversation import Compiler
from rl4real_data.mlgo.inlining import decide_module
from rl4real_data.mlgo.policies.onnx_model import OnnxPolicy
from rl4real_data.mlgo.policies.simple import DefaultPolicy
from rl4real_data.toolchain.installation import Installation
from rl4real_data.toolchain.process import Limits
from rl4real_data.traces.features import INLINING, Task

ROUNDS = 5
WIDTHS = (len(INLINING), 40, 40, 20, 2)
"""MLGO's own network."""


def write_network(path: Path) -> None:
    """Layers with weights by chance, of MLGO's sizes."""
    drawn = np.random.default_rng(0)
    nodes, constants, last = [], [], "features"
    for layer, (inputs, outputs) in enumerate(itertools.pairwise(WIDTHS)):
        weights = drawn.normal(0, 0.1, (inputs, outputs)).astype(np.float32)
        constants.append(numpy_helper.from_array(weights, f"w{layer}"))
        nodes += [
            helper.make_node("MatMul", [last, f"w{layer}"], [f"m{layer}"]),
            helper.make_node("Relu", [f"m{layer}"], [f"r{layer}"]),
        ]
        last = f"r{layer}"
    given = helper.make_tensor_value_info("features", TensorProto.FLOAT, [1, WIDTHS[0]])
    made = helper.make_tensor_value_info(last, TensorProto.FLOAT, [1, WIDTHS[-1]])
    graph = helper.make_graph(nodes, "network", [given], [made], constants)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)], ir_version=6), str(path))


class Timed:
    """A policy, and how long it took to answer."""

    def __init__(self, policy: ChannelPolicy) -> None:
        self.policy, self.seconds, self.answers = policy, 0.0, 0

    def begin(self, header):  # type: ignore[no-untyped-def]
        answer = self.policy.begin(header)

        def timed(observation: bytes) -> float:
            begin = time.perf_counter()
            decision = answer(observation)
            self.seconds += time.perf_counter() - begin
            self.answers += 1
            return decision

        return timed


def main(folder: Path, words: list[str]) -> None:
    clang = Installation.of(load_environment()).clang()
    sources = sorted(folder.glob("*.c"))
    ratios, extra_us, decisions = [], [], 0
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        compiler = Compiler(clang=clang.path, cwd=folder, scratch=scratch, limits=Limits(timeout_s=120))
        for _ in range(ROUNDS):
            plain_s = channel_s = 0.0
            decisions = 0
            for source in sources:
                command = ("-Oz", *words, "-c", str(source), "-o", str(scratch / "unit.o"))
                begin = time.perf_counter()
                if not compiler.compile(command).ok:
                    continue
                middle = time.perf_counter()
                decided = decide_module(compiler, clang.major, command, DefaultPolicy())
                if isinstance(decided, Failure):
                    continue
                plain_s += middle - begin
                channel_s += time.perf_counter() - middle
                decisions += len(decided.decisions)
            ratios.append(channel_s / plain_s)
            extra_us.append((channel_s - plain_s) / decisions * 1e6)
        write_network(scratch / "network.onnx")
        policy = Timed(OnnxPolicy.opened(scratch / "network.onnx", Task.INLINING))
        for source in sources:
            decide_module(
                compiler, clang.major, ("-Oz", *words, "-c", str(source), "-o", str(scratch / "unit.o")), policy
            )
    print(f"{decisions:,} decisions at -Oz: {statistics.median(ratios):.3f} times plain clang (at most 1.3)")
    print(f"  {statistics.median(extra_us):.1f} us a decision on top (at most 50)")
    print(f"a policy in ONNX: {policy.seconds / policy.answers * 1e6:.1f} us a decision (at most 60)")


if __name__ == "__main__":
    main(Path(sys.argv[1]).expanduser(), sys.argv[2:])
