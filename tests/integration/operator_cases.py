"""Small models of one operator each, with inputs made by chance: what the runners' own evaluator knows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from onnx import helper, numpy_helper

from .model_asker import Array

RANDOM: Final = np.random.default_rng(25)


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorCase:
    """`told`: inputs that are asked, the others are constants. `outputs`: how many."""

    operator: str
    inputs: tuple[Array | None, ...]
    told: int = 1
    attributes: dict[str, Any] = field(default_factory=dict)
    opset: int = 18
    outputs: int = 1

    @property
    def question(self) -> dict[str, Array]:
        """The inputs that are asked, by name."""
        return {f"in{place}": array for place, array in enumerate(self.inputs[: self.told]) if array is not None}

    def save(self, path: Path) -> Path:
        """All dimensions of the inputs are open."""
        names = ["" if array is None else f"in{place}" for place, array in enumerate(self.inputs)]
        outs = [f"out{place}" for place in range(self.outputs)]
        declared = [
            helper.make_tensor_value_info(
                name, helper.np_dtype_to_tensor_dtype(array.dtype), [f"{name}_{axis}" for axis in range(array.ndim)]
            )
            for name, array in self.question.items()
        ]
        graph = helper.make_graph(
            [helper.make_node(self.operator, names, outs, **self.attributes)],
            "one",
            declared,
            [onnx.ValueInfoProto(name=name) for name in outs],
            [
                numpy_helper.from_array(array, f"in{place}")
                for place, array in enumerate(self.inputs)
                if place >= self.told and array is not None
            ],
        )
        model = onnx.shape_inference.infer_shapes(
            helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)], ir_version=8)
        )
        onnx.save(model, str(path))
        return path


def floats(*shape: int) -> Array:
    return np.asarray(RANDOM.standard_normal(shape) * 3, np.float32)


def wholes(*shape: int, low: int = -9, high: int = 10, dtype: Any = np.int64) -> Array:
    return np.asarray(RANDOM.integers(low, high, shape), dtype)


def truths(*shape: int) -> Array:
    return np.asarray(RANDOM.integers(0, 2, shape), bool)


def ints(*numbers: int) -> Array:
    return np.array(numbers, np.int64)


EDGES: Final = np.array(
    [
        0.0,
        -0.0,
        1,
        -1,
        np.inf,
        -np.inf,
        np.nan,
        1e-40,
        -1e-40,
        3e38,
        -3e38,
        88.7,
        -87.4,
        -103.9,
        88.8,
        1e-7,
        20.5,
        0.0004,
    ],
    np.float32,
)
SHAPES: Final = (
    *(((3, 4), (3, 4)), ((3, 4), (4,)), ((3, 4), ()), ((3, 1), (1, 4)), ((1,), (5, 1, 2)), ((2, 3, 4), (3, 1))),
    *(((0, 4), (4,)), ((), ()), ((2, 1, 3, 1), (4, 1, 5)), ((20, 48), (20, 1))),
)


def cases() -> Iterator[OperatorCase]:
    """All of them."""
    for group in (arithmetic, functions, shapes, layouts, indices, reductions, rows, matrices):
        yield from group()


def arithmetic() -> Iterator[OperatorCase]:
    for a, b in SHAPES:
        for operator in ("Add", "Sub", "Mul", "Div", "Less", "Greater", "Equal", "GreaterOrEqual", "LessOrEqual"):
            yield OperatorCase(operator=operator, inputs=(floats(*a), floats(*b)), told=2)
            whole = wholes(*b, low=1) if operator == "Div" else wholes(*b)
            yield OperatorCase(operator=operator, inputs=(wholes(*a), whole), told=2)
        for operator in ("And", "Or", "Xor"):
            yield OperatorCase(operator=operator, inputs=(truths(*a), truths(*b)), told=2)
        for operator in ("Min", "Max"):
            yield OperatorCase(operator=operator, inputs=(floats(*a), floats(*b), floats(1)), told=3)
        yield OperatorCase(operator="Where", inputs=(truths(*a), floats(*b), floats(*a)), told=3)
        yield OperatorCase(operator="Where", inputs=(truths(*b), wholes(*a), wholes(*b)), told=2)
        yield OperatorCase(operator="BitwiseAnd", inputs=(wholes(*a), wholes(*b)), told=2)
        yield OperatorCase(operator="BitwiseOr", inputs=(wholes(*a), wholes(*b)), told=2)
    yield from more_arithmetic()


def more_arithmetic() -> Iterator[OperatorCase]:
    for dtype in (np.int32, np.int64):
        divisor = np.array([3, -3, 7, -1, 1, -7], dtype)
        given = wholes(4, 6, low=-50, high=50, dtype=dtype)
        yield OperatorCase(operator="Mod", inputs=(given, divisor), told=2)
        yield OperatorCase(operator="Mod", inputs=(given, divisor), attributes={"fmod": 1}, told=2)
        yield OperatorCase(operator="Div", inputs=(given, divisor), told=2)
        yield OperatorCase(operator="Min", inputs=(given, divisor), told=2)
    yield OperatorCase(operator="Mod", inputs=(floats(4, 6), floats(6)), attributes={"fmod": 1}, told=2)
    yield OperatorCase(operator="Sum", inputs=(floats(3, 4), floats(4), floats(3, 1)), told=3)
    yield OperatorCase(operator="Sum", inputs=(floats(3, 4),))
    yield OperatorCase(operator="Pow", inputs=(np.abs(floats(3, 4)), floats(4)), told=2)
    yield OperatorCase(operator="Mul", inputs=(EDGES, EDGES[::-1].copy()), told=2)
    yield OperatorCase(operator="Add", inputs=(floats(5).astype(np.float64), floats(5).astype(np.float64)), told=2)
    for edges in ("Less", "Greater", "Equal"):
        yield OperatorCase(operator=edges, inputs=(EDGES, EDGES[::-1].copy()), told=2)


def functions() -> Iterator[OperatorCase]:
    of_floats = (
        *("Abs", "Ceil", "Elu", "Erf", "Exp", "Floor", "Identity", "IsNaN", "LeakyRelu", "Log", "Neg"),
        *("Reciprocal", "Relu", "Sigmoid", "Sign", "Softplus", "Sqrt", "Tanh", "IsInf"),
    )
    for operator in of_floats:
        for given in (floats(3, 7), floats(0, 3), np.abs(floats(11)), floats(2, 3, 4) * 10, floats(200), floats()):
            yield OperatorCase(operator=operator, inputs=(given,), opset=20 if operator == "IsInf" else 18)
        if operator != "Softplus":  # whose edges ONNX Runtime has otherwise
            yield OperatorCase(operator=operator, inputs=(EDGES,), opset=20 if operator == "IsInf" else 18)
    yield OperatorCase(operator="IsInf", inputs=(EDGES,), attributes={"detect_negative": 0}, opset=17)
    yield OperatorCase(operator="Elu", inputs=(floats(9),), attributes={"alpha": 0.3})
    yield OperatorCase(operator="LeakyRelu", inputs=(floats(9),), attributes={"alpha": 0.3})
    yield OperatorCase(operator="Not", inputs=(truths(4, 5),))
    for operator in ("Abs", "Sign"):
        yield OperatorCase(operator=operator, inputs=(wholes(9),))
    limits = (np.float32(-1), np.float32(2))
    yield OperatorCase(operator="Clip", inputs=(floats(30), *map(np.asarray, limits)))
    yield OperatorCase(operator="Clip", inputs=(EDGES, None, np.asarray(limits[1])))
    yield OperatorCase(operator="Clip", inputs=(EDGES, np.asarray(limits[0])))
    yield OperatorCase(operator="Clip", inputs=(wholes(30), np.array(-2), np.array(3)))
    yield from casts()


def casts() -> Iterator[OperatorCase]:
    kinds: tuple[Any, ...] = (np.float32, np.float64, np.int64, np.int32, np.uint8, np.bool_)
    for source in kinds:
        for target in kinds:
            given = np.abs(floats(40) * 20).astype(source)
            to = helper.np_dtype_to_tensor_dtype(np.dtype(target))
            yield OperatorCase(operator="Cast", inputs=(given,), attributes={"to": to})
    yield OperatorCase(operator="Cast", inputs=(-np.abs(floats(40)),), attributes={"to": onnx.TensorProto.INT64})


def shapes() -> Iterator[OperatorCase]:
    given = floats(2, 3, 4)
    for attributes in ({}, {"start": 1}, {"end": -1}, {"start": -2, "end": 9}, {"start": 2, "end": 1}):
        yield OperatorCase(operator="Shape", inputs=(given,), attributes=attributes)
    yield OperatorCase(operator="Size", inputs=(given,))
    for wanted in (ints(6, 4), ints(-1, 4), ints(0, -1), ints(0, 0, 4), ints(24), ints(1, 2, -1, 2)):
        yield OperatorCase(operator="Reshape", inputs=(given, wanted), told=2)
    yield OperatorCase(operator="Reshape", inputs=(floats(0, 3), ints(0, 7)), attributes={"allowzero": 1}, told=2)
    for axis in (0, 1, 2, 3, -1):
        yield OperatorCase(operator="Flatten", inputs=(given,), attributes={"axis": axis})
    thin = floats(1, 3, 1, 2)
    yield OperatorCase(operator="Squeeze", inputs=(thin, ints(0, -2)), told=2)
    yield OperatorCase(operator="Squeeze", inputs=(thin,))
    yield OperatorCase(operator="Squeeze", inputs=(thin,), attributes={"axes": [2]}, opset=11)
    yield OperatorCase(operator="Unsqueeze", inputs=(given, ints(0, -1)), told=2)
    yield OperatorCase(operator="Unsqueeze", inputs=(given,), attributes={"axes": [1, 3]}, opset=11)
    for dtype in (np.float32, np.int64, bool):
        filling = numpy_helper.from_array(np.ones(1, dtype))
        yield OperatorCase(operator="ConstantOfShape", inputs=(ints(2, 0, 3),), attributes={"value": filling})
        yield OperatorCase(operator="ConstantOfShape", inputs=(ints(2, 3),), attributes={"value": filling})
    yield OperatorCase(operator="ConstantOfShape", inputs=(ints(2, 3),))
    for bounds in ((0, 9, 2), (9, 0, -2), (3, 3, 1), (0, -5, 1)):
        yield OperatorCase(operator="Range", inputs=tuple(np.array(bound) for bound in bounds), told=3)
    yield OperatorCase(operator="Range", inputs=tuple(np.array(b, np.float32) for b in (0.5, 3, 0.25)), told=3)


def layouts() -> Iterator[OperatorCase]:
    given = floats(3, 4, 5)
    for order in (None, (0, 2, 1), (2, 0, 1), (1, 0, 2), (0, 1, 2)):
        attributes = {} if order is None else {"perm": order}
        yield OperatorCase(operator="Transpose", inputs=(given,), attributes=attributes)
    yield OperatorCase(operator="Transpose", inputs=(truths(3, 4),))
    for axis in (0, 1, -1):
        parts = [floats(2, 3, 4), floats(2, 3, 4)]
        yield OperatorCase(operator="Concat", inputs=tuple(parts), attributes={"axis": axis}, told=2)
    yield OperatorCase(operator="Concat", inputs=(wholes(3), ints(), ints(7)), attributes={"axis": 0}, told=3)
    yield OperatorCase(operator="Split", inputs=(given, ints(1, 0, 3)), attributes={"axis": 1}, told=2, outputs=3)
    yield OperatorCase(operator="Split", inputs=(given,), attributes={"axis": 2, "num_outputs": 3}, outputs=3)
    yield OperatorCase(operator="Split", inputs=(given,), attributes={"axis": 0, "split": [2, 1]}, opset=11, outputs=2)
    yield OperatorCase(operator="Split", inputs=(given,), attributes={"axis": 1}, opset=13, outputs=2)
    most = np.iinfo(np.int64).max
    slices = (
        *((1, 3, 0, 1), (-2, most, 1, 1), (3, 0, 1, -1), (most, -most, 2, -2), (0, 2, -1, 3), (2, 1, 0, 1)),
        *((-99, 99, 2, 2), (4, -99, 2, -3), (-1, 0, 1, -1), (0, 4, 1, most)),
    )
    for first, behind, axis, step in slices:
        bounds = (ints(first), ints(behind), ints(axis), ints(step))
        yield OperatorCase(operator="Slice", inputs=(given, *bounds), told=5)
    yield OperatorCase(operator="Slice", inputs=(given, ints(1, 0), ints(3, -1)), told=3)
    yield OperatorCase(operator="Slice", inputs=(floats(0, 3), ints(0), ints(-1), ints(0), ints(-1)), told=5)
    for wanted in (ints(3, 4, 5), ints(2, 1, 1, 5), ints(1), ints(2, 3, 1, 1)):
        yield OperatorCase(operator="Expand", inputs=(floats(3, 1, 5), wanted), told=2)
    yield OperatorCase(operator="Expand", inputs=(floats(1, 3), ints(0, 3)), told=2)


def indices() -> Iterator[OperatorCase]:
    given = floats(5, 4, 3)
    for axis, length in ((0, 5), (1, 4), (-1, 3)):
        for shape in ((7,), (2, 3), (), (0,)):
            which = wholes(*shape, low=-length, high=length)
            yield OperatorCase(operator="Gather", inputs=(given, which), attributes={"axis": axis}, told=2)
    yield OperatorCase(operator="Gather", inputs=(wholes(9), wholes(4, low=0, high=9, dtype=np.int32)), told=2)
    for reduction in ("none", "add", "mul", "min", "max"):
        for axis, shape in ((0, (6, 4)), (1, (5, 3)), (0, (3, 2)), (-1, (2, 4))):
            into = floats(5, 4)
            if reduction == "none":  # the same place twice has no order
                which = np.argsort(RANDOM.random(into.shape), axis=axis)[: min(shape[0], 5), : shape[1]]
            else:
                which = wholes(*shape, low=-into.shape[axis], high=into.shape[axis])
            attributes = {"axis": axis, "reduction": reduction}
            if reduction in ("mul", "min", "max", "add", "none"):
                yield OperatorCase(
                    operator="ScatterElements",
                    inputs=(into, which, floats(*which.shape)),
                    attributes=attributes,
                    told=3,
                )
    yield OperatorCase(
        operator="ScatterElements",
        inputs=(wholes(5), wholes(9, low=0, high=5), wholes(9)),
        attributes={"reduction": "add"},
        told=3,
    )
    for axis in (0, 1, -1):
        for attributes in ({}, {"exclusive": 1}, {"reverse": 1}, {"exclusive": 1, "reverse": 1}):
            yield OperatorCase(operator="CumSum", inputs=(wholes(4, 3), np.array(axis)), attributes=attributes)
    yield OperatorCase(operator="CumSum", inputs=(floats(4, 3), np.array(0, np.int32)))
    for array in (truths(7), truths(3, 4), truths(0), truths(2, 3, 4), wholes(6, low=0, high=2), floats(0, 3)):
        yield OperatorCase(operator="NonZero", inputs=(array,))


def reductions() -> Iterator[OperatorCase]:
    for operator, since in (("ReduceSum", 13), ("ReduceMean", 18), ("ReduceMax", 18), ("ReduceMin", 18)):
        for shape in ((3, 4, 5), (17, 33), (300,)):
            for axes in ((0,), (-1,), (0, len(shape) - 1), tuple(range(len(shape)))):
                if len(set(axes)) != len(axes) or (len(shape) == 1 and axes != (0,)):
                    continue
                for keep in (0, 1):
                    yield OperatorCase(
                        operator=operator, inputs=(floats(*shape), ints(*axes)), attributes={"keepdims": keep}, told=2
                    )
                yield OperatorCase(
                    operator=operator, inputs=(floats(*shape),), attributes={"axes": axes}, opset=min(since - 1, 12)
                )
            yield OperatorCase(operator=operator, inputs=(floats(*shape),), attributes={"keepdims": 0})
            noop = {"noop_with_empty_axes": 1}
            yield OperatorCase(operator=operator, inputs=(floats(*shape),), attributes=noop)
    yield OperatorCase(operator="ReduceSum", inputs=(wholes(4, 5), ints(1)))
    yield OperatorCase(operator="ReduceMax", inputs=(wholes(4, 5), ints(1)))
    yield OperatorCase(operator="ReduceSum", inputs=(floats(0, 3), ints(0)))


def rows() -> Iterator[OperatorCase]:
    for operator in ("Softmax", "LogSoftmax"):
        for given in (floats(5, 9), floats(2, 3, 17), floats(1, 40) * 10):
            yield OperatorCase(operator=operator, inputs=(given,))
            yield OperatorCase(operator=operator, inputs=(given,), attributes={"axis": 1}, opset=11)
    for shape, axis in (((5, 48), -1), ((2, 3, 8), 2), ((2, 3, 8), 1)):
        size = shape[axis:] if axis >= 0 else shape[-1:]
        given = (floats(*shape), floats(*size), floats(*size))
        yield OperatorCase(operator="LayerNormalization", inputs=given, attributes={"axis": axis, "epsilon": 1e-5})
        yield OperatorCase(operator="LayerNormalization", inputs=given[:2], attributes={"axis": axis})


def matrices() -> Iterator[OperatorCase]:
    for rows_, depth, columns in ((1, 1, 1), (7, 5, 3), (13, 33, 17), (6, 16, 16), (40, 100, 65), (0, 3, 4), (3, 0, 4)):
        a, b = floats(rows_, depth), floats(depth, columns)
        for told in (1, 2):
            yield OperatorCase(operator="MatMul", inputs=(a, b), told=told)
            yield OperatorCase(operator="Gemm", inputs=(a, b, floats(columns)), told=told)
            yield OperatorCase(
                operator="Gemm", inputs=(a, b.T.copy(), floats(rows_, 1)), attributes={"transB": 1}, told=told
            )
        turned = {"transA": 1, "alpha": 0.5, "beta": 2.0}
        yield OperatorCase(operator="Gemm", inputs=(a.T.copy(), b, floats(1, columns)), attributes=turned, told=3)
        yield OperatorCase(operator="Gemm", inputs=(a, b))
    stacks = (
        *(((2, 3, 4), (4, 5)), ((2, 3, 4), (2, 4, 5)), ((4,), (4, 5)), ((3, 4), (4,)), ((4,), (4,)), ((2, 3, 4), (4,))),
        *(((2, 1, 3, 4), (5, 4, 2)), ((3, 4), (2, 4, 5)), ((1, 3, 4), (6, 4, 2))),
    )
    for left, right in stacks:
        yield OperatorCase(operator="MatMul", inputs=(floats(*left), floats(*right)), told=2)


CASES: Final[tuple[OperatorCase, ...]] = tuple(cases())
