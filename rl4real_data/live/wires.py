"""Payloads of the pipes, in JSON or as raw tensors behind a line that describes them."""

from __future__ import annotations

__all__ = ["Wire"]

import functools
import json
import math
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Literal, TypeAlias

from rl4real_data.live.messages import Message, Value


class Wire(StrEnum):
    """The form of a pipe's payloads, by the word of `-mlra-data-format`."""

    JSON = "json"
    BYTES = "bytes"


_TypeCode: TypeAlias = Literal["f", "d", "b", "B", "h", "H", "i", "I", "q", "Q"]


_MOST_KEPT: Final = 4096
"""Longer lines are not kept: whoever sends them may send many."""


class WireError(Exception):
    """A payload that is no message."""


_TYPES: Final[Mapping[str, _TypeCode]] = {
    **{"float": "f", "double": "d", "int8_t": "b", "uint8_t": "B", "int16_t": "h", "uint16_t": "H"},
    **{"int32_t": "i", "uint32_t": "I", "int64_t": "q", "uint64_t": "Q"},
}
"""Python's letters of the types that LLVM's tensor descriptions know."""


def read_message(wire: Wire, payload: bytes) -> Message:
    """The pairs of name and value in the order of the payload. WireError if it is no message."""
    try:
        return _read_json(payload) if wire is Wire.JSON else _read_bytes(payload)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise WireError(f"no message in {wire.value}: {error}") from error


def write_advice(wire: Wire, advice: Sequence[int] | Sequence[float]) -> bytes:
    """As MLCompilerBridge's runners read it: `{"out": [...]}`, or 32-bit integers or floats one after the other."""
    if wire is Wire.JSON:
        return json.dumps({"out": list(advice)}).encode()
    real = any(isinstance(number, float) for number in advice)
    return array("f" if real else "i", advice).tobytes()


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """A tensor as LLVM describes it; `size` is in bytes."""

    name: str
    type_code: _TypeCode
    size: int

    @classmethod
    def of(cls, described: Mapping[str, Any]) -> TensorSpec:
        """ValueError, KeyError or TypeError for what describes none."""
        type_code = _TYPES[described["type"]]
        count = math.prod(map(int, described["shape"]))
        return cls(str(described["name"]), type_code, count * array(type_code).itemsize)

    def read(self, data: bytes | memoryview) -> array[Any]:
        """ValueError if the data are no elements."""
        numbers: array[Any] = array(self.type_code)
        numbers.frombytes(data)
        return numbers


class _Pairs(list[tuple[str, Value]]):
    """An object, in which a name may stand twice."""


def _read_json(payload: bytes) -> Message:
    pairs = json.loads(payload, object_pairs_hook=_Pairs)
    if not isinstance(pairs, _Pairs):
        raise ValueError("it is no object")
    return pairs


def _read_bytes(payload: bytes) -> Message:
    line = payload[: payload.index(b"\n")]
    at = len(line) + 1
    data = memoryview(payload)
    message: Message = []
    for spec in _described(line) if at < _MOST_KEPT else _read_line(line):
        message.append((spec.name, _value(spec.read(data[at : at + spec.size]))))
        at += spec.size
    if payload[at:] != b"\n":
        raise ValueError(f"{len(payload)} bytes where {at + 1} are described")
    return message


def _read_line(line: bytes) -> tuple[TensorSpec, ...]:
    """The tensors behind it."""
    return tuple(map(TensorSpec.of, json.loads(line)["features"]))


_described = functools.lru_cache(maxsize=64)(_read_line)
"""A compiler says the same line again and again; kept, an answer costs the server a third less time."""


def _value(numbers: array[Any]) -> Value:
    """Bytes are text, but for a single one that is a flag."""
    if numbers.typecode == "B" and not (len(numbers) == 1 and numbers[0] < 2):
        return numbers.tobytes().decode("utf-8", errors="replace")
    return numbers
