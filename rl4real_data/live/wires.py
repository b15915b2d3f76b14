"""Payloads of the pipes, in JSON or as raw tensors behind a line that describes them."""

from __future__ import annotations

__all__ = ["Wire", "WireError", "read_message", "write_advice"]

import json
import math
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final

import numpy as np

from rl4real_data.live.messages import Message, Value


class Wire(StrEnum):
    """The form of a pipe's payloads, by the word of `-mlra-data-format`."""

    JSON = "json"
    BYTES = "bytes"


class WireError(Exception):
    """A payload that is no message."""


_TYPES: Final = {
    "float": "<f4",
    "double": "<f8",
    **{f"{sign}int{8 * size}_t": f"<{sign or 'i'}{size}" for sign in ("", "u") for size in (1, 2, 4, 8)},
}
"""numpy's names of the types that LLVM's tensor descriptions know."""


def read_message(wire: Wire, payload: bytes) -> Message:
    """The pairs of name and value in the order of the payload. WireError if it is no message."""
    try:
        return _read_json(payload) if wire is Wire.JSON else _read_bytes(payload)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise WireError(f"no message in {wire.value}: {error}") from error


def write_advice(wire: Wire, advice: Sequence[int] | Sequence[float]) -> bytes:
    """As MLCompilerBridge's runners read it: `{"out": [...]}`, or 32-bit integers or floats one after the other."""
    if wire is Wire.JSON:
        return json.dumps({"out": list(advice)}).encode()
    real = any(isinstance(number, float) for number in advice)
    return np.asarray(advice, dtype="<f4" if real else "<i4").tobytes()


def _read_json(payload: bytes) -> Message:
    pairs = json.loads(payload, object_pairs_hook=list)
    if not isinstance(pairs, list) or not all(isinstance(pair, tuple) for pair in pairs):
        raise ValueError("it is no object")
    return pairs


def _read_bytes(payload: bytes) -> Message:
    line, _, _ = payload.partition(b"\n")
    at = len(line) + 1
    message = []
    for described in json.loads(line)["features"]:
        dtype = np.dtype(_TYPES[described["type"]])
        count = math.prod(map(int, described["shape"]))
        message.append((str(described["name"]), _value(np.frombuffer(payload, dtype, count, at))))
        at += count * dtype.itemsize
    if payload[at:] != b"\n":
        raise ValueError(f"{len(payload)} bytes where {at + 1} are described")
    return message


def _value(numbers: np.ndarray[Any, np.dtype[Any]]) -> Value:
    """Bytes are text, but for a single one that is a flag."""
    if numbers.dtype == np.uint8 and not (len(numbers) == 1 and numbers[0] < 2):
        return numbers.tobytes().decode("utf-8", errors="replace")
    values: list[Any] = numbers.tolist()
    return values
