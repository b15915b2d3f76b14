"""The ONNX models that the plugin evaluates without ONNX Runtime.

The plugin decides when it opens a model, and by more than names; the names tell before any compiler starts whether the
package onnxruntime is needed. Its table is `onnx/Operator.cpp`, with which a test compares the one here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from rl4real_data.live.model_file import model_operators

OLDEST_RELEASE: Final = 11
NEWEST_RELEASE: Final = 23
OPERATORS: Final = frozenset(
    (
        *("Abs", "Add", "And", "BitwiseAnd", "BitwiseOr", "Cast", "Ceil", "Clip", "Concat", "Constant"),
        *("ConstantOfShape", "CumSum", "Div", "Elu", "Equal", "Erf", "Exp", "Expand", "Flatten", "Floor", "Gather"),
        *("Gemm", "Greater", "GreaterOrEqual", "Identity", "IsInf", "IsNaN", "LayerNormalization", "LeakyRelu"),
        *("Less", "LessOrEqual", "Log", "LogSoftmax", "MatMul", "Max", "Min", "Mod", "Mul", "Neg", "NonZero", "Not"),
        *("Or", "Pow", "Range", "Reciprocal", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceSum", "Relu", "Reshape"),
        *("ScatterElements", "Shape", "Sigmoid", "Sign", "Size", "Slice", "Softmax", "Softplus", "Split", "Sqrt"),
        *("Squeeze", "Sub", "Sum", "Tanh", "Transpose", "Unsqueeze", "Where", "Xor"),
    )
)


def why_not_alone(model: Path) -> str:
    """What of a model the plugin does not evaluate itself; empty if nothing is known. UsageError for no model."""
    asked = model_operators(model)
    if not OLDEST_RELEASE <= asked.release <= NEWEST_RELEASE:
        return f"operators of release {asked.release}"
    unknown = sorted(asked.names - OPERATORS)
    return f"the operator {unknown[0]}" if unknown else ""
