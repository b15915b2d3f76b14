"""ONNX models in this process."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any, Protocol

from rl4real_data.core.environment import do_without_telemetry
from rl4real_data.core.errors import UsageError
from rl4real_data.core.extras import required_by


class Session(Protocol):
    """What is used of `onnxruntime.InferenceSession`."""

    def get_inputs(self) -> list[Any]: ...
    def get_outputs(self) -> list[Any]: ...
    def get_modelmeta(self) -> Any: ...
    def run(self, output_names: Any, feed: dict[str, Any]) -> list[Any]: ...


def open_model(path: Path) -> Session:
    """A model in one thread. UsageError for a file that is none, MissingExtra without onnxruntime."""
    do_without_telemetry()
    with required_by("a policy in ONNX", extra="live"):
        onnxruntime: Any = importlib.import_module("onnxruntime")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        session: Session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors have no class of their own that is public
        reason = str(error).strip().splitlines() or ["no reason is told"]
        raise UsageError(
            f"{path}: no ONNX model that this onnxruntime reads: {reason[0]}",
            hint="export it anew, or install a newer onnxruntime",
        ) from error
    return session
