"""The model runners under a pass that is no allocator: every transport, and MLCompilerBridge's own Python package."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import grpc
import numpy as np
import pytest
from onnx import TensorProto

from rl4real_data.live import fifo_pair
from rl4real_data.live.fifo_pair import make_pipe
from rl4real_data.live.grpc_server import start_server
from rl4real_data.live.messages import Message, NoAdvice
from rl4real_data.live.onnx_runtime import find_onnx_runtime
from rl4real_data.live.proto_files import find_method
from rl4real_data.live.wires import Wire
from rl4real_data.toolchain.clang import SUPPORTED_MAJORS

from .hello import SCHEMA, Hello, finish
from .model_sides import channel, wait_for_lock
from .runner_onnx_models import write_model
from .served import served_channel, served_pipe

pytestmark = pytest.mark.clang

ANSWERED = ["hello: three: 3 instructions, advice 6.000000", "hello: four: 4 instructions, advice 8.000000"]


CLANG = f"/usr/lib/llvm-{max(SUPPORTED_MAJORS)}/bin/clang"


def ints(*numbers: int) -> array[int]:
    return array("i", numbers)


FOUR = {
    Wire.JSON: [
        *(("instructions", 4), ("name", "four"), ("sizes", [1, 1, 2]), ("share", 0.25), ("rows", [1, 1, 2])),
        *(("size_0", 1), ("size_1", 1), ("size_2", 2)),
    ],
    Wire.BYTES: [
        *(("instructions", ints(4)), ("name", "four"), ("sizes", ints(1, 1, 2)), ("share", array("d", [0.25]))),
        *(("rows", ints(1, 1, 2)), ("size", ints(1)), ("size", ints(1)), ("size", ints(2))),
    ],
}
"""What is said of the second function; the ids of a group stand in JSON alone."""


def twice(message: Message) -> list[int]:
    """The policy of all tests: two for each instruction."""
    value = dict(message)["instructions"]
    return [2 * (value if isinstance(value, int) else value[0])]


@pytest.mark.parametrize("wire", Wire)
def test_pipe(hello: Hello, tmp_path: Path, wire: Wire) -> None:
    """Two compilers after each other, and all forms of features."""
    told: list[Message] = []
    with served_pipe(tmp_path / "pipe", wire, lambda message: (told.append(message), twice(message))[1]):
        for _ in range(2):
            assert hello.say(runner="pipe", format=wire, address=tmp_path / "pipe") == ANSWERED
    assert told[1] == FOUR[wire]
    assert told[:2] == told[2:]


def test_grpc(hello: Hello, grpc_library: Path) -> None:
    told: list[Message] = []
    server, port = start_server(
        0,
        lambda message: (told.append(message), twice(message))[1],
        find_method("hello.Model/getAdvice", schema=SCHEMA),
    )
    try:
        said = hello.say(runner="grpc", address=f"127.0.0.1:{port}", library=grpc_library)
    finally:
        server.stop(None)
    assert said == ANSWERED
    assert told[1] == [
        ("name", "four"),
        ("instructions", 4),
        ("sizes", [1, 1, 2]),
        *(("blocks", [("size", size)]) for size in (1, 1, 2)),
        ("rows", [[1, 1, 2]]),
        ("share", 0.25),
    ]


def test_grpc_with_the_compiler_as_server(hello: Hello, grpc_library: Path) -> None:
    """The reply to a call is the next question; the last call stays without one."""
    method = find_method("hello.Compiler/step", schema=SCHEMA)
    compiler = hello.start(runner="grpc-server", address="127.0.0.1:0", library=grpc_library)
    assert compiler.stderr is not None
    where = compiler.stderr.readline().removeprefix("hello: listening on ").strip()
    with grpc.insecure_channel(where) as connection:
        step = connection.unary_unary(
            f"/{method.name}",
            request_serializer=method.request.SerializeToString,
            response_deserializer=method.response.FromString,
        )
        four = step(method.request(number=6))
        with pytest.raises(grpc.RpcError):
            step(method.request(number=8), timeout=200)

    assert (four.name, list(four.sizes)) == ("four", [1, 1, 2])
    assert finish(compiler) == ANSWERED


def test_onnx(hello: Hello, tmp_path: Path) -> None:
    model = write_model(tmp_path / "twice.onnx", "Add", ["instructions", "instructions"])

    assert hello.say(runner="onnx", address=model, library=find_onnx_runtime(), real=1) == ANSWERED


def test_onnx_by_environment(hello: Hello, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLRUN_ONNXRUNTIME", str(find_onnx_runtime()))
    model = write_model(tmp_path / "twice.onnx", "Add", ["other_name", "other_name"])

    assert hello.say(runner="onnx", address=model, real=1) == ANSWERED


def test_interactive_channel(hello: Hello, tmp_path: Path) -> None:
    with channel(tmp_path) as model:
        compiler = hello.start(runner="interactive", address=model.base)
        spec = {"type": "int64_t", "port": 0, "shape": [1]}
        assert json.loads(model.receive_line()) == {
            "features": [{**spec, "name": "instructions", "type": "int32_t"}],
            "advice": {**spec, "name": "number"},
        }
        for name, count in (("three", 3), ("four", 4)):
            assert json.loads(model.receive_line()) == {"context": name}
            assert json.loads(model.receive_line()) == {"observation": 0}
            assert model.receive(5) == np.int32(count).tobytes() + b"\n"
            model.send(np.int64(2 * count).tobytes())
        assert finish(compiler) == ANSWERED


def test_stock_clang_asks_over_the_interactive_channel(tmp_path: Path) -> None:
    """LLVM's own eviction advisor: column 32 of its 33 evicts nothing, where that is allowed."""
    asked: list[str] = []

    def evict(message: Message) -> int:
        fields = dict(message)
        asked.append(fields["context"])
        mask = list(fields["mask"])
        return 32 if mask[32] else mask.index(1)

    sums = " + ".join(f"a[{i}] * b[{i}]" for i in range(40))
    values = "".join(f"  long v{i} = a[{i}] * b[{i}];\n" for i in range(30))
    uses = "".join(f"  b[{i}] = v{i} ^ v{(i * 7) % 30};\n" for i in range(30))
    code = f"void f(long *a, long *b) {{\n{values}{uses}}}\nlong g(long *a, long *b) {{ return {sums}; }}\n"
    (tmp_path / "a.c").write_text(code)
    flags = ("-regalloc-enable-advisor=release", f"-regalloc-evict-interactive-channel-base={tmp_path}/evict")
    with served_channel(tmp_path / "evict", evict):
        for _ in range(2):
            done = subprocess.run(
                [CLANG, "-O2", *(word for flag in flags for word in ("-mllvm", flag)), "-c", "a.c"],
                cwd=tmp_path, capture_output=True, text=True, timeout=300,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
    assert set(asked) >= {"f"}
    assert asked[: len(asked) // 2] == asked[len(asked) // 2 :]


def test_no_advice(hello: Hello, tmp_path: Path) -> None:
    def refuse(_: Message) -> list[int]:
        raise NoAdvice("not for me")

    with served_pipe(tmp_path / "pipe", Wire.JSON, refuse):
        said = hello.say(runner="pipe", address=tmp_path / "pipe")
    assert [line.rpartition(", ")[2] for line in said] == ["advice -1.000000"] * 2


# MLCompilerBridge's own package


@contextmanager
def bridge_pipe(base: Path, wire: Wire) -> Iterator[threading.Thread]:
    """The bridge's class answers one compiler, as its users' loops do."""
    from compilerinterface import PipeCompilerInterface

    interface = PipeCompilerInterface(wire.value, str(base))

    def answer() -> None:
        interface.reset_pipes()
        for _ in range(2):
            features = interface.evaluate()
            count = features["instructions"] if wire is Wire.JSON else features[0][0]
            interface.populate_buffer([2 * count])
        interface.evaluate(mode="exit")
        interface.close_pipes()

    thread = threading.Thread(target=answer)
    thread.start()
    yield thread
    thread.join(timeout=300)


@pytest.mark.parametrize("wire", Wire)
def test_bridge_answers_over_pipes(hello: Hello, tmp_path: Path, wire: Wire) -> None:
    with bridge_pipe(tmp_path / "pipe", wire):
        assert hello.say(runner="pipe", format=wire, address=tmp_path / "pipe") == ANSWERED


BRIDGE_SERVER = """\
import grpc, sys
from compilerinterface import GrpcCompilerInterface
from rl4real_data.live.proto_files import find_method
method = find_method("hello.Model/getAdvice", schema=sys.argv[2])

class Service:
    def getAdvice(self, request, context):
        return method.response(number=2 * request.instructions)

def add(service, server):
    handler = grpc.unary_unary_rpc_method_handler(
        service.getAdvice, method.request.FromString, method.response.SerializeToString)
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("hello.Model", {"getAdvice": handler}),))

GrpcCompilerInterface("server", hostport=sys.argv[1], add_server_method=add, grpc_service_obj=Service())
"""


def test_bridge_answers_over_grpc(hello: Hello, grpc_library: Path, free_port: int) -> None:
    """Its server ends with its process only."""
    server = subprocess.Popen([sys.executable, "-c", BRIDGE_SERVER, str(free_port), SCHEMA], stdout=subprocess.PIPE)
    try:
        said = hello.say(runner="grpc", address=f"127.0.0.1:{free_port}", library=grpc_library, limit=120000)
    finally:
        server.kill()
        server.communicate()
    assert said == ANSWERED


def test_a_server_that_starts_later_is_found(hello: Hello, tmp_path: Path) -> None:
    """Files of an earlier server lie there; the compiler stands in front of them."""
    for end in ("in", "out"):
        os.mkfifo(tmp_path / f"pipe.{end}")
    compiler = hello.start(address=tmp_path / "pipe", limit=120_000)
    wait_for_lock(tmp_path / "pipe.in")
    with served_pipe(tmp_path / "pipe", Wire.JSON, twice):
        assert finish(compiler) == ANSWERED


def test_many_compilers_at_one_pipe(hello: Hello, tmp_path: Path) -> None:
    with served_pipe(tmp_path / "pipe", Wire.BYTES, twice):
        compilers = [
            hello.start(runner="pipe", format="bytes", address=tmp_path / "pipe", limit=200_000) for _ in range(6)
        ]
        assert [finish(compiler) for compiler in compilers] == [ANSWERED] * 6


def test_a_compiler_gets_both_ends_of_one_pair(hello: Hello, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that takes its time between the two pipes of the next pair."""

    def make_slowly(path: Path) -> None:
        make_pipe(path)
        time.sleep(0.05)

    monkeypatch.setattr(fifo_pair, "make_pipe", make_slowly)
    with served_pipe(tmp_path / "pipe", Wire.BYTES, twice):
        compilers = [hello.start(format="bytes", address=tmp_path / "pipe", limit=200_000) for _ in range(6)]
        assert [finish(compiler) for compiler in compilers] == [ANSWERED] * 6


@pytest.mark.parametrize("shape", [(), (1, 1), ("n",), ("batch", "n"), (1, "n", 1)], ids=str)
def test_onnx_takes_the_shape_that_the_model_wants(hello: Hello, tmp_path: Path, shape: tuple[int | str, ...]) -> None:
    model = write_model(tmp_path / "twice.onnx", "Add", ["instructions"] * 2, shape=shape)

    assert hello.say(runner="onnx", address=model, library=find_onnx_runtime()) == ANSWERED


@pytest.mark.parametrize("kind", ["FLOAT", "DOUBLE", "INT32", "INT64"])
def test_onnx_takes_the_type_that_the_model_wants(hello: Hello, tmp_path: Path, kind: str) -> None:
    number = TensorProto.DataType.Value(kind)
    model = write_model(tmp_path / "twice.onnx", "Add", ["instructions"] * 2, kind=number)

    assert hello.say(runner="onnx", address=model, library=find_onnx_runtime()) == ANSWERED
