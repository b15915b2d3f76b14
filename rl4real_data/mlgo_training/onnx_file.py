"""The ONNX file of a policy, from LLVM's features to a decision.

Scaling is part of it. Inlining has one input `features`, listed in the metadata, and a score for 0 and 1; eviction and
priority have an input a feature, and 33 scores or the priority. An answer costs some 40 operators, most of which take
longer to start than to run: there are as few as may be, and of eviction's columns the legal ones alone are looked at.
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
from rl4real_data.mlgo_training.feature_rows import MASK
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
_LEAST: Final = np.finfo(np.float32).min
"""The score of a column that is not legal, of which nothing else is computed."""
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
        self._columns = ""
        self._nodes: list[Any] = []
        self._constants: list[Any] = []
        self._asked: list[Any] = []

    def constant(self, value: npt.NDArray[Any]) -> str:
        name = f"c{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.asarray(value, order="C"), name))
        return name

    def add(self, operator: str, *inputs: str, **attributes: Any) -> str:
        name = f"v{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, inputs, [name], **attributes))
        return name

    def inputs(self) -> str:
        """Rows of features: [1, features], or of eviction [legal columns, features]."""
        specs = FEATURES[self._task]
        if self._task is Task.INLINING:
            self._asked.append(helper.make_tensor_value_info(ALL_IN_ONE, TensorProto.FLOAT, [1, len(specs)]))
            return ALL_IN_ONE
        found = self.add("Concat", *(self._feature(spec) for spec in specs), axis=0)
        if self._task is Task.PRIORITY:
            return self.add("Reshape", found, self.constant(np.array([1, len(specs)], np.int64)))
        legal = self.add("NonZero", specs[MASK].name)
        self._columns = self.add("Gather", legal, self.constant(np.array(1, np.int64)))
        return self.add("Gather", self.add("Transpose", found, perm=[1, 0]), self._columns)

    def _feature(self, spec: FeatureSpec) -> str:
        """A feature as [1] or, of eviction, as [1, 33]."""
        kind = TensorProto.INT64 if spec.dtype == INT64 else TensorProto.FLOAT
        self._asked.append(helper.make_tensor_value_info(spec.name, kind, list(spec.llvm_shape)))
        found = self.add("Cast", spec.name, to=TensorProto.FLOAT) if spec.dtype == INT64 else spec.name
        if self._task is not Task.EVICTION or is_columned(spec):
            return found
        return self.add("Expand", found, self.constant(np.array([1, EVICTION_COLUMNS], np.int64)))

    def scaled(self, rows: str, scale: FeatureScale) -> str:
        """As `Scaler`, from the same numbers."""
        rows = self.add("Where", self.add("IsNaN", rows), self.constant(np.array(0, np.float32)), rows)
        share = self._shares(rows, scale)
        apart = self.add("Div", self.add("Sub", rows, self.constant(scale.mean)), self.constant(scale.deviation))
        most = (self.constant(np.array(sign * MOST_DEVIATIONS, np.float32)) for sign in (-1, 1))
        parts = [share, self.add("Mul", share, share), self.add("Sqrt", share), self.add("Clip", apart, *most)]
        if self._task is Task.EVICTION:
            parts.append(self.add("Gather", self.constant(places_of(self._task)), self._columns))
        return self.add("Concat", *parts, axis=-1)

    def _shares(self, rows: str, scale: FeatureScale) -> str:
        """Of quantiles. The block of each value is found first, then its place there, both by counting in floats: to
        sum them up takes a third of the time that integers take.
        """
        blocks, last = scale.blocks(), self.constant(np.array([-1], np.int64))
        repeated = self.constant(np.ones((1, blocks.size), np.float32))  # Expand takes four times as long as a product
        values = self.add("MatMul", self.add("Unsqueeze", rows, last), repeated)

        def reached(bounds: str) -> str:
            found = self.add("Cast", self.add("GreaterOrEqual", values, bounds), to=TensorProto.FLOAT)
            return self.add("ReduceSum", found, last, keepdims=0)

        def picked(table: npt.NDArray[Any], places: str) -> str:
            return self.add("Gather", self.constant(table), self.add("Cast", places, to=TensorProto.INT32))

        block = self.add("Add", reached(self.constant(blocks.begins)), self.constant(blocks.zeroth))
        within = reached(picked(blocks.bounds, block))
        stride = self.constant(np.array(blocks.size + 1, np.float32))
        return picked(blocks.shares, self.add("Add", self.add("Mul", block, stride), within))

    def answer(self, scores: str) -> str:
        """Inlining's [1, 2], eviction's [1, 33], priority's [1]."""
        if self._task is Task.PRIORITY:
            scores = self.add("Mul", self.add("Sigmoid", scores), self.constant(np.array(LARGEST_PRIORITY, np.float32)))
        if self._task is Task.EVICTION:
            none = self.constant(np.full(EVICTION_COLUMNS, _LEAST, np.float32))
            flat = self.add("Reshape", scores, self.constant(np.array([-1], np.int64)))
            scores = self.add("ScatterElements", none, self._columns, flat)
        return self.add("Reshape", scores, self.constant(np.array(_ANSWER_SHAPES[self._task], np.int64)))

    def model(self, answer: str) -> Any:
        self._nodes.append(helper.make_node("Identity", [answer], [OUTPUT]))
        output = helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, _ANSWER_SHAPES[self._task])
        graph = helper.make_graph(self._nodes, f"mlgo-{self._task}", self._asked, [output], self._constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=_IR_VERSION)
        onnx.checker.check_model(model)
        return model
