"""Tiny ONNX models that advise, made up: scores that are written into them, a checksum of all that they are told."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET: Final = 17
FLOAT: Final = TensorProto.FLOAT
WHOLE: Final = TensorProto.INT64
HARMLESS: Final = (("lcr-max-depth", 5),)
"""A setting to its default: a decision that changes nothing."""

RARE_CALL: Final = """
long callee(long);
long rare(const long *p, long n, long a) {
  long s = a;
  for (long i = 0; i < n; i++) {
    s += p[i] * a;
    if (__builtin_expect(p[i] == 77, 0))
      s += callee(s) + callee(n);
  }
  return s + a * n;
}
"""
"""A dear callee-saved register for a call that is seldom made: to set its cost helps, and so does one of the spills."""

Scores = Mapping[str, Any]


def save_advice(
    path: Path,
    nodes: Sequence[Any],
    *,
    inputs: Sequence[Any] = (),
    outputs: Sequence[Any],
    constants: Mapping[str, Any],
    metadata: Mapping[str, Any],
) -> Path:
    """A model of the kind advice; metadata that are no text are written as JSON."""
    tensors = [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()]
    graph = helper.make_graph(list(nodes), "advice", list(inputs), list(outputs), tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    onnx.checker.check_model(model)
    told = {"mlra.kind": "advice", **metadata}
    helper.set_model_props(model, {key: one if isinstance(one, str) else json.dumps(one) for key, one in told.items()})
    onnx.save(model, str(path))
    return path


def written_scores(path: Path, scores: Scores, *, dtype: Any = np.float32, **metadata: Any) -> Path:
    """Answers these scores whatever it is asked. A keyword `threshold` is the metadata `mlra.threshold`."""
    return save_advice(
        path,
        [helper.make_node("Identity", [f"{name}_scores"], [name]) for name in scores],
        outputs=[
            helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(np.dtype(dtype)), np.shape(array))
            for name, array in scores.items()
        ],
        constants={f"{name}_scores": np.asarray(array, dtype) for name, array in scores.items()},
        metadata={f"mlra.{key}": value for key, value in metadata.items()},
    )


def asking(path: Path, name: str, kind: int = WHOLE, shape: Sequence[Any] = ("n",)) -> Path:
    """Has that one input, and proposes nothing."""
    size = [helper.make_node("Size", [name], ["size"]), helper.make_node("Cast", ["size"], ["number"], to=FLOAT)]
    return save_advice(
        path,
        [*size, helper.make_node("Mul", ["number", "zero"], ["set"])],
        inputs=[helper.make_tensor_value_info(name, kind, shape)],
        outputs=[helper.make_tensor_value_info("set", FLOAT, [1])],
        constants={"zero": np.zeros(1, np.float32)},
        metadata={"mlra.settings": HARMLESS},
    )


def checksum(path: Path, inputs: Mapping[str, int]) -> Path:
    """Scores a setting that changes nothing with a sum over all inputs, each number weighted by its place.

    `inputs`: the type of each, of one dimension. An infinite number counts as -7.
    """
    nodes: list[Any] = []
    for place, (name, kind) in enumerate(inputs.items()):
        nodes += _weighted_sum(name, kind, place)
    nodes += [
        helper.make_node("Sum", [f"{name}/sum" for name in inputs], ["sum"]),
        helper.make_node("Cast", ["sum"], ["number"], to=FLOAT),
        helper.make_node("Reshape", ["number", "one"], ["set"]),
    ]
    return save_advice(
        path,
        nodes,
        inputs=[helper.make_tensor_value_info(name, kind, [f"{name}_n"]) for name, kind in inputs.items()],
        outputs=[helper.make_tensor_value_info("set", FLOAT, [1])],
        constants={
            "one": np.array([1], np.int64),
            "zero": np.array(0, np.int64),
            "step": np.array(1, np.int64),
            "seven": np.array(7, np.int64),
            "infinite": np.array(-7, np.float64),
            **{f"{name}/weight": np.array(1 + place % 5, np.float64) for place, name in enumerate(inputs)},
        },
        metadata={"mlra.settings": HARMLESS, "mlra.threshold": "-1e38"},
    )


def _weighted_sum(name: str, kind: int, place: int) -> list[Any]:
    del place
    cast = helper.make_node("Cast", [name], [f"{name}/real"], to=TensorProto.DOUBLE)
    finite = f"{name}/real"
    guard: list[Any] = []
    if kind == FLOAT:
        finite = f"{name}/finite"
        guard = [
            helper.make_node("IsInf", [name], [f"{name}/inf"]),
            helper.make_node("Where", [f"{name}/inf", "infinite", f"{name}/real"], [finite]),
        ]
    return [
        cast,
        *guard,
        helper.make_node("Size", [name], [f"{name}/size"]),
        helper.make_node("Range", ["zero", f"{name}/size", "step"], [f"{name}/index"]),
        helper.make_node("Mod", [f"{name}/index", "seven"], [f"{name}/turn"]),
        helper.make_node("Cast", [f"{name}/turn"], [f"{name}/turn_real"], to=TensorProto.DOUBLE),
        helper.make_node("Add", [f"{name}/turn_real", f"{name}/weight"], [f"{name}/factor"]),
        helper.make_node("Mul", [finite, f"{name}/factor"], [f"{name}/product"]),
        helper.make_node("ReduceSum", [f"{name}/product"], [f"{name}/sum"], keepdims=0),
    ]


def graph_network(path: Path, *, hidden: int = 32, layers: int = 3, settings: Sequence[Any] = HARMLESS) -> Path:
    """Messages along interferences, both ways, a few times: the size of a model that is worth shipping.

    It computes its features from raw columns, scores settings and spills, and proposes nothing.
    """
    random = np.random.default_rng(16)
    constants: dict[str, Any] = {
        "none": np.array(0, np.float32),
        "one": np.array(1, np.float32),
        "column": np.array([1], np.int64),
        "rows": np.array([hidden], np.int64),
        "lower": np.array([[-1]], np.float32),
    }

    def dense(name: str, given: str, rows: int, columns: int) -> list[Any]:
        constants[f"{name}/w"] = (random.standard_normal((rows, columns)) / np.sqrt(rows)).astype(np.float32)
        return [helper.make_node("MatMul", [given, f"{name}/w"], [name])]

    features = ("weight", "size", "uses")
    nodes = [
        helper.make_node("IsInf", ["node_spill_weight"], ["unspillable"]),
        helper.make_node("Where", ["unspillable", "none", "node_spill_weight"], ["finite"]),
        helper.make_node("Cast", ["node_size"], ["length"], to=FLOAT),
        helper.make_node("Slice", ["use_inst_offsets", "column", "end"], ["behind"]),
        helper.make_node("Slice", ["use_inst_offsets", "begin", "back"], ["first"]),
        helper.make_node("Sub", ["behind", "first"], ["count"]),
        helper.make_node("Cast", ["count"], ["number"], to=FLOAT),
    ]
    constants |= {
        "begin": np.array([0], np.int64),
        "back": np.array([-1], np.int64),
        "end": np.array([np.iinfo(np.int64).max], np.int64),
    }
    for name, raw in zip(features, ("finite", "length", "number"), strict=True):
        nodes += [
            helper.make_node("Add", [raw, "one"], [f"{name}/more"]),
            helper.make_node("Log", [f"{name}/more"], [f"{name}/log"]),
            helper.make_node("Unsqueeze", [f"{name}/log", "column"], [name]),
        ]
    nodes += [helper.make_node("Concat", list(features), ["x"], axis=1), *dense("x0", "x", len(features), hidden)]
    for way in ("edge_u", "edge_v"):
        nodes += [
            helper.make_node("Unsqueeze", [way, "column"], [f"{way}/column"]),
            helper.make_node("Shape", [way], [f"{way}/count"]),
            helper.make_node("Concat", [f"{way}/count", "rows"], [f"{way}/shape"], axis=0),
            helper.make_node("Expand", [f"{way}/column", f"{way}/shape"], [f"{way}/index"]),
        ]
    for layer in range(layers):
        state = f"x{layer}"
        nodes.append(helper.make_node("Mul", [state, "none"], [f"{state}/empty"]))
        for to, come in (("edge_u", "edge_v"), ("edge_v", "edge_u")):
            told, heard = f"{state}/from_{come}", f"{state}/at_{to}"
            nodes += [
                helper.make_node("Gather", [state, come], [told]),
                helper.make_node(
                    "ScatterElements", [f"{state}/empty", f"{to}/index", told], [heard], axis=0, reduction="add"
                ),
            ]
        nodes += [
            helper.make_node("Add", [f"{state}/at_edge_u", f"{state}/at_edge_v"], [f"{state}/heard"]),
            *dense(f"{state}/near", f"{state}/heard", hidden, hidden),
            *dense(f"{state}/own", state, hidden, hidden),
            helper.make_node("Add", [f"{state}/near", f"{state}/own"], [f"{state}/sum"]),
            helper.make_node("Tanh", [f"{state}/sum"], [f"x{layer + 1}"]),
        ]
    last = f"x{layers}"
    nodes += [
        *dense("spill/raw", last, hidden, 1),
        helper.make_node("Tanh", ["spill/raw"], ["spill/bounded"]),
        helper.make_node("Add", ["spill/bounded", "lower"], ["spill/scores"]),
        helper.make_node("Squeeze", ["spill/scores", "column"], ["spill"]),
        helper.make_node("ReduceMean", [last], ["pooled"], axes=[0], keepdims=1),
        *dense("set/raw", "pooled", hidden, len(settings)),
        helper.make_node("Tanh", ["set/raw"], ["set/bounded"]),
        helper.make_node("Add", ["set/bounded", "lower"], ["set/scores"]),
        helper.make_node("Squeeze", ["set/scores", "begin"], ["set"]),
    ]
    kinds = {
        "node_spill_weight": FLOAT,
        "node_size": WHOLE,
        "use_inst_offsets": WHOLE,
        "edge_u": WHOLE,
        "edge_v": WHOLE,
    }
    return save_advice(
        path,
        nodes,
        inputs=[helper.make_tensor_value_info(name, kind, [f"{name}_n"]) for name, kind in kinds.items()],
        outputs=[
            helper.make_tensor_value_info("spill", FLOAT, ["n"]),
            helper.make_tensor_value_info("set", FLOAT, [len(settings)]),
        ],
        constants=constants,
        metadata={"mlra.settings": list(settings)},
    )
