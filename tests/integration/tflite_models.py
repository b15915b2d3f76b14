"""Small models of TFLite, written field by field as its schema numbers them, in folders of MLGO's."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np

FLOAT, INT32, INT64 = 0, 2, 4
CAST, ARG_MAX, NEG = 53, 56, 59
ARG_MAX_OPTIONS = 40
LLVM_TYPES = {FLOAT: "float", INT64: "int64_t"}


@dataclass(frozen=True)
class Tensor:
    name: str
    kind: int
    shape: tuple[int, ...]
    data: bytes = b""


@dataclass(frozen=True)
class Operator:
    code: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


def write_priority_model(folder: Path) -> Path:
    """The priority is `li_size`; a second output is `stage`."""
    tensors = [
        Tensor("action_li_size", INT64, (1,)),
        Tensor("action_stage", INT64, (1,)),
        Tensor("Call:0", FLOAT, (1,)),
        Tensor("Call:1", FLOAT, (1,)),
    ]
    operators = [Operator(CAST, (0,), (2,)), Operator(CAST, (1,), (3,))]
    return _write(folder, _model(tensors, operators, (0, 1), (2, 3)), [("priority", tensors[2]), ("loc", tensors[3])])


def write_negative_model(folder: Path) -> Path:
    """The priority is `li_size`, but below 0."""
    tensors = [Tensor("action_li_size", INT64, (1,)), Tensor("size", FLOAT, (1,)), Tensor("Call:0", FLOAT, (1,))]
    operators = [Operator(CAST, (0,), (1,)), Operator(NEG, (1,), (2,))]
    return _write(folder, _model(tensors, operators, (0,), (2,)), [("priority", tensors[2])])


def write_eviction_model(folder: Path) -> Path:
    """The first column whose mask is 1; a second output are all masks as floats."""
    tensors = [
        Tensor("action_mask", INT64, (1, 33)),
        Tensor("axis", INT32, (1,), np.array([1], np.int32).tobytes()),
        Tensor("Call:1", FLOAT, (1, 33)),
        Tensor("Call:0", INT64, (1,)),
    ]
    operators = [Operator(CAST, (0,), (2,)), Operator(ARG_MAX, (2, 1), (3,))]
    outputs = [("index_to_evict", tensors[3]), ("logits", tensors[2])]
    return _write(folder, _model(tensors, operators, (0,), (3, 2)), outputs)


def _write(folder: Path, model: bytes, outputs: Sequence[tuple[str, Tensor]]) -> Path:
    folder.mkdir()
    (folder / "model.tflite").write_bytes(model)
    spec = []
    for logged, tensor in outputs:
        name, _, port = tensor.name.partition(":")
        described = {"name": name, "port": int(port), "type": LLVM_TYPES[tensor.kind], "shape": list(tensor.shape)}
        spec.append({"logging_name": logged, "tensor_spec": described})
    (folder / "output_spec.json").write_text(json.dumps(spec))
    return folder


def _model(
    tensors: Sequence[Tensor], operators: Sequence[Operator], inputs: Sequence[int], outputs: Sequence[int]
) -> bytes:
    builder: Any = flatbuffers.Builder(1024)
    codes = [_code(builder, each.code) for each in operators]
    made = [_tensor(builder, each, number + 1) for number, each in enumerate(tensors)]
    done = [_operator(builder, each, number) for number, each in enumerate(operators)]
    lists = [_offsets(builder, made), _numbers(builder, inputs), _numbers(builder, outputs), _offsets(builder, done)]
    graph = _table(builder, 5, dict(enumerate(lists)))
    buffers = [_buffer(builder, data) for data in (b"", *(each.data for each in tensors))]
    parts = {1: _offsets(builder, codes), 2: _offsets(builder, [graph]), 4: _offsets(builder, buffers)}
    builder.Finish(_table(builder, 8, parts, {0: ("Uint32", 3)}), file_identifier=b"TFL3")
    return bytes(builder.Output())


def _table(builder: Any, fields: int, parts: dict[int, int], plain: dict[int, tuple[str, int]] | None = None) -> int:
    builder.StartObject(fields)
    for slot, part in parts.items():
        builder.PrependUOffsetTRelativeSlot(slot, part, 0)
    for slot, (kind, value) in (plain or {}).items():
        getattr(builder, f"Prepend{kind}Slot")(slot, value, 0)
    return int(builder.EndObject())


def _code(builder: Any, code: int) -> int:
    return _table(builder, 4, {}, {0: ("Int8", code), 2: ("Int32", 1), 3: ("Int32", code)})


def _tensor(builder: Any, tensor: Tensor, buffer: int) -> int:
    parts = {0: _numbers(builder, tensor.shape), 3: builder.CreateString(tensor.name)}
    return _table(builder, 8, parts, {1: ("Int8", tensor.kind), 2: ("Uint32", buffer)})


def _operator(builder: Any, operator: Operator, code: int) -> int:
    parts = {1: _numbers(builder, operator.inputs), 2: _numbers(builder, operator.outputs)}
    plain = {0: ("Uint32", code)}
    if operator.code == ARG_MAX:
        parts[4] = _table(builder, 1, {}, {0: ("Int8", INT64)})
        plain[3] = ("Uint8", ARG_MAX_OPTIONS)
    return _table(builder, 9, parts, plain)


def _buffer(builder: Any, data: bytes) -> int:
    if not data:
        return _table(builder, 1, {})
    builder.StartVector(1, len(data), 16)
    for byte in reversed(data):
        builder.PrependByte(byte)
    return _table(builder, 1, {0: builder.EndVector()})


def _numbers(builder: Any, numbers: Sequence[int]) -> int:
    builder.StartVector(4, len(numbers), 4)
    for number in reversed(numbers):
        builder.PrependInt32(number)
    return int(builder.EndVector())


def _offsets(builder: Any, offsets: Sequence[int]) -> int:
    builder.StartVector(4, len(offsets), 4)
    for offset in reversed(offsets):
        builder.PrependUOffsetTRelative(offset)
    return int(builder.EndVector())
