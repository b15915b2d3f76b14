"""ONNX models in this process."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from rl4real_data.core.environment import do_without_telemetry
from rl4real_data.core.errors import UsageError
from rl4real_data.core.extras import required_by


class Session(Protocol):
    """What is used of `onnxruntime.InferenceSession`."""

    def get_inputs(self) -> list[Any]: ...
    def get_outputs(self) -> list[Any]: ...
    def get_modelmeta(self) -> Any: ...
    def run(self, output_names: Any, feed: dict[str, Any]) -> list[Any]: ...


class BindableSession(Session, Protocol):
    """One that can be told once where its inputs and outputs lie."""

    def io_binding(self) -> Any: ...
    def run_with_iobinding(self, iobinding: Any) -> None: ...


_PLACE: Final = ("cpu", 0)


class FixedInputs:
    """A model that is asked about the same arrays again and again, whose content changes.

    They are bound when the first answer has the shape that the model promises: `run` would look at each of them anew,
    which is half of the time of a small model, and three quarters where a feature is an input.
    """

    def __init__(self, session: BindableSession, inputs: Mapping[str, npt.NDArray[Any]]) -> None:
        self._session, self._inputs = session, dict(inputs)
        self._output = session.get_outputs()[0]
        self._answer: npt.NDArray[Any] | None = None
        self._binding: Any = None

    def ask(self) -> npt.NDArray[Any]:
        """The first output. It may be overwritten when the model is asked again."""
        if self._answer is None:
            return self._ask_first()
        self._session.run_with_iobinding(self._binding)
        return self._answer

    def _ask_first(self) -> npt.NDArray[Any]:
        (found,) = self._session.run([self._output.name], self._inputs)
        answer: npt.NDArray[Any] = np.array(found)
        if answer.dtype.kind in "fiu" and list(self._output.shape) == list(answer.shape):
            self._bind(answer)
        return answer

    def _bind(self, answer: npt.NDArray[Any]) -> None:
        binding = self._session.io_binding()
        for name, array in self._inputs.items():
            binding.bind_input(name, *_PLACE, array.dtype.type, array.shape, array.ctypes.data)
        binding.bind_output(self._output.name, *_PLACE, answer.dtype.type, answer.shape, answer.ctypes.data)
        self._binding, self._answer = binding, answer


def open_model(path: Path) -> BindableSession:
    """A model in one thread. UsageError for a file that is none, MissingExtra without onnxruntime."""
    do_without_telemetry()
    with required_by("a policy in ONNX", extra="live"):
        onnxruntime: Any = importlib.import_module("onnxruntime")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        session: BindableSession = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors have no class of their own that is public
        reason = str(error).strip().splitlines() or ["no reason is told"]
        raise UsageError(
            f"{path}: no ONNX model that this onnxruntime reads: {reason[0]}",
            hint="export it anew, or install a newer onnxruntime",
        ) from error
    return session
