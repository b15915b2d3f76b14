"""The dump of the plugin's `-mlra-dump-columns`.

Its buffers become Arrow arrays as they are.

The layout is described in the plugin's ColumnWriter.h. The file's end says what it holds, so a file that was cut off is
recognised; every extent and every offset is checked, since nothing else stands between a broken file and Arrow.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

MAGIC: Final = b"MLRACOL1"
_TYPES: Final = {
    "h": pa.int16(),
    "i": pa.int32(),
    "f": pa.float32(),
    "d": pa.float64(),
    "b": pa.uint8(),
    "s": pa.string(),
}


class BadRecord(ValueError):
    """A dump that the plugin did not write like this, or did not finish."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """All records of a dump: `arrays` by member name, each with one value a record; `version` of the records."""

    version: int
    functions: int
    arrays: Mapping[str, pa.Array]


def read_columns(path: Path) -> Columns:
    """Maps the file. BadRecord if it is none, was cut off, or describes what it does not hold."""
    if not path.is_file():
        raise BadRecord("there is none")
    if path.stat().st_size == 0:
        raise BadRecord("it is empty")
    with pa.memory_map(str(path)) as source:
        return parse_columns(source.read_buffer())


def parse_columns(whole: pa.Buffer) -> Columns:
    """The same of a dump that is in memory."""
    description = _description(whole)
    try:
        functions = int(description["functions"])
        arrays = {raw["name"]: _array(raw, whole, functions) for raw in description["columns"]}
        if arrays:
            pa.record_batch(arrays).validate(full=True)
        return Columns(version=int(description["v"]), functions=functions, arrays=arrays)
    except (KeyError, TypeError, ValueError, pa.ArrowException) as error:
        raise BadRecord(f"its columns are not what its end says: {error}") from error


def _description(whole: pa.Buffer) -> dict[str, Any]:
    tail = len(MAGIC) + 4
    if whole.size < len(MAGIC) + tail or whole[: len(MAGIC)].to_pybytes() != MAGIC:
        raise BadRecord("it does not begin like a dump of columns")
    if whole[whole.size - len(MAGIC) :].to_pybytes() != MAGIC:
        raise BadRecord("its end is missing: it was cut off")
    (length,) = struct.unpack("<I", whole[whole.size - tail : whole.size - len(MAGIC)].to_pybytes())
    begin = whole.size - tail - length
    if begin < len(MAGIC):
        raise BadRecord("its end is longer than itself")
    try:
        description = json.loads(whole[begin : whole.size - tail].to_pybytes())
    except ValueError as error:
        raise BadRecord(f"its end cannot be read: {error}") from error
    if not isinstance(description, dict):
        raise BadRecord("its end describes nothing")
    return description


def _array(raw: Mapping[str, Any], whole: pa.Buffer, records: int) -> pa.Array:
    """A column of `records` values, lists or lists of lists; one without any value is of null type."""
    extents = iter(raw["buffers"])

    def buffer(at_least: int) -> pa.Buffer:
        offset, size = next(extents, (0, -1))
        if offset < 0 or size < at_least or offset + size > whole.size:
            raise ValueError(f"column {raw['name']} has a buffer of {size} bytes at {offset}")
        return whole.slice(offset, size)

    lengths = [records]
    offsets = []
    for _ in range(raw["lists"]):
        offsets.append(buffer(4 * (lengths[-1] + 1)))
        lengths.append(_last(offsets[-1], lengths[-1]))
    if lengths[-1] != raw["values"]:
        raise ValueError(f"column {raw['name']} has {raw['values']} values, its lists {lengths[-1]}")
    array = _values(raw["type"], lengths[-1], buffer)
    for length, ends in zip(reversed(lengths[:-1]), reversed(offsets), strict=True):
        array = pa.Array.from_buffers(pa.list_(array.type), length, [None, ends], children=[array])
    return array


def _last(offsets: pa.Buffer, count: int) -> int:
    (last,) = struct.unpack_from("<i", offsets, 4 * count)
    return int(last)


def _values(letter: str, count: int, buffer: Any) -> pa.Array:
    if not letter:
        return pa.nulls(count)
    kind = _TYPES[letter]
    if letter == "s":
        return pa.StringArray.from_buffers(count, buffer(4 * (count + 1)), buffer(0))
    return pa.Array.from_buffers(kind, count, [None, buffer(count * kind.bit_width // 8)])
