"""Models behind a pair of pipes that are wrong, slow or gone: one kind a function, and what each does to a compiler."""

from __future__ import annotations

import contextlib
import json
from typing import Final

import numpy as np

from .pipe_pair import Side, Speak


def message(side: Side) -> bytes:
    return side.source.read(int.from_bytes(side.source.read(8), "little"))


def framed(payload: bytes) -> bytes:
    return len(payload).to_bytes(8, "little") + payload


def replies(*payloads: bytes) -> Speak:
    """Answers its first messages so, and then nothing."""

    def speak(side: Side) -> None:
        for payload in payloads:
            if not message(side):
                return
            side.to.write(payload)
        side.source.read()

    return speak


def says(value: object) -> Speak:
    return replies(framed(json.dumps({"out": value}).encode()))


def forever(value: object) -> Speak:
    """Gives the same answer to every message."""

    def speak(side: Side) -> None:
        while message(side):
            side.to.write(framed(json.dumps({"out": value}).encode()))

    return speak


def closes_at_once(side: Side) -> None:
    pass


def closes_after_the_question(side: Side) -> None:
    message(side)


def never_answers(side: Side) -> None:
    side.source.read()


def never_reads(side: Side) -> None:
    side.over.wait()


def drips(side: Side) -> None:
    message(side)
    with contextlib.suppress(BrokenPipeError):
        for byte in framed(json.dumps({"out": [-1] * 5000}).encode()):
            if side.over.wait(0.01):
                return
            side.to.write(bytes([byte]))


def half_a_frame(side: Side) -> None:
    message(side)
    side.to.write(framed(b'{"out": [-1]}')[:12])


def half_a_length(side: Side) -> None:
    message(side)
    side.to.write(b"\x05\x00\x00")


def split_then(last: bytes) -> Speak:
    """Splits the first node that can be, and goes wrong then, with the code half changed."""

    def speak(side: Side) -> None:
        told = json.loads(message(side) or b"{}")
        due = [
            (key.rpartition("_")[2], points) for key, points in told.items() if key.startswith("splitSlots") and points
        ]
        action = [0, int(due[0][0]), due[0][1][0]] if due else [-1]
        side.to.write(framed(json.dumps({"out": action}).encode()))
        if due and message(side):
            side.to.write(last)

    return speak


JSON_SERVERS: Final[dict[str, Speak]] = {
    "closes at once": closes_at_once,
    "closes after the question": closes_after_the_question,
    "never answers": never_answers,
    "never reads": never_reads,
    "drips": drips,
    "half a frame": half_a_frame,
    "half a length": half_a_length,
    "huge length": replies(b"\xff" * 8),
    "negative length": replies((-5).to_bytes(8, "little", signed=True)),
    "length zero": replies(framed(b"")),
    "no JSON": replies(framed(b"hello")),
    "binary rubbish": replies(framed(bytes(range(256)))),
    "half a JSON": replies(framed(b'{"out": [1, 2')),
    "another key": replies(framed(b'{"in": [-1]}')),
    "an array": replies(framed(b"[-1]")),
    "deep nesting": replies(framed(b'{"out": ' + b"[" * 100_000 + b"]" * 100_000 + b"}")),
    "a word": says("spill"),
    "words": says(["spill"]),
    "nothing": says([]),
    "null": says(None),
    "fractions": says([0.5]),
    "not a number": replies(framed(b'{"out": [NaN]}')),
    "beyond 64 bits": replies(framed(b'{"out": [1' + b"0" * 40 + b"]}")),
    "an unknown action": says([7, 1, 2]),
    "a negative action": says([-7]),
    "a node without its colour": says([1, 300]),
    "half a split": says([0, 300]),
    "a split too much": says([0, 300, 1, 4]),
    "refused splits for ever": forever([0, 1, 0]),
    "splits of nobody for ever": forever([0, 2**31 - 1, 5]),
    "gone behind a split": split_then(b""),
    "rubbish behind a split": split_then(framed(b"rubbish")),
    "half an answer behind a split": split_then(framed(b'{"out": [-1]}')[:10]),
}
"""By name. None of them says anything that can be carried out as a whole."""

HARMLESS_SERVERS: Final[dict[str, Speak]] = {
    "an answer twice": replies(framed(b'{"out": [1]}') * 2),
    "more bytes behind the answer": replies(framed(b'{"out": [1]}') + b"more"),
}
"""Nothing is decided, and nobody hears the rest: the next function has a connection of its own."""

ILLEGAL_SERVERS: Final[dict[str, Speak]] = {
    "a node beyond 32 bits": says([1, 2**40, 3]),
    "a node that there is not": says([1, 2**31 - 1, 3]),
    "a negative node": says([1, -5, 3]),
    "a physical register as a node": says([1, 1, 3]),
    "a colour that there is not": says([1, *(word for node in range(100, 1000) for word in (node, 60_000))]),
    "a negative colour": says([1, *(word for node in range(100, 1000) for word in (node, -3))]),
}
"""Each decision is illegal, and none is carried out."""


def bytes_reply(*numbers: float, kind: str = "<i4") -> bytes:
    return framed(np.array(numbers, kind).tobytes())


BYTES_SERVERS: Final[dict[str, Speak]] = {
    "three bytes": replies(framed(b"\x01\x02\x03")),
    "64-bit numbers": replies(bytes_reply(7, 8, kind="<i8")),
    "reals": replies(bytes_reply(1.5, 2.5, kind="<f4")),
    "empty": replies(framed(b"")),
    "JSON in place of bytes": replies(framed(b'{"out": [-1]}')),
}
