"""The outer form of an ONNX file, and what a model says of itself.

It is looked at before any compiler starts, in which a file that is none would leave each function to greedy. ONNX
Runtime tells more, but takes a second to import and reads the whole file.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from rl4real_data.core.errors import UsageError

_GRAPH: Final = (7, 2)
"""ModelProto's field `graph`: its number, and the wire type of what has a length."""
_METADATA: Final = (14, 2)
"""ModelProto's field `metadata_props`, each a message of these two."""
_OPSET: Final = (8, 2)
"""ModelProto's field `opset_import`: a domain, and the release of its operators."""
_DOMAIN: Final = (1, 2)
_RELEASE: Final = (2, 0)
_NODE: Final = (1, 2)
"""GraphProto's field `node`, and the operator and the domain in NodeProto."""
_NODE_OPERATOR: Final = (4, 2)
_NODE_DOMAIN: Final = (7, 2)
_STANDARD: Final = ("", "ai.onnx")
_KEY: Final = (1, 2)
_VALUE: Final = (2, 2)
_SIZES: Final = {1: 8, 5: 4}
_LENGTHY: Final = 2
"""The wire type of what has a length."""
_MOST_BYTES: Final = 10
"""Of a number: seven bits a byte, 64 bits."""


class _NoModel(Exception):
    """Its text is the reason."""


def check_model(path: Path) -> None:
    """UsageError for a file that is no whole message with a graph. What the graph holds is not looked at."""
    model_metadata(path)


def model_metadata(path: Path) -> dict[str, str]:
    """What the model says of itself. UsageError as of `check_model`."""
    with _opened(path) as file:
        fields = list(_fields(file))
        if _GRAPH not in {field.form for field in fields}:
            raise _NoModel("it has no graph")
        return dict(_entry(_content(file, field)) for field in fields if field.form == _METADATA)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """UsageError for a file that cannot be read, or whose reading raises _NoModel."""
    try:
        with path.open("rb") as file:
            yield file
    except (OSError, _NoModel) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(
            f"{path}: no ONNX model: {reason}", hint="export it anew, or fetch it anew (git lfs pull)"
        ) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelOperators:
    """`names`: of the standard's operators alone, of others with their domain. `release`: of the standard."""

    names: frozenset[str]
    release: int


def model_operators(path: Path) -> ModelOperators:
    """What the nodes of the graph ask for. UsageError as of `check_model`."""
    names: set[str] = set()
    release = 0
    with _opened(path) as file:
        for field in list(_fields(file)):
            if field.form == _OPSET:
                message = _content(file, field)
                domain = _texts(message).get(_DOMAIN, "")
                if domain in _STANDARD:
                    release = next((one.size for one in _fields_of(message) if one.form == _RELEASE), 0)
            elif field.form == _GRAPH:
                graph = _content(file, field)
                nodes = (graph[one.start : one.start + one.size] for one in _fields_of(graph) if one.form == _NODE)
                names.update(map(_operator, nodes))
    return ModelOperators(names=frozenset(names), release=release)


def _operator(node: bytes) -> str:
    texts = _texts(node)
    domain, name = texts.get(_NODE_DOMAIN, ""), texts.get(_NODE_OPERATOR, "")
    return name if domain in _STANDARD else f"{domain}.{name}"


def _entry(message: bytes) -> tuple[str, str]:
    """Key and value of one of the metadata."""
    texts = _texts(message)
    return texts.get(_KEY, ""), texts.get(_VALUE, "")


def _fields_of(message: bytes) -> list[_Field]:
    """Of a message within another one, which may be empty."""
    return list(_fields(io.BytesIO(message))) if message else []


def _texts(message: bytes) -> dict[tuple[int, int], str]:
    """What has a length, as text; of several of one number the last."""
    return {
        field.form: message[field.start : field.start + field.size].decode("utf-8", "replace")
        for field in _fields_of(message)
        if field.form[1] == _LENGTHY
    }


@dataclass(frozen=True, slots=True)
class _Field:
    """`form`: number and wire type. `start`, `size`: where its content lies; of a number `size` is the number."""

    form: tuple[int, int]
    start: int
    size: int


def _content(file: BinaryIO, field: _Field) -> bytes:
    file.seek(field.start)
    return file.read(field.size)


def _fields(file: BinaryIO) -> Iterator[_Field]:
    """Each field of the outermost message."""
    end = file.seek(0, os.SEEK_END)
    file.seek(0)
    if not end:
        raise _NoModel("it is empty")
    while file.tell() < end:
        number, kind = divmod(_number(file), 8)
        if number == 0 or kind not in (0, 1, 2, 5):
            raise _NoModel("it is no whole message of ONNX")
        size = _number(file) if kind in (0, 2) else _SIZES[kind]
        start = file.tell()
        if kind != 0:
            if size > end - start:
                raise _NoModel("it is no whole message of ONNX")
            file.seek(size, os.SEEK_CUR)
        yield _Field((number, kind), start, size)


def _number(file: BinaryIO) -> int:
    """A number as Protocol Buffers write it, of seven bits a byte, the lowest first."""
    value = 0
    for place in range(_MOST_BYTES):
        byte = file.read(1)
        if not byte:
            raise _NoModel("it is no whole message of ONNX")
        value |= (byte[0] & 0x7F) << 7 * place
        if byte[0] < 0x80:
            return value
    raise _NoModel("it is no whole message of ONNX")
