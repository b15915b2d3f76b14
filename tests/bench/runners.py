"""`make bench`: what one exchange with a model costs, 100 nodes of 64 features, over each of the runners.

All runners are asked in turns by one process, fifty times in a row, and the medians stand beside each other: a machine
that is busy is busy for all of them. The servers answer with constants, so that what is measured is the way there and
back; the ONNX model reads every feature. The first exchange of a row, which finds its server asleep and the processor's
caches full of others' data, is told apart.

All of it is measured twice. The promises are for both sides on one processor: what another one takes to wake up belongs
to the machine, on a virtual one nothing or twenty times the exchange. Where they may run on all, that is told as well.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import onnx
from onnx import TensorProto, helper

from rl4real_data.core.environment import load_environment
from rl4real_data.core.shipped_files import plugin_source_dir
from rl4real_data.live.onnx_runtime import find_onnx_runtime
from rl4real_data.toolchain.grpc_library import build_grpc_library

SOURCES = Path(__file__).parent / "exchange"
ROUNDS = 100
MOST_US = {"onnx": 25.0, "pipe-bytes": 60.0, "grpc": 600.0}
"""The promise; of gRPC it is what stands above an empty call."""

SERVER = """\
import sys
from pathlib import Path
from rl4real_data.live.grpc_server import serve_grpc
from rl4real_data.live.pipe_server import serve_pipe
from rl4real_data.live.wires import Wire
what, where, schema = sys.argv[1:]
scores = [0.5] * 100
if what == "grpc":
    serve_grpc(0, lambda _: scores, ready=lambda port: print(port, flush=True), method=where, schema=schema)
else:
    serve_pipe(Path(where), Wire(what), lambda _: scores, ready=lambda: print(where, flush=True))
"""


def main() -> int:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        program = build(folder / "build")
        everywhere = medians(program, folder / "everywhere")
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        on_one = medians(program, folder / "on-one")
    for name, (median, first) in everywhere.items():
        print(f"on all processors, one exchange by {name}: {median:.1f} us; the first of a row {first:.1f} us")
    return report(on_one)


def medians(program: Path, folder: Path) -> dict[str, tuple[float, float]]:
    """Of each runner, in microseconds: an exchange within a row, and the first one."""
    folder.mkdir()
    schema = re.findall(r'Schema\[\] = R"\((.*?)\)"', (SOURCES / "Exchange.cpp").read_text(), re.DOTALL)[0]
    with ExitStack() as servers:
        addresses = {
            "onnx": write_model(folder / "mean.onnx"),
            "pipe-bytes": servers.enter_context(server("bytes", str(folder / "bytes"), "")),
            "pipe-json": servers.enter_context(server("json", str(folder / "json"), "")),
            "grpc": "127.0.0.1:" + servers.enter_context(server("grpc", "exchange.Model/getAdvice", schema)),
            "grpc-empty": "127.0.0.1:" + servers.enter_context(server("grpc", "exchange.Model/nothing", schema)),
        }
        grpc_library = build_grpc_library(load_environment().cache_dir / "plugins", announce=print)
        known = {"MLRUN_ONNXRUNTIME": str(find_onnx_runtime()), "MLRUN_GRPC": str(grpc_library)}
        words = [f"{name}={address}" for name, address in addresses.items()]
        done = subprocess.run(
            (program, str(ROUNDS), *words), check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, **known}
        )
    found: dict[str, tuple[float, float]] = json.loads(done.stdout)
    return found


def report(medians: dict[str, tuple[float, float]]) -> int:
    """Prints a line a runner; the number of broken promises."""
    measured = {name: median for name, (median, _) in medians.items()}
    measured["grpc"] -= measured["grpc-empty"]
    broken = 0
    for name, (median, first) in medians.items():
        most = MOST_US.get(name)
        is_broken = most is not None and measured[name] > most
        broken += is_broken
        above = f", {measured[name]:.1f} us above an empty call" if name == "grpc" else ""
        bar = "" if most is None else f" (at most {most:g}: {'BROKEN' if is_broken else 'kept'})"
        print(f"one exchange by {name}: {median:.1f} us{above}{bar}; the first of a row {first:.1f} us")
    return broken


def build(folder: Path) -> Path:
    runners = plugin_source_dir() / "run"
    configure = ("cmake", "-S", SOURCES, "-B", folder, f"-DMLRUN={runners}")
    for command in (configure, ("cmake", "--build", folder, "--parallel", str(os.cpu_count() or 1))):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return folder / "exchange"


def write_model(path: Path) -> Path:
    """The mean of each node's features."""
    features = helper.make_tensor_value_info("features", TensorProto.FLOAT, ["n", 64])
    scores = helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["n"])
    node = helper.make_node("ReduceMean", ["features"], ["scores"], axes=[1], keepdims=0)
    graph = helper.make_graph([node], "mean", [features], [scores])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    onnx.save(model, path)
    return path


@contextmanager
def server(what: str, where: str, schema: str) -> Iterator[str]:
    """A server in a process of its own; what it says once it is ready."""
    process = subprocess.Popen([sys.executable, "-c", SERVER, what, where, schema], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


if __name__ == "__main__":
    sys.exit(main())
