"""Models in the compiler's process that cannot be asked."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from rl4real_data.live.onnx_runtime import find_onnx_runtime

from .hello import Hello
from .runner_onnx_models import save, write_model

pytestmark = pytest.mark.clang


def constant(*values: float) -> Callable[[Path], Path]:
    """A model that always answers this."""

    def write(path: Path) -> Path:
        told = helper.make_tensor_value_info("instructions", TensorProto.FLOAT, (1,))
        number = helper.make_tensor_value_info("number", TensorProto.FLOAT, None)
        array = numpy_helper.from_array(np.array(values, np.float32), "values")
        node = helper.make_node("Identity", ["values"], ["number"])
        return save(path, helper.make_graph([node], "constant", [told], [number], [array]))

    return write


def endless(path: Path) -> Path:
    """A loop of 2^62 turns."""
    number = helper.make_tensor_value_info("number", TensorProto.FLOAT, None)
    told = helper.make_tensor_value_info("instructions", TensorProto.FLOAT, (1,))
    body = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["go_on"]), helper.make_node("Add", ["sum", "sum"], ["more"])],
        "body",
        [
            helper.make_tensor_value_info("turn", TensorProto.INT64, ()),
            helper.make_tensor_value_info("go", TensorProto.BOOL, ()),
            helper.make_tensor_value_info("sum", TensorProto.FLOAT, (1,)),
        ],
        [
            helper.make_tensor_value_info("go_on", TensorProto.BOOL, ()),
            helper.make_tensor_value_info("more", TensorProto.FLOAT, (1,)),
        ],
    )
    start = [
        numpy_helper.from_array(np.array(1 << 62, np.int64), "turns"),
        numpy_helper.from_array(np.array(True), "true"),
    ]
    node = helper.make_node("Loop", ["turns", "true", "instructions"], ["number"], body=body)
    return save(path, helper.make_graph([node], "endless", [told], [number], start))


def text(content: bytes) -> Callable[[Path], Path]:
    def write(path: Path) -> Path:
        path.write_bytes(content)
        return path

    return write


MODELS: dict[str, tuple[Callable[[Path], Path], str]] = {
    "no file": (lambda path: path, r"ONNX Runtime: .*model.onnx.*doesn't exist|ONNX Runtime: .*failed"),
    "a folder": (lambda path: path.parent, r"ONNX Runtime: "),
    "an empty file": (text(b""), r"ONNX Runtime: .*(ModelProto does not have a graph|No graph)"),
    "no model": (text(b"hello, world"), r"ONNX Runtime: .*Protobuf parsing failed"),
    "two inputs of other names": (
        lambda path: write_model(path, "Add", ["a", "b"]),
        r"the model's input b is none of the features \(instructions\)",
    ),
    "another shape": (
        lambda path: write_model(path, "Add", ["instructions"] * 2, shape=(2, 3)),
        r"the model's input instructions has the shape \[2,3\], the features \[1\]",
    ),
    "an input of text": (
        lambda path: write_model(path, "Identity", ["instructions"], kind=TensorProto.STRING),
        r"the model's input instructions has elements of ONNX's type 8, which are not supported",
    ),
    "an input of small integers": (
        lambda path: write_model(path, "Identity", ["instructions"], kind=TensorProto.UINT8),
        r"the model's input instructions is uint8_t, the features are int32_t",
    ),
    "two numbers": (constant(1, 2), r"one number was expected, not 2"),
    "no numbers": (constant(), r"one number was expected, not 0"),
    "a fraction": (constant(0.5), r"the answer has 0\.500000 where an integer was expected"),
    "not a number": (constant(float("nan")), r"the answer has -?nan where an integer was expected"),
    "out of range": (constant(1e30), r"the answer has 1\d+\.0+ where an integer was expected"),
}


def reason(hello: Hello, **flags: object) -> str:
    """Why the only function got no advice."""
    (line,) = hello.only_one().say(runner="onnx", **flags)
    head, _, words = line.partition("no advice: ")
    assert head == "hello: three: 3 instructions, "
    return words


@pytest.mark.parametrize("kind", MODELS)
def test_models(hello: Hello, tmp_path: Path, kind: str) -> None:
    write, words = MODELS[kind]
    said = reason(hello, address=write(tmp_path / "model.onnx"), library=find_onnx_runtime())
    assert re.search(words, said), said


def test_endless(hello: Hello, tmp_path: Path) -> None:
    said = reason(hello, address=endless(tmp_path / "model.onnx"), library=find_onnx_runtime(), limit=2000)
    assert said == "the model took longer than the limit"


def test_real_numbers_are_passed_on(hello: Hello, tmp_path: Path) -> None:
    """Also those that are none: the pass is to judge them."""
    model = constant(float("inf"))(tmp_path / "model.onnx")
    (line,) = hello.only_one().say(runner="onnx", address=model, library=find_onnx_runtime(), real=1)
    assert line.endswith("advice inf")


@pytest.mark.parametrize("name", ["none.so", "text.so", "libm.so.6"])
def test_no_library(hello: Hello, tmp_path: Path, name: str) -> None:
    (tmp_path / "text.so").write_text("no library")
    library = name if name.startswith("lib") else tmp_path / name
    said = reason(hello, address="model.onnx", library=library)
    assert re.match(r"ONNX Runtime does not load: .*(cannot open|file too short|undefined symbol)", said)


def test_onnx_runtime_tells_nobody(hello: Hello, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its telemetry keeps a database below the home folder, and threads that would send it."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    monkeypatch.delenv("ORT_DISABLE_TELEMETRY", raising=False)
    model = constant(6)(tmp_path / "model.onnx")

    (line,) = hello.only_one().say(runner="onnx", address=model, library=find_onnx_runtime(), engine="runtime")
    assert line.endswith("advice 6.000000")
    assert list(home.rglob("*")) == []
