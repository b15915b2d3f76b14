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
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from rl4real_data.core.errors import UsageError
from rl4real_data.live.onnx_sessions import BindableSession, FixedInputs, open_model
from rl4real_data.mlgo.advice_rules import AdviceRule, rule_of
from rl4real_data.mlgo.channel_host import Answer
from rl4real_data.mlgo.policies.simple import INLINING_DEFAULT
from rl4real_data.mlgo.tensors import Header, Layout, Tensor
from rl4real_data.traces.features import Task

ALL_IN_ONE: Final = "features"
FEATURES_KEY: Final = "mlgo.features"
TASK_KEY: Final = "mlgo.task"

_TYPES: Final = {"tensor(int64)": "int64", "tensor(float)": "float32", "tensor(double)": "float64"}
_Array: TypeAlias = npt.NDArray[Any]
_Feed: TypeAlias = tuple[_Array, Callable[[], None] | None]
"""An input, and what fills it of what was seen, if it is not a part of that."""


class OnnxPolicy:
    """UsageError for a model of another task."""

    def __init__(self, session: BindableSession, task: Task, *, name: str = "the model") -> None:
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
        layout = header.layout
        seen = np.zeros(layout.size_bytes, np.uint8)
        feeds = {one.name: self._feed(one, layout, seen) for one in self._session.get_inputs()}
        fills = [fill for _, fill in feeds.values() if fill]
        model = FixedInputs(self._session, {name: array for name, (array, _) in feeds.items()})
        rule = rule_of(self._task)
        rule.begin(header)

        def answer(observation: bytes) -> float:
            seen[:] = np.frombuffer(observation, np.uint8)
            for fill in fills:
                fill()
            return self._best(model.ask().ravel(), rule, observation)

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

    def _feed(self, asked: Any, layout: Layout, seen: _Array) -> _Feed:
        """UsageError for an input that no feature can be."""
        dtype = _TYPES.get(asked.type)
        if dtype is None:
            raise UsageError(f"{self._name}: the input {asked.name!r} is {asked.type}", hint="make it int64 or float")
        if asked.name == ALL_IN_ONE and ALL_IN_ONE not in layout.names:
            return self._all_in_one(layout, seen, np.dtype(dtype))
        values, rank = self._values(asked.name, layout, seen), len(asked.shape)
        shape = (1,) * (rank - 1) + values.shape if rank else ()
        if values.dtype == dtype and values.flags.aligned:
            return values.reshape(shape), None
        return _copied(values, np.zeros(shape, dtype))

    def _values(self, name: str, layout: Layout, seen: _Array) -> _Array:
        """Where a feature lies in what was seen."""
        tensor, offset = self._found(name, layout), layout.offset(name)
        return seen[offset : offset + tensor.size_bytes].view(tensor.dtype)

    def _found(self, name: str, layout: Layout) -> Tensor:
        found = next((one for one in layout.tensors if one.name == name), None)
        if found is None:
            raise UsageError(
                f"{self._name} asks for {name!r}, which this compiler does not send for {self._task.value}",
                hint=f"it sends {', '.join(layout.names)}",
            )
        return found

    def _all_in_one(self, layout: Layout, seen: _Array, dtype: np.dtype[Any]) -> _Feed:
        listed = self._metadata.get(FEATURES_KEY)
        names = json.loads(listed) if listed else [name for name in layout.names if name != INLINING_DEFAULT]
        values = [self._values(name, layout, seen) for name in names]
        array = np.zeros((1, sum(map(len, values))), dtype)
        if all(one.dtype == np.int64 and len(one) == 1 and one.flags.aligned for one in values):
            whole = seen[: len(seen) // 8 * 8].view(np.int64)
            places = np.array([layout.offset(name) for name in names], np.intp) // 8
            return array, lambda: np.copyto(array[0], whole[places], casting="unsafe")

        def fill() -> None:
            np.concatenate(values, out=array[0], casting="unsafe")

        return array, fill


def _copied(values: _Array, array: _Array) -> _Feed:
    """An input of another type than the feature's."""
    flat = array.reshape(-1)
    return array, lambda: np.copyto(flat, values, casting="unsafe")
