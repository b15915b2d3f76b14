"""Tiny ONNX models, made up: what a policy may look like, and RL4ReAl's four agents with a will of their own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET: Final = 11
"""The fork's."""


def _save(path: Path, nodes: Sequence[Any], inputs: Sequence[Any], output: Any, constants: dict[str, Any]) -> Any:
    graph = helper.make_graph(
        list(nodes),
        "model",
        list(inputs),
        [output],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=6)
    onnx.checker.check_model(model)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(path))
    return model


def greedy_policy(path: Path, *, registers: Sequence[str] = (), leave: float = 0.5) -> Path:
    """Scores 1 for each allowed register, `leave` for none: the first free one; greedy's if `leave` is above 1."""
    nodes = [
        helper.make_node("Cast", ["register_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMax", ["mask"], ["most"], axes=[1], keepdims=1),
        helper.make_node("Mul", ["most", "zero"], ["none"]),
        helper.make_node("Add", ["none", "leave"], ["first"]),
        helper.make_node("Concat", ["first", "mask"], ["scores"], axis=1),
    ]
    model = _save(
        path,
        nodes,
        [helper.make_tensor_value_info("register_mask", TensorProto.UINT8, ["n", "r"])],
        helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["n", "c"]),
        {"zero": np.float32(0), "leave": np.float32(leave)},
    )
    if registers:
        helper.set_model_props(model, {"mlra.registers": json.dumps(list(registers))})
        onnx.save(model, str(path))
    return path


def constant_policy(path: Path, value: float, columns: int) -> Path:
    """The same score everywhere, in `columns` columns."""
    nodes = [
        helper.make_node("ReduceMax", ["node_features"], ["most"], axes=[1], keepdims=1),
        helper.make_node("Mul", ["most", "zero"], ["none"]),
        helper.make_node("Add", ["none", "row"], ["scores"]),
    ]
    _save(
        path,
        nodes,
        [helper.make_tensor_value_info("node_features", TensorProto.FLOAT, ["n", 7])],
        helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["n", columns]),
        {"zero": np.float32(0), "row": np.full((1, columns), value, np.float32)},
    )
    return path


def perceptron(path: Path, registers: int, *, dimension: int = 100, hidden: int = 64) -> Path:
    """Features, vectors and mask through two hidden layers: the size of a policy that is worth shipping."""
    random = np.random.default_rng(14)

    def weights(rows: int, columns: int) -> np.ndarray[Any, Any]:
        return (random.standard_normal((rows, columns)) / np.sqrt(rows)).astype(np.float32)

    nodes = [
        helper.make_node("Cast", ["register_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Concat", ["node_features", "node_vectors", "mask"], ["x0"], axis=1),
        helper.make_node("MatMul", ["x0", "w0"], ["y0"]),
        helper.make_node("Relu", ["y0"], ["x1"]),
        helper.make_node("MatMul", ["x1", "w1"], ["y1"]),
        helper.make_node("Relu", ["y1"], ["x2"]),
        helper.make_node("MatMul", ["x2", "w2"], ["scores"]),
    ]
    _save(
        path,
        nodes,
        [
            helper.make_tensor_value_info("node_features", TensorProto.FLOAT, ["n", 7]),
            helper.make_tensor_value_info("node_vectors", TensorProto.FLOAT, ["n", dimension]),
            helper.make_tensor_value_info("register_mask", TensorProto.UINT8, ["n", registers]),
        ],
        helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["n", 1 + registers]),
        {
            "w0": weights(7 + dimension + registers, hidden),
            "w1": weights(hidden, hidden),
            "w2": weights(hidden, 1 + registers),
        },
    )
    return path


def _agent(path: Path, size: int, preference: Sequence[float]) -> None:
    """Likes the allowed action with the greatest preference; takes RLlib's second input, too."""
    actions = len(preference)
    nodes = [
        helper.make_node("Slice", ["obs", "from", "to", "axis"], ["mask"]),
        helper.make_node("Mul", ["mask", "preference"], ["liked"]),
        helper.make_node("ReduceMax", ["state_ins"], ["one"], keepdims=0),
        helper.make_node("Mul", ["liked", "one"], ["output"]),
    ]
    _save(
        path,
        nodes,
        [
            helper.make_tensor_value_info("obs", TensorProto.FLOAT, [1, size]),
            helper.make_tensor_value_info("state_ins", TensorProto.FLOAT, [1]),
        ],
        helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, actions]),
        {
            "from": np.array([0], np.int64),
            "to": np.array([actions], np.int64),
            "axis": np.array([1], np.int64),
            "preference": np.array([preference], np.float32),
        },
    )


def fork_agents(config_dir: Path, colours: int, *, splits: bool) -> Path:
    """The fork's four models in a CONFIG_DIR, for targets with that many colours and 0."""
    folder = config_dir / "regalloc" / "onnx-checkpoint"
    _agent(folder / "SELECT_NODE_MODEL_PATH.onnx", 153_601, [1.0] * 600)
    _agent(folder / "SELECT_TASK_MODEL_PATH.onnx", 106, [1.0, 2.0 if splits else 0.5])
    _agent(folder / "COLOR_NODE_MODEL_PATH.onnx", 1 + colours + 103, [0.5, *[1.0] * colours])
    _agent(folder / "SPLIT_NODE_MODEL_PATH.onnx", 700, [1.0] * 200)
    return config_dir
