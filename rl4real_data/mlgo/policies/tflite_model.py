"""The policy that is a folder of MLGO's.

`model.tflite` is the model, and `output_spec.json` tells its outputs.
The model's inputs are the features with `action_` before their names, and a time step's other parts, which are 0. The
first output is the decision; the others are what its trainer wants to find in the log.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rl4real_data.core.errors import MissingExtra, UsageError
from rl4real_data.core.extras import install_command
from rl4real_data.mlgo.channel_host import Answer
from rl4real_data.mlgo.tensors import FormatError, Header, Layout, Tensor

MODEL: Final = "model.tflite"
OUTPUTS: Final = "output_spec.json"
_INTERPRETERS: Final = ("ai_edge_litert.interpreter", "tflite_runtime.interpreter", "tensorflow.lite")
_PREFIX: Final = "action_"
_NO_FEATURES: Final = frozenset({"step_type", "reward", "discount"})


class TflitePolicy:
    """UsageError for a folder that is none, MissingExtra without an interpreter.

    After `begin`, `extras` are the outputs beside the decision and `extra_values` their bytes, one entry an answer.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._outputs = _read_outputs(folder)
        self._interpreter = _open(folder / MODEL)
        self.extras = tuple(tensor for _, tensor in self._outputs[1:])
        self.extra_values: list[bytes] = []

    def begin(self, header: Header) -> Answer:
        """UsageError for a model that asks for a feature that this compiler does not send."""
        interpreter = self._interpreter
        feeds = [feed for one in interpreter.get_input_details() if (feed := self._feed(one, header.layout))]
        numbers = {_plain(one["name"]): one["index"] for one in interpreter.get_output_details()}
        try:
            decided, *others = [numbers[name] for name, _ in self._outputs]
        except KeyError as error:
            raise UsageError(
                f"{self.folder / MODEL} has no output {error}, which {OUTPUTS} names", hint="export both anew"
            ) from error
        get, types = interpreter.get_tensor, [tensor.dtype for tensor in self.extras]

        def answer(observation: bytes) -> float:
            for index, feed in feeds:
                interpreter.set_tensor(index, feed(observation))
            interpreter.invoke()
            values = (get(index).astype(kind).tobytes() for index, kind in zip(others, types, strict=True))
            self.extra_values.append(b"".join(values))
            decision: float = np.ravel(get(decided))[0].item()
            return decision

        return answer

    def _feed(self, asked: dict[str, Any], layout: Layout) -> tuple[int, Callable[[bytes], npt.NDArray[Any]]] | None:
        """An input's number and what makes it of an observation; None for one that stays 0."""
        name = _plain(asked["name"]).removeprefix(_PREFIX).partition(":")[0]
        if name in _NO_FEATURES:
            self._interpreter.set_tensor(asked["index"], np.zeros(asked["shape"], asked["dtype"]))
            return None
        found = next((one for one in layout.tensors if one.name == name), None)
        if found is None:
            raise UsageError(
                f"{self.folder / MODEL} asks for {name!r}, which this compiler does not send",
                hint=f"it sends {', '.join(layout.names)}",
            )
        count, offset = found.size_bytes // found.dtype.itemsize, layout.offset(name)
        shape, dtype = tuple(asked["shape"]), asked["dtype"]
        return (
            asked["index"],
            lambda observation: (
                np.frombuffer(observation, found.dtype, count, offset).astype(dtype, copy=False).reshape(shape)
            ),
        )


def _plain(name: str) -> str:
    """Without what signatures put before it: "serving_default_action_threshold:0"."""
    return name.removeprefix("serving_default_")


def _read_outputs(folder: Path) -> list[tuple[str, Tensor]]:
    """The model's name of each output, and the tensor that a log calls it by."""
    path = folder / OUTPUTS
    try:
        entries = json.loads(path.read_bytes())
        return [
            (f"{spec['name']}:{int(spec['port'])}", Tensor.of({**spec, "name": entry["logging_name"]}))
            for entry in entries
            for spec in (entry["tensor_spec"],)
        ]
    except FileNotFoundError as error:
        raise UsageError(
            f"{path}: no such file", hint=f"name a folder of MLGO's, with {MODEL} and {OUTPUTS}"
        ) from error
    except (ValueError, KeyError, TypeError, FormatError) as error:
        raise UsageError(f"{path}: cannot be read ({error})", hint="export the policy anew with MLGO") from error


def _open(path: Path) -> Any:
    if not path.is_file():
        raise UsageError(f"{path}: no such file", hint=f"name a folder of MLGO's, with {MODEL} and {OUTPUTS}")
    for name in _INTERPRETERS:
        try:
            interpreter: Any = importlib.import_module(name).Interpreter(model_path=str(path), num_threads=1)
        except ModuleNotFoundError:
            continue
        except ValueError as error:
            raise UsageError(f"{path}: no model that TFLite reads: {error}", hint="export the policy anew") from error
        interpreter.allocate_tensors()
        return interpreter
    raise MissingExtra(
        f"{path} needs an interpreter of TFLite, none of {', '.join(_INTERPRETERS)} is installed",
        hint=install_command("mlgo"),
    )
