"""The ONNX file of a policy, from LLVM's features to a decision.

Scaling is part of it. Inlining has one input `features`, listed in the metadata, and a score for 0 and 1; eviction and
priority have an input a feature, and 33 scores or the priority.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rl4real_data.core.atomic_files import publish
from rl4real_data.core.extras import required_by
from rl4real_data.mlgo.advice_rules import LARGEST_PRIORITY
from rl4real_data.mlgo.policies.onnx_model import ALL_IN_ONE, FEATURES_KEY, TASK_KEY
from rl4real_data.mlgo_training.checkpoints import read_task_checkpoint
from rl4real_data.mlgo_training.feature_scale import MOST_DEVIATIONS, FeatureScale, places_of
from rl4real_data.mlgo_training.state import TrainState
from rl4real_data.traces.columns import is_columned
from rl4real_data.traces.features import EVICTION_COLUMNS, FEATURES, INT64, FeatureSpec, Task
from rl4real_data.training.checkpoint_folder import folder_of

with required_by("export --to onnx", extra="mlgo-training"):
    import onnx
    from onnx import TensorProto, helper, numpy_helper

OPSET: Final = 17
_IR_VERSION: Final = 8
_MOST_COMPARED: Final = 40_000
"""Quantiles of all rows together. An operator costs a microsecond, and so do some thousand comparisons."""
OUTPUT: Final = "decision"
_ANSWER_SHAPES: Final = {Task.INLINING: [1, 2], Task.EVICTION: [1, EVICTION_COLUMNS], Task.PRIORITY: [1]}


def export_task_policy(checkpoint: Path, path: Path) -> Task:
    """Writes the file whole or not at all. UsageError for what is no checkpoint, MissingExtra without onnx."""
    told = read_task_checkpoint(checkpoint)
    state = TrainState.read(folder_of(checkpoint), told.task, with_learner=False)
    metadata = {
        TASK_KEY: told.task.value,
        FEATURES_KEY: json.dumps(told.features),
        "mlgo.algorithm": told.algorithm,
        "mlgo.iterations": str(told.total),
        "mlgo.toolchain": json.dumps(dict(told.toolchain)),
    }
    model = model_of(state)
    helper.set_model_props(model, metadata)
    path.parent.mkdir(parents=True, exist_ok=True)
    with publish(path) as draft:
        draft.write_bytes(model.SerializeToString(deterministic=True))
    return told.task


def model_of(state: TrainState) -> Any:
    """The model, without metadata."""
    graph = _Graph(state.task)
    rows = graph.scaled(graph.inputs(), state.scale)
    layers = state.network.plain().layers
    for number, (weight, bias) in enumerate(layers):
        rows = graph.add("Add", graph.add("MatMul", rows, graph.constant(weight)), graph.constant(bias))
        if number < len(layers) - 1:
            rows = graph.add("Relu", rows)
    return graph.model(graph.answer(rows))


class _Graph:
    """Nodes in their order, whose names are numbers."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._height = EVICTION_COLUMNS if task is Task.EVICTION else 1
        self._nodes: list[Any] = []
        self._constants: list[Any] = []
        self._asked: list[Any] = []

    def constant(self, value: npt.NDArray[Any]) -> str:
        name = f"c{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add(self, operator: str, *inputs: str, **attributes: Any) -> str:
        name = f"v{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, inputs, [name], **attributes))
        return name

    def inputs(self) -> str:
        """Rows of features: [1, features] or [33, features]."""
        specs = FEATURES[self._task]
        if self._task is Task.INLINING:
            self._asked.append(helper.make_tensor_value_info(ALL_IN_ONE, TensorProto.FLOAT, [1, len(specs)]))
            return ALL_IN_ONE
        columns = [self._column(spec) for spec in specs]
        return self.add("Transpose", self.add("Concat", *columns, axis=0), perm=[1, 0])

    def _column(self, spec: FeatureSpec) -> str:
        """A feature as [1, 1] or [1, 33]."""
        kind = TensorProto.INT64 if spec.dtype == INT64 else TensorProto.FLOAT
        self._asked.append(helper.make_tensor_value_info(spec.name, kind, list(spec.llvm_shape)))
        found = self.add("Cast", spec.name, to=TensorProto.FLOAT) if spec.dtype == INT64 else spec.name
        if is_columned(spec):
            return found
        found = self.add("Reshape", found, self.constant(np.array([1, 1], np.int64)))
        if self._task is not Task.EVICTION:
            return found
        return self.add("Expand", found, self.constant(np.array([1, EVICTION_COLUMNS], np.int64)))

    def scaled(self, rows: str, scale: FeatureScale) -> str:
        """As `Scaler`, from the same numbers."""
        rows = self.add("Where", self.add("IsNaN", rows), self.constant(np.array(0, np.float32)), rows)
        share = (self._counted if self._height * scale.bounds.size <= _MOST_COMPARED else self._found)(rows, scale)
        apart = self.add("Div", self.add("Sub", rows, self.constant(scale.mean)), self.constant(scale.deviation))
        most = (self.constant(np.array(sign * MOST_DEVIATIONS, np.float32)) for sign in (-1, 1))
        parts = [share, self.add("Mul", share, share), self.add("Sqrt", share), self.add("Clip", apart, *most)]
        if self._task is Task.EVICTION:
            parts.append(self.constant(places_of(self._task)))
        return self.add("Concat", *parts, axis=-1)

    def _counted(self, rows: str, scale: FeatureScale) -> str:
        """Shares of quantiles, each of which is compared with: few operators."""
        last = self.constant(np.array([-1], np.int64))
        reached = self.add("GreaterOrEqual", self.add("Unsqueeze", rows, last), self.constant(scale.bounds))
        counted = self.add("Mul", self.add("Cast", reached, to=TensorProto.FLOAT), self.constant(scale.counts))
        whole = self.add("ReduceSum", counted, last, keepdims=0)
        return self.add("Div", whole, self.constant(np.array(scale.total, np.float32)))

    def _found(self, rows: str, scale: FeatureScale) -> str:
        """The same as `QuantileTable.shares_of` finds them: few comparisons."""
        table = scale.table()
        bounds, place = self.constant(table.bounds), self.constant(table.first)
        for stride in table.strides:
            further = self.add("Add", place, self.constant(np.array(stride, np.int32)))
            reached = self.add("GreaterOrEqual", rows, self.add("Gather", bounds, further))
            place = self.add("Where", reached, further, place)
        return self.add("Gather", self.constant(table.shares), place)

    def answer(self, scores: str) -> str:
        """Inlining's [1, 2], eviction's [1, 33], priority's [1]."""
        if self._task is Task.PRIORITY:
            scores = self.add("Mul", self.add("Sigmoid", scores), self.constant(np.array(LARGEST_PRIORITY, np.float32)))
        return self.add("Reshape", scores, self.constant(np.array(_ANSWER_SHAPES[self._task], np.int64)))

    def model(self, answer: str) -> Any:
        self._nodes.append(helper.make_node("Identity", [answer], [OUTPUT]))
        output = helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, _ANSWER_SHAPES[self._task])
        graph = helper.make_graph(self._nodes, f"mlgo-{self._task}", self._asked, [output], self._constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=_IR_VERSION)
        onnx.checker.check_model(model)
        return model
