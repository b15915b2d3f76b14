"""The outer form of an ONNX file.

It is looked at before any compiler starts, in which a file that is none would leave each function to greedy. ONNX
Runtime tells more, but takes a second to import and reads the whole file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from rl4real_data.core.errors import UsageError

_GRAPH: Final = (7, 2)
"""ModelProto's field `graph`: its number, and the wire type of what has a length."""
_SIZES: Final = {1: 8, 5: 4}
_MOST_BYTES: Final = 10
"""Of a number: seven bits a byte, 64 bits."""


class _NoModel(Exception):
    """Its text is the reason."""


def check_model(path: Path) -> None:
    """UsageError for a file that is no whole message with a graph. What the graph holds is not looked at."""
    try:
        with path.open("rb") as file:
            if _GRAPH not in set(_fields(file)):
                raise _NoModel("it has no graph")
    except (OSError, _NoModel) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(
            f"{path}: no ONNX model: {reason}", hint="export it anew, or fetch it anew (git lfs pull)"
        ) from error


def _fields(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """Number and wire type of each field of the outermost message."""
    end = os.fstat(file.fileno()).st_size
    if not end:
        raise _NoModel("it is empty")
    while file.tell() < end:
        number, kind = divmod(_number(file), 8)
        if number == 0 or kind not in (0, 1, 2, 5):
            raise _NoModel("it is no whole message of ONNX")
        size = _number(file) if kind in (0, 2) else _SIZES[kind]
        if kind != 0:
            if size > end - file.tell():
                raise _NoModel("it is no whole message of ONNX")
            file.seek(size, os.SEEK_CUR)
        yield number, kind


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
