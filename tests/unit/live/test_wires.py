"""Payloads of the pipes, by hand."""

from __future__ import annotations

import json
import struct
from array import array

import pytest

from rl4real_data.live.wires import Wire, WireError, read_message, write_advice

SPECS = [
    {"name": "regID", "type": "int32_t", "port": 6020, "shape": [1]},
    {"name": "cls", "type": "uint8_t", "port": 6020, "shape": [4]},
    {"name": "weights", "type": "float", "port": 6020, "shape": [2, 1]},
    {"name": "distances", "type": "int64_t", "port": 6020, "shape": [0]},
    {"name": "new", "type": "uint8_t", "port": 6020, "shape": [1]},
]
VALUES = struct.pack("<i4s2f?", -7, b"GR32", 0.5, float("inf"), True)


def described(specs: object, values: bytes = VALUES) -> bytes:
    return json.dumps({"features": specs}).encode() + b"\n" + values + b"\n"


def test_json() -> None:
    payload = b'{"regID_7": 7, "cls_7": "GR32", "weights_7": [0.5, Infinity], "new": 1, "new": 0}'

    assert read_message(Wire.JSON, payload) == [
        *(("regID_7", 7), ("cls_7", "GR32"), ("weights_7", [0.5, float("inf")])),
        *(("new", 1), ("new", 0)),
    ]


def test_bytes() -> None:
    assert read_message(Wire.BYTES, described(SPECS)) == [
        ("regID", array("i", [-7])),
        ("cls", "GR32"),
        ("weights", array("f", [0.5, float("inf")])),
        ("distances", array("q")),
        ("new", array("B", [1])),
    ]


def test_a_newline_among_the_values_ends_nothing() -> None:
    specs = [{"name": "n", "type": "int8_t", "port": 0, "shape": [3]}]

    assert read_message(Wire.BYTES, described(specs, b"\n\n\n")) == [("n", array("b", [10, 10, 10]))]


@pytest.mark.parametrize(
    ("wire", "payload"),
    [
        (Wire.JSON, b""),
        (Wire.JSON, b"[1]"),
        (Wire.JSON, b"[]"),
        (Wire.JSON, b"1"),
        (Wire.JSON, b'{"a": 1'),
        (Wire.JSON, b"\xff"),
        (Wire.JSON, b"[" * 100_000),
        (Wire.BYTES, b""),
        (Wire.BYTES, b"{}\n\n"),
        (Wire.BYTES, described(SPECS, VALUES[:-1])),
        (Wire.BYTES, described(SPECS, VALUES + b"\0")),
        (Wire.BYTES, described([{**SPECS[0], "type": "half"}])),
        (Wire.BYTES, described([{**SPECS[0], "shape": [-1]}])),
        (Wire.BYTES, described([{**SPECS[0], "shape": [1 << 62]}])),
        (Wire.BYTES, described([{**SPECS[0], "shape": 1}])),
        (Wire.BYTES, described([{"name": "a"}])),
        (Wire.BYTES, described(7)),
    ],
)
def test_what_is_no_message(wire: Wire, payload: bytes) -> None:
    with pytest.raises(WireError, match=f"no message in {wire.value}"):
        read_message(wire, payload)


@pytest.mark.parametrize(
    ("advice", "written"),
    [
        ([1, -7, 3], struct.pack("<3i", 1, -7, 3)),
        ([0.5, 2], struct.pack("<2f", 0.5, 2.0)),
        ([], b""),
    ],
)
def test_advice_in_bytes(advice: list[int] | list[float], written: bytes) -> None:
    assert write_advice(Wire.BYTES, advice) == written


def test_advice_in_json() -> None:
    assert write_advice(Wire.JSON, [1, -7]) == b'{"out": [1, -7]}'
