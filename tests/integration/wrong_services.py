"""Models behind gRPC that are wrong, slow or gone: one kind an entry, and what each does to a compiler."""

from __future__ import annotations

import gzip
import socket
import struct
import threading
from collections.abc import Callable
from typing import Any, Final

import grpc

from rl4real_data.live.proto_files import INFERENCE, TRAINING, find_method

from .grpc_servers import Handler, Play, hang_up_hard

METHOD: Final = find_method(INFERENCE)
MOST_BYTES: Final = 200 << 20
"""The most that the plugin takes."""


def data(*numbers: int) -> bytes:
    """An answer of the service's own type."""
    return bytes(METHOD.response(data=numbers).SerializeToString())


def says(*numbers: int) -> Handler:
    return lambda *_: data(*numbers)


def raw(answer: bytes) -> Handler:
    return lambda *_: answer


def packed(payload: bytes) -> bytes:
    """A list under the number of the answer's only field."""
    size, length = b"", len(payload)
    while length > 127:
        size, length = size + bytes([length & 127 | 128]), length >> 7
    return b"\x0a" + size + bytes([length]) + payload


def refuses(code: grpc.StatusCode, details: str = "no model is loaded") -> Handler:
    def handle(_: bytes, context: grpc.ServicerContext) -> bytes:
        context.abort(code, details)
        raise AssertionError

    return handle


def raises(*_: object) -> bytes:
    raise ValueError("a model's bug")


def compressed(_: bytes, context: Any) -> bytes:
    """A few bytes on the wire."""
    context.set_compression(grpc.Compression.Gzip)
    return packed(bytes(MOST_BYTES + 1))


def same_profile(*_: object) -> bytes:
    """What the compiler sends, sent back."""
    request = METHOD.request(funcName="total", result=True)
    request.regProf.add(regID=300, cls="GR32", useDistances=[1, 2])
    return bytes(request.SerializeToString())


def trainers_call(*_: object) -> bytes:
    request = find_method(TRAINING).request(message="Split", regidx=300, payload=1)
    return bytes(request.SerializeToString())


def splits_then(last: Handler) -> Handler:
    """Splits the first register that can be, where one can, and does `last` then, with the code half changed."""

    def handle(asked: bytes, context: grpc.ServicerContext) -> bytes:
        told = METHOD.request.FromString(asked)
        due = [(one.regID, one.splitSlots[0]) for one in told.regProf if one.splitSlots]
        return data(0, *due[0]) if told.new and due else last(asked, context)

    return handle


def splits_far_then(last: Handler, point: int) -> Handler:
    """Wants a register of the function split behind a use point that it does not have."""

    def handle(asked: bytes, context: grpc.ServicerContext) -> bytes:
        told = METHOD.request.FromString(asked)
        if not told.new:
            return last(asked, context)
        return data(0, max(one.regID for one in told.regProf), point)

    return handle


def late(over: threading.Event) -> Handler:
    """Answers when nobody waits any more."""

    def handle(*_: object) -> bytes:
        over.wait()
        return data(-1)

    return handle


WRONG_ANSWERS: Final[dict[str, tuple[Handler, str]]] = {
    "invalid argument": (refuses(grpc.StatusCode.INVALID_ARGUMENT), r"invalid argument \(no model is loaded\)"),
    "unavailable": (refuses(grpc.StatusCode.UNAVAILABLE), r"unavailable \(no model is loaded\)"),
    "not authenticated": (refuses(grpc.StatusCode.UNAUTHENTICATED), r"not authenticated"),
    "a status of its own making": (raises, r"unknown error \(.*a model's bug"),
    "an endless status": (refuses(grpc.StatusCode.INTERNAL, "a" * 100_000), r"resource exhausted|internal error"),
    "an empty decision": (raw(b""), r"no action: 0 numbers"),
    "rubbish": (raw(b"\xff\xff\xff"), r"the answer is no registerallocationinference\.Data"),
    "a cut message": (raw(data(1, 300, 3)[:-1]), r"the answer is no registerallocationinference\.Data"),
    "a cut number": (raw(packed(b"\xff")), r"the answer is no registerallocationinference\.Data"),
    "a number without end": (raw(packed(b"\xff" * 30)), r"the answer is no registerallocationinference\.Data"),
    "text": (raw(packed(b"spill")), r"no action: 5 numbers that begin with 115"),
    "another field": (raw(b"\x12\x03abc"), r"has fields that the schema's registerallocationinference\.Data does not"),
    "the compiler's own message": (same_profile, r"has fields that the schema's .*Data does not"),
    "a trainer's call": (trainers_call, r"has fields that the schema's .*Data does not"),
    "reals": (raw(packed(struct.pack("<3f", 1.0, float("nan"), 0.5))), r"no action: \d+ numbers"),
    "NaN alone": (raw(b"\x0d" + struct.pack("<f", float("nan"))), r"has fields that the schema's .*Data does not"),
    "gzip that nobody announced": (raw(gzip.compress(data(-1), mtime=0)), r"has fields that|the answer is no"),
    "an unknown action": (says(7, 1, 2), r"no action: 3 numbers that begin with 7"),
    "a negative action": (says(-7), r"no action: 1 numbers that begin with -7"),
    "a node without its colour": (says(1, 300), r"no action: 2 numbers"),
    "half a split": (says(0, 300), r"no action: 2 numbers"),
    "a split too much": (says(0, 300, 1, 4), r"no action: 4 numbers"),
    "splits of nobody for ever": (says(0, 2**31 - 1, 5), r"more than 50 messages"),
    "splits of a negative node for ever": (says(0, -300, 5), r"more than 50 messages"),
}
"""By name: what is answered, and what is said of each function. Nothing of it can be carried out as a whole."""

