"""Small ONNX models, right and wrong ones."""

from __future__ import annotations

from pathlib import Path

import onnx
from onnx import TensorProto, helper


def write_model(
    path: Path, operator: str, inputs: list[str], *, shape: tuple[int | str, ...] = (1,), kind: int = TensorProto.FLOAT
) -> Path:
    """A model of one operator over `inputs`, whose result is its only output."""
    declared = [helper.make_tensor_value_info(name, kind, shape) for name in dict.fromkeys(inputs)]
    result = helper.make_tensor_value_info("number", kind, None)
    node = helper.make_node(operator, inputs, ["number"])
    return save(path, helper.make_graph([node], "small", declared, [result]))


def save(path: Path, graph: onnx.GraphProto) -> Path:
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    onnx.save(model, path)
    return path
