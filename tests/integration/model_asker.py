"""A program that asks ONNX models through the runners' library, and how it is built and asked."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

_TYPES: Final = {"float": "<f4", "double": "<f8", "int64_t": "<i8", "int32_t": "<i4", "uint8_t": "<u1"}
_NAMES: Final = {np.dtype(code): name for name, code in _TYPES.items()} | {np.dtype(bool): "uint8_t"}
MOST_SECONDS: Final = 300

Array = npt.NDArray[Any]
Answer = dict[str, Array] | str
"""The outputs by name, or what went wrong."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a model is asked. Two of one model in a row ask it without opening it again."""

    model: Path
    inputs: Mapping[str, Array]

    def message(self) -> bytes:
        """As the program reads it."""
        parts = [f"{self.model}\n{len(self.inputs)}\n".encode()]
        for name, array in self.inputs.items():
            shape = " ".join(map(str, (array.ndim, *array.shape)))
            parts.append(f"{name} {_NAMES[array.dtype]} {shape}\n".encode() + array.tobytes())
        return b"".join(parts)


@dataclass(frozen=True, slots=True)
class ModelAsker:
    """`library`: ONNX Runtime's, or a path where there is none."""

    program: Path
    library: Path

    def ask(
        self,
        questions: Sequence[Question],
        *,
        engine: Literal["auto", "own", "runtime"] = "own",
        limit_ms: int = 60_000,
    ) -> list[Answer]:
        """An answer to each question, all of one process."""
        done = subprocess.run(
            (self.program, engine, str(limit_ms)),
            input=b"".join(question.message() for question in questions),
            capture_output=True,
            timeout=MOST_SECONDS,
            env={"MLRUN_ONNXRUNTIME": str(self.library)},
        )
        assert done.returncode == 0, (done.returncode, done.stderr[-2000:])
        stream = io.BytesIO(done.stdout)
        return [_read_answer(stream) for _ in questions]


def _read_answer(stream: io.BytesIO) -> Answer:
    head = stream.readline().decode("utf-8", "replace").rstrip("\n")
    if head.startswith("wrong "):
        return head.removeprefix("wrong ")
    found: dict[str, Array] = {}
    for _ in range(int(head)):
        name, kind, _, *lengths = stream.readline().decode("utf-8", "replace").split()
        dtype, shape = np.dtype(_TYPES[kind]), tuple(map(int, lengths))
        size = dtype.itemsize * int(np.prod(shape, dtype=np.int64))
        found[name] = np.frombuffer(stream.read(size), dtype).reshape(shape)
    return found


def asker_in(folder: Path, library: Path) -> ModelAsker:
    return ModelAsker(folder / "model_asker" / "model_asker", library)