WRONG_BEHIND_A_SPLIT: Final[dict[str, tuple[Handler, str]]] = {
    "an error": (splits_then(refuses(grpc.StatusCode.INTERNAL)), r"internal error"),
    "an exception": (splits_then(raises), r"unknown error"),
    "rubbish": (splits_then(raw(b"\xff")), r"the answer is no"),
    "an empty decision": (splits_then(raw(b"")), r"no action: 0"),
}
"""The same, with the code half changed."""

ILLEGAL_ANSWERS: Final[dict[str, Handler]] = {
    "a node that there is not": says(1, 2**31 - 1, 3),
    "a negative node": says(1, -5, 3),
    "a physical register as a node": says(1, 1, 3),
    "a colour that there is not": says(1, *(word for node in range(100, 1000) for word in (node, 60_000))),
    "a negative colour": says(1, *(word for node in range(100, 1000) for word in (node, -3))),
    "a split out of range": splits_far_then(says(1), 2**31 - 1),
    "a split behind a negative point": splits_far_then(says(1), -1),
    "many nodes that there are not": raw(data(1, *[2**31 - 1, 3] * 100_000)),
}
"""Each decision is illegal, and none is carried out."""


def sends(reply: bytes) -> Play:
    """Says this and hears nothing."""
    return lambda connection: connection.sendall(reply)


def closes(connection: socket.socket) -> None:
    connection.close()


def sends_for_ever(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"hello\r\n" * 1000)


STRANGERS: Final[dict[str, Play | None]] = {
    "takes no connection": None,
    "says nothing": sends(b""),
    "closes at once": closes,
    "resets at once": hang_up_hard,
    "HTTP/1.1": sends(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"),
    "TLS": sends(b"\x15\x03\x01\x00\x02\x02\x28"),
    "rubbish for ever": sends_for_ever,
    "half of a first frame": sends(b"\x00\x00"),
}
"""By name: who listens where a model should, and never becomes a server of gRPC."""

DATA_FRAME, HEADERS, RESET, SETTINGS, GO_AWAY = 0, 1, 3, 4, 7
END_OF_BOTH: Final = 0x05  # of the headers, and of the stream


def frame(kind: int, payload: bytes = b"", *, flags: int = 0, stream: int = 0) -> bytes:
    """A frame of HTTP/2."""
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def await_question(connection: socket.socket) -> None:
    """Until the compiler has begun to ask."""
    with connection.makefile("rb") as source:
        source.read(24)  # HTTP/2's preface
        while (head := source.read(9)) and head[3] != DATA_FRAME:
            source.read(int.from_bytes(head[:3], "big"))


def greets(then: Callable[[socket.socket], None]) -> Play:
    """Becomes a server of HTTP/2, and goes wrong once it is asked."""

    def play(connection: socket.socket) -> None:
        connection.sendall(frame(SETTINGS))
        await_question(connection)
        then(connection)

    return play


def status(byte: int) -> Play:
    """The whole answer is a status, by its number in HPACK's table."""
    return greets(sends(frame(HEADERS, bytes([byte]), flags=END_OF_BOTH, stream=1)))


BAD_PARTNERS: Final[dict[str, tuple[Play, str]]] = {
    "closes when it is asked": (greets(closes), r"unavailable"),
    "resets when it is asked": (greets(hang_up_hard), r"unavailable"),
    "HTTP's 404": (status(0x8D), r"the server has no such method"),
    "HTTP's 500": (status(0x8E), r"unknown error|internal error"),
    "HTTP's 200 without gRPC's": (status(0x88), r"unknown error|internal error"),
    "resets the stream": (greets(sends(frame(RESET, bytes(3) + b"\x02", stream=1))), r"internal error|unknown error"),
    "goes away": (greets(sends(frame(GO_AWAY, bytes(8)))), r"unavailable"),
    "a frame of another stream": (greets(sends(frame(DATA_FRAME, bytes(5), stream=77) * 2 + b"\xff" * 64)), r"."),
}
"""By name: servers of HTTP/2 that fail once they are asked, and what is said of each function."""
