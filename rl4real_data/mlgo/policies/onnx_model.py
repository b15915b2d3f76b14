"""The policy that is one ONNX model.

Its inputs are features by LLVM's names (int64 or float; a number of any rank, columns as [33] or [1, 33]), or one input
`features`, float [1, n]: the features that the metadata `mlgo.features` lists in JSON, or all, one after the other in
LLVM's order. The first output is the decision if it is one number, and otherwise a score for each answer, of which the
best legal one is taken.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rl4real_data.core.errors import UsageError
from rl4real_data.live.onnx_sessions import Session, open_model
from rl4real_data.mlgo.advice_rules import AdviceRule, rule_of
from rl4real_data.mlgo.channel_host import Answer
from rl4real_data.mlgo.policies.simple import INLINING_DEFAULT
from rl4real_data.mlgo.tensors import Header, Layout, Tensor
from rl4real_data.traces.features import Task

ALL_IN_ONE: Final = "features"
FEATURES_KEY: Final = "mlgo.features"
TASK_KEY: Final = "mlgo.task"

_TYPES: Final = {"tensor(int64)": "int64", "tensor(float)": "float32", "tensor(double)": "float64"}
_Feed = Callable[[bytes], npt.NDArray[Any]]


class OnnxPolicy:
    """UsageError for a model of another task."""

    def __init__(self, session: Session, task: Task, *, name: str = "the model") -> None:
        self._session, self._task, self._name = session, task, name
        self._metadata = dict(session.get_modelmeta().custom_metadata_map)
        said = self._metadata.get(TASK_KEY, task.value)
        if said != task.value:
            raise UsageError(f"{name} was made for {said}, not for {task.value}", hint=f"name a model of {task.value}")

    @classmethod
    def opened(cls, path: Path, task: Task) -> OnnxPolicy:
        """UsageError for a file that is no model, MissingExtra without onnxruntime."""
        return cls(open_model(path), task, name=str(path))

    def begin(self, header: Header) -> Answer:
        """UsageError for a model that asks for a feature that this compiler does not send."""
        feeds = {one.name: self._feed(one, header.layout) for one in self._session.get_inputs()}
        output = [self._session.get_outputs()[0].name]
        rule = rule_of(self._task)
        rule.begin(header)
        run = self._session.run

        def answer(observation: bytes) -> float:
            (scores,) = run(output, {name: feed(observation) for name, feed in feeds.items()})
            return self._best(np.ravel(scores), rule, observation)

        return answer

    def _best(self, scores: npt.NDArray[Any], rule: AdviceRule, observation: bytes) -> float:
        if len(scores) == 1:
            decision: float = scores[0].item()
            return decision
        if self._task is Task.PRIORITY:
            raise UsageError(f"{self._name} gives {len(scores)} numbers where a priority is one", hint="export one")
        legal = rule.legal(observation)
        if len(scores) <= max(legal, default=0):
            raise UsageError(
                f"{self._name} gives {len(scores)} scores, too few for {self._task.value}",
                hint="export one number, or a score for each answer: 2 for inlining, 33 for eviction",
            )
        numbers = scores.tolist()
        return max(legal, key=lambda one: numbers[int(one)])

    def _feed(self, asked: Any, layout: Layout) -> _Feed:
        """What makes an input of an observation."""
        dtype = _TYPES.get(asked.type)
        if dtype is None:
            raise UsageError(f"{self._name}: the input {asked.name!r} is {asked.type}", hint="make it int64 or float")
        if asked.name == ALL_IN_ONE and ALL_IN_ONE not in layout.names:
            return self._all_in_one(layout, np.dtype(dtype))
        tensor, offset = self._found(asked.name, layout), layout.offset(asked.name)
        count, rank = tensor.size_bytes // tensor.dtype.itemsize, len(asked.shape)
        shape = (1,) * (rank - 1) + (count,) if rank else ()

        def feed(observation: bytes) -> npt.NDArray[Any]:
            return np.frombuffer(observation, tensor.dtype, count, offset).astype(dtype, copy=False).reshape(shape)

        return feed

    def _found(self, name: str, layout: Layout) -> Tensor:
        found = next((one for one in layout.tensors if one.name == name), None)
        if found is None:
            raise UsageError(
                f"{self._name} asks for {name!r}, which this compiler does not send for {self._task.value}",
                hint=f"it sends {', '.join(layout.names)}",
            )
        return found

    def _all_in_one(self, layout: Layout, dtype: np.dtype[Any]) -> _Feed:
        listed = self._metadata.get(FEATURES_KEY)
        names = json.loads(listed) if listed else [name for name in layout.names if name != INLINING_DEFAULT]
        tensors = [(self._found(name, layout), layout.offset(name)) for name in names]
        if all(one.llvm_type == "int64_t" and one.size_bytes == 8 for one, _ in tensors):
            places = np.array([offset for _, offset in tensors], np.intp) // 8
            return lambda observation: np.frombuffer(observation, np.int64)[places].astype(dtype)[None]

        def feed(observation: bytes) -> npt.NDArray[Any]:
            parts = [
                np.frombuffer(observation, one.dtype, one.size_bytes // one.dtype.itemsize, at) for one, at in tensors
            ]
            return np.concatenate(parts).astype(dtype)[None]

        return feed
