"""LLVM's interactive channel, byte by byte."""

from __future__ import annotations

import io
import json
import struct
from array import array

import pytest

from rl4real_data.live.interactive_channel import answer_channel
from rl4real_data.live.messages import Message
from rl4real_data.live.wires import WireError

HEADER = {
    "features": [
        {"name": "mask", "type": "int64_t", "port": 0, "shape": [1, 2]},
        {"name": "weight", "type": "float", "port": 0, "shape": [1]},
    ],
    "advice": {"name": "index", "type": "int64_t", "port": 0, "shape": [1]},
}


def line(value: object) -> bytes:
    return json.dumps(value).encode() + b"\n"


def observation(number: int, *values: float) -> bytes:
    return line({"observation": number}) + struct.pack("<2qf", *values) + b"\n"


def test_contexts_and_observations() -> None:
    """A tensor may hold the byte of a newline."""
    said = line(HEADER) + line({"context": "f"}) + observation(0, 10, 1, 0.5) + observation(1, 0, 10, 1.5)
    said += line({"context": "g"}) + observation(0, 2, 3, 2.5)
    told: list[Message] = []
    to = io.BytesIO()
    answer_channel(to, io.BytesIO(said), lambda message: (told.append(message), len(told))[1])

    assert told == [
        [("context", "f"), ("mask", array("q", [10, 1])), ("weight", array("f", [0.5]))],
        [("context", "f"), ("mask", array("q", [0, 10])), ("weight", array("f", [1.5]))],
        [("context", "g"), ("mask", array("q", [2, 3])), ("weight", array("f", [2.5]))],
    ]
    assert to.getvalue() == struct.pack("<3q", 1, 2, 3)


def test_a_compiler_that_asks_nothing() -> None:
    answer_channel(io.BytesIO(), io.BytesIO(b""), lambda _: 1)
    answer_channel(io.BytesIO(), io.BytesIO(line(HEADER)), lambda _: 1)


def test_errors_of_the_policy_are_its_own() -> None:
    def fail(_: Message) -> int:
        raise ValueError("a bug")

    said = line(HEADER) + line({"context": "f"}) + observation(0, 10, 1, 0.5)
    with pytest.raises(ValueError, match="a bug"):
        answer_channel(io.BytesIO(), io.BytesIO(said), fail)


@pytest.mark.parametrize(
    "said",
    [
        b"no JSON\n",
        line({"features": []}),
        line([1]),
        line({**HEADER, "advice": {"name": "a", "type": "half", "shape": [1]}}),
        line(HEADER) + line({"observation": 0}) + b"1234567",
        line(HEADER) + b"\xff\n",
    ],
)
def test_what_is_none_of_the_channel(said: bytes) -> None:
    with pytest.raises(WireError, match="no message of the interactive channel"):
        answer_channel(io.BytesIO(), io.BytesIO(said), lambda _: 1)
